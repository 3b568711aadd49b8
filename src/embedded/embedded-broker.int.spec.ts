import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect as openSocket, type Socket } from 'node:net';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { startEmbeddedBroker, type RunningBroker } from '../../test/support/embedded-broker.js';
import { mosquittoClient, mosquittoSubscriber, systemTopicsOf } from '../../test/support/mosquitto.js';
import { silentServer, until } from '../../test/support/process.js';
import type { AppError } from '../core/index.js';

const clients: MqttClient[] = [];
const sockets: Socket[] = [];
const children: ChildProcess[] = [];

/** A client on a URL with credentials, connected. */
async function client(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const { hostname, port, username, password } = new URL(url);
  const opened = connect({
    host: hostname,
    port: Number(port),
    protocol: 'mqtt',
    protocolVersion: 4,
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    reconnectPeriod: 0,
    ...options,
  });
  clients.push(opened);
  opened.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    opened.once('connect', () => resolve());
    opened.once('error', reject);
    opened.once('close', () => reject(new Error('closed')));
  });
  return opened;
}

async function raw(port: number): Promise<Socket> {
  const socket = openSocket(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const closed = (stream: Socket | MqttClient): Promise<unknown> => once(stream as Socket, 'close');

/** The payload of the next message. */
const message = (receiver: MqttClient): Promise<string> =>
  new Promise((resolve) => receiver.once('message', (_topic, payload) => resolve(payload.toString())));

function publishMany(publisher: MqttClient, topic: string, count: number, size = 64): Promise<void> {
  const payload = Buffer.alloc(size, 'x');
  return new Promise((resolve) => {
    let sent = 0;
    const next = (): void => {
      const end = Math.min(count, sent + 1000);
      for (; sent < end - 1; sent += 1) publisher.publish(topic, payload, { qos: 0 });
      sent += 1;
      publisher.publish(topic, payload, { qos: 0 }, () => (sent >= count ? resolve() : next()));
    };
    next();
  });
}

async function figure(broker: RunningBroker, topic: string): Promise<number> {
  return parseInt((await systemTopicsOf(broker.operatorUrl)).get(`$SYS/broker/${topic}`) ?? 'NaN', 10);
}

/** The broker still carries a message from one client to another. */
async function expectAlive(broker: RunningBroker): Promise<void> {
  const subscriber = await client(broker.operatorUrl);
  await subscriber.subscribeAsync('alive');
  const arrived = message(subscriber);
  await mosquittoClient('mosquitto_pub', broker.operatorUrl, ['-t', 'alive', '-m', 'yes', '-q', '1']);
  expect(await arrived).toBe('yes');
  subscriber.end(true);
}

describe('EmbeddedBroker', () => {
  let broker: RunningBroker;
  beforeEach(async () => {
    broker = await startEmbeddedBroker();
  });
  afterEach(async () => {
    for (const opened of clients.splice(0)) opened.end(true);
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await broker.stop();
  });

  describe('lets in only whom it knows', () => {
    it.each([
      ['no credentials', { username: undefined, password: undefined }],
      ['a wrong password', { password: 'wrong' }],
      ['an empty password', { password: '' }],
      ['an unknown name', { username: 'nobody' }],
      ['the password of the other account', { password: 'monitor-password' }],
    ])('refuses %s', async (_what, options) => {
      await expect(client(broker.operatorUrl, options)).rejects.toMatchObject({ code: 4 });
    });

    it('refuses MQTT 5 in a way that a client understands', async () => {
      await expect(client(broker.operatorUrl, { protocolVersion: 5 })).rejects.toMatchObject({ code: 1 });
    });

    it('does not let a client id be taken over by another account', async () => {
      const own = await client(broker.operatorUrl, { clientId: 'mine' });
      await expect(client(broker.url, { clientId: 'mine' })).rejects.toMatchObject({ code: 2 });
      expect(own.connected).toBe(true);
    });

    it('cuts an operator off who publishes below $SYS, and takes no such will', async () => {
      const operator = await client(broker.operatorUrl);
      operator.publish('$SYS/broker/uptime', '1 seconds', { qos: 0 });
      await closed(operator);
      const will = { topic: '$SYS/broker/uptime', payload: Buffer.from('x'), qos: 0 as const, retain: true };
      await expect(client(broker.operatorUrl, { will })).rejects.toMatchObject({ code: 4 });
    });

    it('keeps the monitoring account to $SYS and its own topics', async () => {
      const monitor = await client(broker.url);
      const granted = await monitor
        .subscribeAsync(['#', 'plant/#', '$SYS/#', 'watchkeeper/probe/me'])
        .catch((error: Error) => error);
      expect(granted).toMatchObject({ packet: { granted: [128, 128, 0, 0] } });
      const messages: string[] = [];
      monitor.on('message', (topic) => messages.push(topic));
      await mosquittoClient('mosquitto_pub', broker.operatorUrl, ['-t', 'plant/1', '-m', 'x', '-q', '1']);
      await mosquittoClient('mosquitto_pub', broker.operatorUrl, ['-t', 'watchkeeper/probe/me', '-m', 'x', '-q', '1']);
      await until('its own topic arrives', () => messages.includes('watchkeeper/probe/me'));
      expect(messages).not.toContain('plant/1');
      monitor.publish('plant/1', 'x');
      await closed(monitor);
    });
  });

  it('serves mosquitto_pub and mosquitto_sub with every quality of service, and retained messages', async () => {
    for (const quality of ['0', '1', '2']) {
      const args = ['-t', `retained/${quality}`, '-q', quality, '-m', `value ${quality}`, '-r'];
      await mosquittoClient('mosquitto_pub', broker.operatorUrl, args);
    }
    const printed = await mosquittoClient('mosquitto_sub', broker.operatorUrl, ['-t', 'retained/#', '-v', '-C', '3']);
    expect(printed.trim().split('\n').sort()).toEqual([
      'retained/0 value 0',
      'retained/1 value 1',
      'retained/2 value 2',
    ]);
  });

  it('publishes the will of a client that is lost', async () => {
    const heir = await client(broker.operatorUrl);
    await heir.subscribeAsync('wills/#');
    const arrived = message(heir);
    const lost = await client(broker.operatorUrl, {
      will: { topic: 'wills/lost', payload: Buffer.from('gone'), qos: 0, retain: false },
    });
    lost.stream.destroy();
    expect(await arrived).toBe('gone');
  });

  it('keeps messages for a session that is away up to its limit, then counts what it drops', async () => {
    const session = ['-i', 'away', '-c', '-q', '1', '-t', 'wait'];
    await mosquittoClient('mosquitto_sub', broker.operatorUrl, [...session, '-E']);
    const publisher = await client(broker.operatorUrl);
    for (let i = 0; i < 60; i += 1) await publisher.publishAsync('wait', `${i}`, { qos: 1 });
    await until('ten are dropped', async () => (await figure(broker, 'publish/messages/dropped')) === 10);
    const printed = await mosquittoClient('mosquitto_sub', broker.operatorUrl, [...session, '-C', '50']);
    expect(printed.trim().split('\n')).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
  });

  it('counts what passes exactly', async () => {
    const publisher = await client(broker.operatorUrl);
    const subscriber = await client(broker.operatorUrl);
    let arrived = 0;
    subscriber.on('message', () => (arrived += 1));
    await subscriber.subscribeAsync('count/#');
    const before = await systemTopicsOf(broker.operatorUrl);
    for (let i = 0; i < 30; i += 1) await publisher.publishAsync(`count/${i}`, 'twelve bytes', { qos: 1 });
    await until('all arrived', () => arrived === 30);
    const read = (from: ReadonlyMap<string, string>, topic: string): number => Number(from.get(`$SYS/broker/${topic}`));
    let after = await systemTopicsOf(broker.operatorUrl);
    await until('a round has passed', async () => {
      after = await systemTopicsOf(broker.operatorUrl);
      return read(after, 'publish/messages/received') >= 30;
    });
    expect(read(after, 'publish/messages/received') - read(before, 'publish/messages/received')).toBe(30);
    expect(read(after, 'publish/bytes/received') - read(before, 'publish/bytes/received')).toBe(30 * 12);
    expect(read(after, 'publish/messages/sent') - read(before, 'publish/messages/sent')).toBeGreaterThanOrEqual(30);
    // Fixed header, topic length, topic, packet id, payload: 18 bytes and the topic's length.
    const topics = Array.from({ length: 30 }, (_, i) => `count/${i}`.length).reduce((a, b) => a + b, 0);
    const bytes = read(after, 'bytes/received') - read(before, 'bytes/received');
    expect(bytes).toBeGreaterThanOrEqual(30 * 18 + topics);
    expect(bytes).toBeLessThan(30 * 18 + topics + 2000);
    expect(read(after, 'topics/count')).toBe(30);
    // The second is that of the mosquitto_sub that reads the figures, when a round falls into its second.
    expect([1, 2]).toContain(read(after, 'subscriptions/count'));
    expect(read(after, 'publish/messages/dropped')).toBe(0);
  });

  describe('survives', () => {
    const flood = 100_000;

    it('a flood with a subscriber that reads: nothing is lost', async () => {
      const subscriber = await client(broker.operatorUrl);
      let arrived = 0;
      subscriber.on('message', () => (arrived += 1));
      await subscriber.subscribeAsync('flood');
      await publishMany(await client(broker.operatorUrl), 'flood', flood);
      await until('all arrived', () => arrived === flood);
    });

    it('a flood with a subscriber that stalls: it is cut off, its messages are counted as dropped', async () => {
      const greeting = ['-t', 'flood', '-m', 'retained', '-r', '-q', '1'];
      await mosquittoClient('mosquitto_pub', broker.operatorUrl, greeting);
      const stalled = mosquittoSubscriber(broker.operatorUrl, ['-t', 'flood']);
      children.push(stalled);
      await once(stalled.stdout as NodeJS.ReadableStream, 'data');
      stalled.kill('SIGSTOP');
      await publishMany(await client(broker.operatorUrl), 'flood', flood, 512);
      await expectAlive(broker);
      await until('it is gone', async () => (await figure(broker, 'publish/messages/dropped')) > 0);
    });

    it('a flood with a subscriber that stalls and then disconnects', async () => {
      const leaver = await client(broker.operatorUrl);
      await leaver.subscribeAsync('flood');
      (leaver.stream as unknown as Socket).pause();
      const publisher = await client(broker.operatorUrl);
      let over = false;
      const sent = publishMany(publisher, 'flood', flood, 512).then(() => (over = true));
      // On a busy machine the broker may have cut it off between two looks.
      await until('its buffer is full, or the flood is over', () => broker.broker.pendingBytes > 65_536 || over);
      leaver.stream.destroy();
      await sent;
      await expectAlive(broker);
    });

    it.each([
      ['random bytes', Buffer.from('ffffffffffffffffffffffff', 'hex')],
      ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
      ['a TLS greeting', Buffer.from('16030100c8010000c40303', 'hex')],
      ['a packet before CONNECT', Buffer.from('300500036162630a', 'hex')],
      ['a CONNECT with a broken length', Buffer.from('10ffffffff7f', 'hex')],
      ['a CONNECT with an unknown protocol', Buffer.from('100c00044d515458040200000000', 'hex')],
    ])('%s', async (_what, bytes) => {
      const socket = await raw(broker.port);
      socket.write(bytes);
      socket.end();
      socket.resume();
      await closed(socket);
      await expectAlive(broker);
    });

    it('malformed packets from a client that has signed in', async () => {
      for (const bytes of ['30020005', 'f000', '820400010001', '8203000100', '36030001ff', '3003000123', '62020000']) {
        const intruder = await client(broker.operatorUrl);
        const gone = closed(intruder);
        intruder.stream.write(Buffer.from(bytes, 'hex'));
        intruder.stream.end();
        await gone;
      }
      await expectAlive(broker);
    });

    it('a scan: connections that open and close at once', async () => {
      await Promise.all(Array.from({ length: 100 }, async () => (await raw(broker.port)).destroy()));
      await expectAlive(broker);
    });

    it('topics with very many levels and very long topics', async () => {
      for (const topic of ['a/'.repeat(500), 'b'.repeat(30_000)]) {
        const publisher = await client(broker.operatorUrl);
        publisher.publish(topic, 'x', { qos: 0 });
        publisher.subscribe(topic);
        publisher.end();
        await closed(publisher);
      }
      await expectAlive(broker);
    });
  });

  it('disconnects a client that announces a packet beyond the limit, before the packet is sent', async () => {
    const publisher = await client(broker.operatorUrl);
    // PUBLISH with a remaining length of 256 MiB less one, and nothing of it.
    publisher.stream.write(Buffer.from('30ffffff7f', 'hex'));
    await closed(publisher);
    const inside = await client(broker.operatorUrl);
    await inside.publishAsync('size', Buffer.alloc(60_000), { qos: 1 });
    expect(inside.connected).toBe(true);
  });

  it('disconnects a client that is silent for one and a half keep-alive intervals', async () => {
    const quiet = await raw(broker.port);
    const gone = closed(quiet);
    const login = ['operator', 'operator:p@ss/word'].map((s) => Buffer.from(s));
    const field = (b: Buffer): Buffer => Buffer.concat([Buffer.from([0, b.length]), b]);
    const body = Buffer.concat([
      Buffer.from('00044d51545404c20001', 'hex'),
      field(Buffer.from('q')),
      ...login.map(field),
    ]);
    quiet.write(Buffer.concat([Buffer.from([0x10, body.length]), body]));
    const [connack] = (await once(quiet, 'data')) as [Buffer];
    expect(connack.toString('hex')).toBe('20020000');
    await gone;
  });
});

describe('EmbeddedBroker and its limits', () => {
  it('closes connections beyond the limit and counts them', async () => {
    const broker = await startEmbeddedBroker({ maxConnections: 3 });
    const first = await client(broker.operatorUrl);
    const second = await client(broker.operatorUrl);
    const third = await client(broker.operatorUrl);
    await closed(await raw(broker.port));
    third.end(true);
    await until('a place is free', async () => (await figure(broker, 'connections/refused/count')) >= 1);
    expect(first.connected && second.connected).toBe(true);
    await broker.stop();
  });

  it('closes a connection that never sends CONNECT', async () => {
    const broker = await startEmbeddedBroker({ connectTimeoutMs: 200 });
    await closed(await raw(broker.port));
    await broker.stop();
  });

  it('names the variable when its port is taken', async () => {
    const taken = await silentServer();
    const failure = await startEmbeddedBroker({ port: taken.port }).catch((error: unknown) => error as AppError);
    expect(failure).toMatchObject({ code: 'embedded.broker_cannot_listen' });
    expect((failure as AppError).publicText).toContain(`Port ${taken.port}`);
    expect((failure as AppError).publicText).toContain('MQTT_PORT');
    await taken.close();
  });

  it('stops with clients connected, frees its port, and may be stopped twice', async () => {
    const broker = await startEmbeddedBroker();
    const connected = await client(broker.operatorUrl);
    const idle = await raw(broker.port);
    const gone = Promise.all([closed(connected), closed(idle)]);
    await broker.stop();
    await gone;
    await broker.stop();
    const next = await startEmbeddedBroker({ port: broker.port });
    expect(next.port).toBe(broker.port);
    await next.stop();
  });
});
