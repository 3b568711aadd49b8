import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { scrape, valueOf } from '../support/exposition.js';
import { freePort, silentServer, until } from '../support/process.js';
import { productHome, type ProductHome, signIn } from '../support/product.js';

const password = (output: string): string | undefined => /Password {2}(\S+) {3}\(shown only now\)/.exec(output)?.[1];
const email = 'admin@watchkeeper.local';

/** Waits until the first pass of the collectors behind these metrics has ended. */
async function exposed(url: string, names: readonly string[]): Promise<void> {
  await until(`${names.join(', ')} on ${url}/metrics`, async () => {
    const samples = await scrape(url);
    return names.every((name) => valueOf(samples, name) !== undefined);
  });
}

describe('A start with nothing configured', () => {
  let home: ProductHome;
  beforeAll(async () => {
    home = await productHome();
  });
  afterAll(() => home.dispose());

  it('shows address, parts and the generated login once, serves live figures, and keeps everything over restarts', async () => {
    const first = await home.start();
    const generated = password(first.output());
    expect(generated).toMatch(/^[a-z0-9-]{20,}$/);
    expect(first.output()).toContain(`http://127.0.0.1:${first.port}/api/docs`);
    expect(first.output()).toMatch(/PostgreSQL\s+embedded/);
    expect(first.output()).toMatch(/MQTT broker\s+embedded/);
    expect(first.output()).toMatch(/Redis\s+absent/);
    expect(first.output()).toMatch(/IoTDB\s+absent/);
    expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
    await signIn(first.url, email, generated ?? '');

    const ended = await first.end('SIGTERM');
    expect(ended).toEqual({ code: 0, signal: null });
    expect(existsSync(join(home.environment.DATA_DIR ?? '', 'postgres', 'postmaster.pid'))).toBe(false);

    const second = await home.start();
    expect(password(second.output())).toBeUndefined();
    await signIn(second.url, email, generated ?? '');
    await exposed(second.url, ['database_status', 'mqtt_status', 'system_memory_total_bytes', 'app_uptime_seconds']);
    const samples = await scrape(second.url);
    expect([valueOf(samples, 'database_status'), valueOf(samples, 'mqtt_status')]).toEqual([1, 1]);
    expect(valueOf(samples, 'redis_status')).toBeUndefined();
    await second.end('SIGTERM');
  });

  it('comes back with all data after kill -9, ten times in a row', async () => {
    const usersOf = async (url: string, token: string): Promise<number> => {
      const answer = await fetch(`${url}/api/v1/users`, { headers: { authorization: `Bearer ${token}` } });
      return ((await answer.json()) as { items: unknown[] }).items.length;
    };
    const fresh = await productHome({ ADMIN_PASSWORD: 'correct horse battery 42' });
    try {
      for (let round = 0; round < 10; round++) {
        const product = await fresh.start();
        const { access } = await signIn(product.url, email, 'correct horse battery 42');
        expect(await usersOf(product.url, access)).toBe(round + 1);
        const made = await fetch(`${product.url}/api/v1/auth/register`, {
          method: 'POST',
          headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            email: `user${round}@example.org`,
            name: 'Some One',
            password: 'a rather long pass phrase 1',
            role: 'viewer',
          }),
        });
        expect(made.status).toBe(201);
        // What was acknowledged is on disk the moment it is acknowledged.
        expect(await product.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
      }
    } finally {
      await fresh.dispose();
    }
  });

  it('refuses to work in a data directory that another process uses, and names that process', async () => {
    const running = await home.start();
    const { code, output } = await home.run({ PORT: String(await freePort()), MQTT_PORT: String(await freePort()) });
    expect(code).toBe(1);
    expect(output).toContain(`in use by process ${running.pid}`);
    expect((await fetch(`${running.url}/health/ready`)).status).toBe(200);
    await running.end('SIGTERM');
  });
});

