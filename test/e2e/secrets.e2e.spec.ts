import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSections } from '../../src/app.config.js';
import { startMosquitto } from '../support/mosquitto.js';
import { startPostgres, type RunningPostgres } from '../support/postgres.js';
import { type RunningServer, until } from '../support/process.js';
import { type Product, productHome, type ProductHome } from '../support/product.js';
import { type RunningRedis, runRedis } from '../support/redis.js';

/** A value that occurs nowhere by chance, and long and mixed enough for every rule of a secret. */
const marker = (name: string): string => `Mk${name}${randomBytes(16).toString('hex')}`;

interface Outcome {
  readonly status: number;
  readonly text: string;
}

/** Searches texts for secrets in the forms in which they could leak. */
class Needles {
  private readonly forms = new Map<string, string>();

  add(name: string, secret: string): string {
    const told = `${name} (${this.forms.size})`;
    this.forms.set(told, secret);
    this.forms.set(`${told} in base64`, Buffer.from(secret).toString('base64').replace(/=+$/, ''));
    return secret;
  }

  addBasic(name: string, user: string, password: string): void {
    this.forms.set(`${name} as basic credentials`, Buffer.from(`${user}:${password}`).toString('base64'));
  }

  /** Names of what was found, with the surroundings but not the secret. */
  foundIn(where: string, text: string): string[] {
    return [...this.forms].flatMap(([name, form]) => {
      const at = text.indexOf(form);
      return at < 0 ? [] : [`${name} in ${where}: ...${text.slice(Math.max(0, at - 160), at)}<secret>`];
    });
  }
}

/** The beginning of a live stream, which has no end: the latest state of everything is told at once. */
async function beginningOf(answer: Response): Promise<string> {
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (!text.includes('event: observation')) text += decoder.decode((await reader.read()).value, { stream: true });
  await reader.cancel();
  return text;
}

async function fetchText(url: string, init: RequestInit = {}): Promise<Outcome> {
  const answer = await fetch(url, init);
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  return { status: answer.status, text: await (isStream ? beginningOf(answer) : answer.text()) };
}

function json(method: string, body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method, headers: { 'content-type': 'application/json', ...headers }, body: text };
}

