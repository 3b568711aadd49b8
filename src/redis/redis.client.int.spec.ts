import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort, silentServer, temporaryDirectory, until } from '../../test/support/process.js';
import { runRedis, type RunningRedis } from '../../test/support/redis.js';
import { causeChain, SystemClock } from '../core/index.js';
import { RedisClient } from './redis.client.js';

const forever = new AbortController().signal;

describe('RedisClient', () => {
  let server: RunningRedis;
  const opened: RedisClient[] = [];
  const clientFor = (url: string, selectDatabase = true, timeoutMs = 1_000): RedisClient => {
    const client = new RedisClient({ url, name: 'client-test', timeoutMs, selectDatabase }, new SystemClock());
    opened.push(client);
    return client;
  };
  const connections = async (): Promise<number> =>
    (await server.tell('CLIENT', 'LIST')).split('\n').filter((line) => line.includes('name=client-test')).length;

  beforeEach(async () => {
    server = await runRedis(['databases 2']);
  });
  afterEach(async () => {
    for (const client of opened.splice(0)) client.close();
    await server.dispose();
  });

  it('opens one connection for any number of calls at once', async () => {
    const client = clientFor(server.url);
    const replies = await Promise.all(
      Array.from({ length: 50 }, () => client.send([['INCR', 'n']], new AbortController().signal)),
    );
    expect(replies.map(([reply]) => (reply?.ok ? reply.value : null)).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    expect(await connections()).toBe(1);
  });

  it('answers a batch in order, with a refusal as an answer among the others', async () => {
    const replies = await clientFor(server.url).send(
      [
        ['SET', 'a', '1'],
        ['LPUSH', 'a', 'x'],
        ['GET', 'a'],
      ],
      forever,
    );
    expect(replies[0]).toEqual({ ok: true, value: 'OK' });
    expect(replies[1]).toMatchObject({ ok: false, error: { message: expect.stringMatching(/^WRONGTYPE /) } });
    expect(replies[2]).toEqual({ ok: true, value: '1' });
  });

  it('writes into the database of its URL, and refuses to go on without it', async () => {
    await clientFor(`${server.url}/1`).send([['SET', 'only-in-1', 'x']], forever);
    expect(await server.tell('INFO', 'keyspace')).toContain('db1:keys=1');
    await expect(clientFor(`${server.url}/7`).send([['SET', 'a', 'x']], forever)).rejects.toMatchObject({
      code: 'redis.database_refused',
      kind: 'unavailable',
    });
    expect(await server.tell('INFO', 'keyspace')).not.toContain('db0');
  });

  it('serves the next call after the connection was cut, over a new one', async () => {
    const client = clientFor(server.url);
    await client.send([['PING']], forever);
    await server.tell('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await until('the cut is seen', async () => (await client.send([['PING']], forever))[0]?.ok === true);
    expect(await connections()).toBe(1);
  });

  it('fails a call whose connection is lost under it, and does not send it again', async () => {
    const client = clientFor(server.url, true, 20_000);
    const waiting = client.send([['BLPOP', 'nothing', '0']], forever).catch((error: unknown) => error);
    await until('the call waits', async () => (await server.tell('INFO', 'clients')).includes('blocked_clients:1'));
    await server.kill();
    expect(await waiting).toMatchObject({ code: 'redis.unreachable', kind: 'unavailable' });
    await server.start();
    await client.send([['PING']], forever);
    expect(await server.tell('INFO', 'clients')).toContain('blocked_clients:0');
  });

  it('lets a caller that gives up go at once, and goes on for the others', async () => {
    const client = clientFor(server.url, true, 20_000);
    const abort = new AbortController();
    const given = client.send([['BLPOP', 'list', '0']], abort.signal).catch((error: unknown) => error);
    await until('the call waits', async () => (await server.tell('INFO', 'clients')).includes('blocked_clients:1'));
    abort.abort();
    expect(await given).toMatchObject({ code: 'redis.aborted' });
    await server.tell('RPUSH', 'list', 'x');
    expect((await client.send([['PING']], forever))[0]).toEqual({ ok: true, value: 'PONG' });
    expect(await connections()).toBe(1);
  });

  it('fails at once, without connecting, when the caller has already given up', async () => {
    await expect(clientFor(server.url).send([['PING']], AbortSignal.abort())).rejects.toMatchObject({
      code: 'redis.aborted',
    });
  });

  it('ends for good when it is closed, calls under way included', async () => {
    const client = clientFor(server.url, true, 20_000);
    const waiting = client.send([['BLPOP', 'nothing', '0']], forever).catch((error: unknown) => error);
    await until('the call waits', async () => (await server.tell('INFO', 'clients')).includes('blocked_clients:1'));
    client.close();
    expect(await waiting).toMatchObject({ kind: 'unavailable' });
    await expect(client.send([['PING']], forever)).rejects.toMatchObject({ code: 'redis.unreachable' });
    await until('the server has seen it go', async () => (await connections()) === 0);
  });

  it('ends an attempt to connect when it is closed meanwhile', async () => {
    const silent = await silentServer();
    const client = clientFor(`redis://127.0.0.1:${silent.port}`, true, 50_000);
    const waiting = client.send([['PING']], forever).catch((error: unknown) => error);
    client.close();
    expect(await waiting).toMatchObject({ kind: 'unavailable' });
    await silent.close();
  });

  it('speaks TLS to rediss:// and refuses a certificate that nobody vouches for', async () => {
    const directory = temporaryDirectory('redis-tls');
    const [key, certificate] = [join(directory.path, 'key.pem'), join(directory.path, 'certificate.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
    execFileSync('openssl', [...request, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    await server.tell('CONFIG', 'SET', 'tls-cert-file', certificate, 'tls-key-file', key, 'tls-auth-clients', 'no');
    const tlsPort = await freePort();
    expect(await server.tell('CONFIG', 'SET', 'tls-port', String(tlsPort))).toBe('OK');
    const failure: unknown = await clientFor(`rediss://127.0.0.1:${tlsPort}`)
      .send([['PING']], forever)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'redis.unreachable' });
    expect(causeChain(failure)).toContain('self-signed certificate');
    directory.remove();
  });

  it('does not take a peer that speaks another protocol for Redis', async () => {
    const { createServer } = await import('node:http');
    const http = createServer((_request, response) => void response.end('hello'));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const address = http.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(clientFor(`redis://127.0.0.1:${port}`).send([['PING']], forever)).rejects.toMatchObject({
      kind: 'unavailable',
    });
    http.close();
    http.closeAllConnections();
  });
});