describe('SIGTERM', () => {
  it('finishes what is in progress, and no client that dawdles keeps the process from its exit code 0', async () => {
    const home = await productHome();
    const product = await home.start();
    const dawdling = connect(product.port, '127.0.0.1');
    const silent = connect(product.port, '127.0.0.1');
    for (const socket of [dawdling, silent]) socket.on('error', () => undefined);
    const head = [
      'POST /api/v1/auth/login HTTP/1.1',
      'host: x',
      'content-type: application/json',
      'content-length: 100',
    ];
    dawdling.write(`${head.join('\r\n')}\r\n\r\n{"email":`);
    await until('the request has begun', async () => {
      return (valueOf(await scrape(product.url), 'http_requests_in_progress') ?? 0) >= 2;
    });
    expect(await product.end('SIGTERM')).toEqual({ code: 0, signal: null });
    dawdling.destroy();
    silent.destroy();
    await home.dispose();
  });

  it('is answered by "not ready" during the grace time, before the port closes', async () => {
    const home = await productHome({ SHUTDOWN_GRACE_MS: '3000' });
    const product = await home.start();
    expect((await fetch(`${product.url}/health/ready`)).status).toBe(200);
    const ended = product.end('SIGTERM');
    await until('a load balancer can see it', async () => (await fetch(`${product.url}/health/ready`)).status === 503);
    expect((await fetch(`${product.url}/health/live`)).status).toBe(200);
    expect(await ended).toEqual({ code: 0, signal: null });
    await home.dispose();
  });

  it('during the start ends the embedded PostgreSQL too', async () => {
    const home = await productHome();
    const pidFile = join(home.environment.DATA_DIR ?? '', 'postgres', 'postmaster.pid');
    const starting = home.start();
    const failed = starting.catch(() => undefined);
    await until('PostgreSQL is being started', () => existsSync(pidFile));
    await home.signal('SIGTERM');
    await failed;
    expect(existsSync(pidFile)).toBe(false);
    await home.dispose();
  });
});

describe('A start that cannot work', () => {
  let home: ProductHome;
  beforeAll(async () => {
    home = await productHome({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', MQTT_URL: 'mqtt://127.0.0.1:1' });
  });
  afterAll(() => home.dispose());

  it('lists every fault of the configuration with the variable, what is wrong and what is allowed, and no secret', async () => {
    const { code, output } = await home.run({
      PORT: '70000',
      COLLECT_INTERVAL_MS: '10',
      REDIS_URL: 'http://cache:6379',
      JWT_SECRET: 'short-marker',
      LOG_LEVEL: 'loud',
    });
    expect(code).toBe(1);
    expect(output).toContain('5 faults');
    expect(output).toContain('PORT: "70000" is not between 1 and 65535; allowed is a whole number from 1 to 65535');
    expect(output).toContain('COLLECT_INTERVAL_MS: "10" is not between 1000 and 3600000');
    expect(output).toMatch(/REDIS_URL: .*allowed is a URL that starts with redis:\/\/ or rediss:\/\//);
    expect(output).toMatch(/LOG_LEVEL: "loud" .*allowed is one of fatal, error/);
    expect(output).toMatch(/JWT_SECRET: /);
    expect(output).not.toContain('short-marker');
  });

  it('says which variable to change when the port is taken', async () => {
    const other = await silentServer();
    const { code, output } = await home.run({ PORT: String(other.port) });
    await other.close();
    expect(code).toBe(1);
    expect(output.trim()).toBe(`Port ${other.port} is taken by another program. Stop it, or set PORT to a free port.`);
  });

  it('boots while its database is away, is not ready, and still serves metrics and liveness', async () => {
    const product = await home.start({ DATABASE_START_TIMEOUT_MS: '100' });
    expect((await fetch(`${product.url}/health/ready`)).status).toBe(503);
    expect((await fetch(`${product.url}/health/live`)).status).toBe(200);
    await exposed(product.url, ['system_memory_total_bytes', 'database_status']);
    expect(valueOf(await scrape(product.url), 'database_status')).toBe(0);
    const login = await fetch(`${product.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'a@example.org', password: 'whatever it may be' }),
    });
    expect(login.status).toBe(503);
    expect(login.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await product.end('SIGTERM')).code).toBe(0);
  });
});