/** A server that refuses every request and repeats what it was told: the least discreet of dependencies. */
async function indiscreetServer(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((request, response) => {
    response.writeHead(401, `refused ${request.headers.authorization}`, { 'content-type': 'application/json' });
    const told = `refused ${JSON.stringify(request.headers)} at ${request.url}`;
    response.end(JSON.stringify({ code: 'BAD_API_KEY_OR_SECRET', message: told }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}

describe('With a marker in every secret', () => {
  const needles = new Needles();
  const seed = (name: string): string => needles.add(name, marker(name.replaceAll('_', '')));
  const outputs = new Map<string, string>();
  const email = 'admin@example.org';
  let postgres: RunningPostgres;
  let redis: RunningRedis;
  let mosquitto: RunningServer;
  let indiscreet: Awaited<ReturnType<typeof indiscreetServer>>;
  let home: ProductHome;
  let product: Product;
  let secrets: Record<string, string>;
  let scrapeHeaders: Record<string, string>;

  /** The settings; passwords in URLs are those of real accounts. */
  async function seeded(): Promise<Record<string, string>> {
    const databasePassword = seed('DATABASE_URL');
    const redisPassword = seed('REDIS_URL');
    postgres = await startPostgres({ version: 'debian15' });
    await postgres.adminQuery(`CREATE ROLE keeper LOGIN PASSWORD '${databasePassword}'`);
    await postgres.adminQuery('GRANT pg_monitor TO keeper');
    await postgres.adminQuery('CREATE DATABASE kept OWNER keeper');
    indiscreet = await indiscreetServer();
    const brokerPassword = seed('MQTT_URL');
    mosquitto = await startMosquitto({ users: { watcher: brokerPassword } });
    redis = await runRedis([`requirepass ${redisPassword}`]);
    const metrics = { user: 'scraper', password: seed('METRICS_PASSWORD') };
    needles.addBasic('METRICS_PASSWORD', metrics.user, metrics.password);
    const iotdb = seed('IOTDB_URL');
    needles.addBasic('IOTDB_URL', 'root', iotdb);
    const reporter = seed('IOTDB_METRICS_URL');
    needles.addBasic('IOTDB_METRICS_URL', 'prometheus', reporter);
    const api = { key: needles.add('EMQX_API_KEY', marker('emqxkey')), secret: seed('EMQX_API_SECRET') };
    needles.addBasic('EMQX_API_SECRET', api.key, api.secret);
    return {
      DATABASE_URL: `postgres://keeper:${databasePassword}@127.0.0.1:${postgres.port}/kept`,
      REDIS_URL: `redis://default:${redisPassword}@127.0.0.1:${redis.port}`,
      MQTT_URL: `mqtt://watcher:${brokerPassword}@127.0.0.1:${mosquitto.port}`,
      MQTT_BROKER_PASSWORD: seed('MQTT_BROKER_PASSWORD'),
      EMQX_API_URL: `http://127.0.0.1:${indiscreet.port}`,
      EMQX_API_KEY: api.key,
      EMQX_API_SECRET: api.secret,
      IOTDB_URL: `http://root:${iotdb}@127.0.0.1:${indiscreet.port}`,
      IOTDB_PASSWORD: seed('IOTDB_PASSWORD'),
      IOTDB_METRICS_URL: `http://prometheus:${reporter}@127.0.0.1:${indiscreet.port}/metrics`,
      JWT_SECRET: seed('JWT_SECRET'),
      JWT_SECRET_PREVIOUS: seed('JWT_SECRET_PREVIOUS'),
      ADMIN_PASSWORD: seed('ADMIN_PASSWORD'),
      METRICS_PASSWORD: metrics.password,
      METRICS_BEARER_TOKEN: seed('METRICS_BEARER_TOKEN'),
    };
  }

  beforeAll(async () => {
    secrets = await seeded();
    scrapeHeaders = { authorization: `Bearer ${secrets.METRICS_BEARER_TOKEN}` };
    home = await productHome({
      ...secrets,
      METRICS_USERNAME: 'scraper',
      ADMIN_EMAIL: email,
      LOG_LEVEL: 'trace',
      COLLECT_PROBE_MS: '1000',
      DATABASE_SLOW_QUERY_MS: '1',
      LIMIT_USER_PER_MINUTE: '10000',
      LIMIT_ANONYMOUS_PER_MINUTE: '10000',
    });
    product = await home.start();
  }, 120_000);

  afterAll(async () => {
    await home.dispose();
    indiscreet.server.close();
    await mosquitto.dispose();
    await redis.dispose();
    await postgres.dispose();
  }, 60_000);

  /** Asks and keeps the answer for the search. */
  async function ask(path: string, init: RequestInit = {}): Promise<Outcome> {
    const outcome = await fetchText(`${product.url}${path}`, init);
    outputs.set(`${init.method ?? 'GET'} ${path.slice(0, 60)} #${outputs.size} (${outcome.status})`, outcome.text);
    return outcome;
  }

  /** Signs in or refreshes: the one kind of answer that is to hold tokens, so it is not searched. */
  async function tokens(
    path: string,
    body: object,
  ): Promise<{ access: string; refresh: string; bearer: { authorization: string } }> {
    const { status, text } = await fetchText(`${product.url}/api/v1/auth/${path}`, json('POST', body));
    if (status !== 200) throw new Error(`${path}: ${status}`);
    const got = JSON.parse(text) as { access_token: string; refresh_token: string };
    needles.add('an access token', got.access_token);
    needles.add('the signature of an access token', got.access_token.split('.')[2] ?? '');
    needles.add('a refresh token', got.refresh_token);
    return {
      access: got.access_token,
      refresh: got.refresh_token,
      bearer: { authorization: `Bearer ${got.access_token}` },
    };
  }

  /** Every GET operation of the API description. */
  async function everyRoute(headers: Readonly<Record<string, string>>, query = ''): Promise<void> {
    const { paths } = JSON.parse((await ask('/api/openapi.json')).text) as { paths: Record<string, { get?: unknown }> };
    const readable = Object.keys(paths).filter((path) => paths[path]?.get);
    expect(readable.length).toBeGreaterThan(15);
    for (const path of readable) {
      const url = path.replace(/\{\w+\}/, '00000000-0000-4000-8000-000000000000');
      await ask(`${url}${query}`, { headers: path === '/metrics' ? scrapeHeaders : headers });
    }
    await ask('/api/docs');
  }

  const logins = (): Promise<Awaited<ReturnType<typeof tokens>>> =>
    tokens('login', { email, password: secrets.ADMIN_PASSWORD });

  it('covers every variable that the configuration calls secret', () => {
    const declared = configSections.flatMap((section) =>
      Object.entries(section.variables).flatMap(([name, variable]) => (variable.secret ? [name] : [])),
    );
    expect(declared.filter((name) => secrets[name] === undefined)).toEqual([]);
  });

  it('shows none of them, no password and no token in any answer, log line, metric or row, whatever happens', async () => {
    const typed = seed('a_typed_password');
    const chosen = seed('a_chosen_password');
    const other = seed('an_API_key');
    const admin = await logins();

    await everyRoute(admin.bearer);
    await ask('/api/v1/auth/login', json('POST', { email, password: typed }));
    await ask('/api/v1/auth/login', json('POST', { email: typed, password: typed }));
    await ask('/api/v1/auth/login', json('POST', { email, password: typed, secret: typed }));
    await ask('/api/v1/auth/login', json('POST', { email, password: { $ne: typed } }));
    await ask('/api/v1/auth/login', json('POST', `{"password":"${typed}"`));
    await ask('/metrics', { headers: { authorization: `Bearer ${typed}` } });
    const renewed = await tokens('refresh', { refresh_token: admin.refresh });
    await ask('/api/v1/auth/refresh', json('POST', { refresh_token: renewed.access }));

    const user = { email: 'viewer@example.org', name: 'Some One', password: chosen, role: 'viewer' };
    const idempotent = { ...admin.bearer, 'idempotency-key': 'one' };
    const made = await ask('/api/v1/auth/register', json('POST', user, idempotent));
    expect(made.status).toBe(201);
    await ask('/api/v1/auth/register', json('POST', user, idempotent));
    await ask('/api/v1/auth/register', json('POST', { ...user, role: chosen }, admin.bearer));
    const { id } = JSON.parse(made.text) as { id: string };
    await ask(`/api/v1/users/${id}`, json('PATCH', { password: seed('a_new_password') }, admin.bearer));
    const wrong = { current_password: typed, new_password: chosen };
    await ask('/api/v1/auth/change-password', json('POST', wrong, admin.bearer));

    const inTheAddress = `?token=${admin.access}&access_token=${admin.access}&ticket=${typed}&password=${typed}`;
    const headers = { 'x-api-key': other, cookie: `session=${other}`, authorization: `Basic ${other}` };
    await everyRoute(headers, inTheAddress);
    for (const path of ['/nothing', '/api/v1/nothing', `/%zz`, '/health/live'])
      await ask(`${path}${inTheAddress}`, { headers });
    await ask(`/nothing${inTheAddress}`, json('POST', { token: admin.access }, headers));

    await breakServers();
    await everyRoute(admin.bearer, `?token=${admin.access}&password=${typed}&%74oken=${admin.access}`);
    await ask('/api/v1/auth/login', json('POST', { email, password: typed }));
    await ask('/api/v1/auth/refresh', json('POST', { refresh_token: renewed.refresh }));
    await ask(`/api/v1/users${inTheAddress}`, { headers: admin.bearer });
    await stopServers();
    await everyRoute(admin.bearer, inTheAddress);
    await ask('/api/v1/auth/login', json('POST', { email, password: typed }));
    await postgres.start();
    await restorePasswords();
    await logins();

    const reused = await ask('/api/v1/auth/refresh', json('POST', { refresh_token: admin.refresh }));
    expect(reused.status).toBe(401);
    const last = await logins();
    await ask('/api/v1/audit-events?limit=1000', { headers: last.bearer });
    await ask('/metrics', { headers: scrapeHeaders });
    outputs.set('every row of the database', await allRows());
    expect(await product.end('SIGTERM')).toEqual({ code: 0, signal: null });
    outputs.set('the log', product.output());

    // What was meant to happen did: failing servers and failed requests were logged, with redacted addresses.
    expect(product.output().length).toBeLessThan(200_000);
    expect(product.output()).toContain('/api/v1/auth/me?token=***');
    expect([...outputs].flatMap(([where, text]) => needles.foundIn(where, text))).toEqual([]);
  }, 120_000);

  const figure = async (name: string): Promise<string | undefined> =>
    new RegExp(`^${name} (\\S+)$`, 'm').exec(
      (await fetchText(`${product.url}/metrics`, { headers: scrapeHeaders })).text,
    )?.[1];
  /** The database refuses the account, and Redis hangs. */
  async function breakServers(): Promise<void> {
    await postgres.adminQuery(`ALTER ROLE keeper PASSWORD 'another'`);
    await postgres.adminQuery(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'keeper'`);
    redis.suspend();
    await until('the database is down', async () => (await figure('database_status')) === '0');
  }

  async function stopServers(): Promise<void> {
    await postgres.stop();
    await redis.stop();
    await mosquitto.stop();
    for (const status of ['database_status', 'redis_status', 'mqtt_status'])
      await until(`${status} is 0`, async () => (await figure(status)) === '0');
  }

  async function restorePasswords(): Promise<void> {
    const password = new URL(secrets.DATABASE_URL ?? '').password;
    await postgres.adminQuery(`ALTER ROLE keeper PASSWORD '${password}'`);
    await redis.start();
    await until('the database is up', async () => (await figure('database_status')) === '1');
  }

  async function allRows(): Promise<string> {
    const tables = await postgres.adminQuery<{ name: string }>(
      `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
      [],
      'kept',
    );
    expect(tables.length).toBeGreaterThan(5);
    const rows: string[] = [];
    for (const { name } of tables) {
      const found = await postgres.adminQuery<{ row: string }>(
        `SELECT to_jsonb(t)::text AS row FROM ${name} t`,
        [],
        'kept',
      );
      rows.push(...found.map(({ row }) => `${name} ${row}`));
    }
    return rows.join('\n');
  }
});

describe('A start with nothing configured', () => {
  let home: ProductHome;
  beforeAll(async () => {
    home = await productHome({ LOG_LEVEL: 'trace' });
  });
  afterAll(() => home.dispose());

  it('prints the two generated passwords once each, in the banner, and no other secret that it made, ever', async () => {
    const product = await home.start();
    const shown = [...product.output().matchAll(/password +(\S+) {3}\(shown only now\)/gi)].map(
      (match) => match[1] ?? '',
    );
    expect(shown).toHaveLength(2);
    const [mqtt = '', admin = ''] = shown;
    const login = await fetchText(
      `${product.url}/api/v1/auth/login`,
      json('POST', { email: 'admin@watchkeeper.local', password: admin }),
    );
    expect(login.status).toBe(200);
    const { access_token: token } = JSON.parse(login.text) as { access_token: string };
    const answers = await Promise.all(
      [
        '/metrics',
        '/health',
        '/api/v1/admin/health',
        '/api/v1/admin/stats/database',
        '/api/v1/admin/stats/mqtt',
        '/api/v1/audit-events',
      ].map((path) => fetchText(`${product.url}${path}`, { headers: { authorization: `Bearer ${token}` } })),
    );
    await product.end('SIGTERM');
    const again = await home.start();
    await again.end('SIGTERM');

    const directory = join(home.environment.DATA_DIR ?? '', 'secrets');
    const kept = readdirSync(directory).map(
      (name) => [name, readFileSync(join(directory, name), 'utf8').trim()] as const,
    );
    expect(kept.length).toBeGreaterThanOrEqual(3);
    const count = (text: string, secret: string): number => text.split(secret).length - 1;
    for (const [name, secret] of [...kept, ['admin', admin] as const]) {
      const banner = secret === mqtt || secret === admin ? 1 : 0;
      expect([name, count(product.output(), secret)]).toEqual([name, banner]);
      expect([name, count(again.output(), secret)]).toEqual([name, 0]);
      for (const { text } of answers) expect([name, count(text, secret)]).toEqual([name, 0]);
    }
  }, 60_000);
});

describe('A configuration with faults', () => {
  it('is refused without showing what was meant to be secret', async () => {
    const home = await productHome();
    const secret = marker('fault');
    const names = configSections.flatMap((section) =>
      Object.entries(section.variables).flatMap(([name, variable]) => (variable.secret ? [name] : [])),
    );
    try {
      // Neither a URL of any kind nor short enough for a text.
      const value = `gopher://u:${secret}@h/${'x'.repeat(9_000)}`;
      const { code, output } = await home.run(Object.fromEntries(names.map((name) => [name, value])));
      expect(code).toBe(1);
      for (const name of names) expect(output).toContain(`  ${name}: its value`);
      expect(output).not.toContain(secret);
    } finally {
      await home.dispose();
    }
  }, 60_000);
});
