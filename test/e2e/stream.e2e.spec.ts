import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { spawn } from 'node:child_process';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { configSections } from '../../src/app.config.js';
import { AppModule } from '../../src/app.module.js';
import { BootstrapAdmin } from '../../src/auth/index.js';
import { coreConfig, type CoreConfig, hardenHttp, httpAdapter, parseConfig } from '../../src/core/index.js';
import { AlertFeed, type AlertNotice, StreamHub, StreamModule } from '../../src/stream/index.js';
import { Api, type SignedIn, unlimited } from '../support/api.js';
import { adminEmail, adminPassword, type InProcessApplication, startInProcess } from '../support/application.js';
import { startPostgres, type RunningPostgres } from '../support/postgres.js';
import { startMosquitto } from '../support/mosquitto.js';
import { openPage } from '../support/browser.js';
import { until } from '../support/process.js';
import { SseClient } from '../support/sse.js';
import { resigned } from '../support/tokens.js';

const route = '/api/v1/admin/monitor/stream';

interface Live {
  readonly application: InProcessApplication;
  readonly api: Api;
  readonly hub: StreamHub;
  readonly url: string;
  readonly admin: SignedIn;
  open(query?: string, headers?: Readonly<Record<string, string>>): Promise<SseClient>;
  close(): Promise<void>;
}

let postgres: RunningPostgres;
const running: Live[] = [];
const clients: SseClient[] = [];

beforeAll(async () => {
  postgres = await startPostgres({ version: 'debian15' });
}, 60_000);
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const live of running.splice(0)) await live.close();
});
afterAll(() => postgres.dispose());

/** The whole application, listening on a port of its own. */
async function start(environment: Readonly<Record<string, string>> = {}): Promise<Live> {
  const application = await startInProcess({ DATABASE_URL: postgres.url, ...unlimited, ...environment });
  await application.app.listen(0, '127.0.0.1');
  const { port } = (application.app.getHttpServer() as Server).address() as { port: number };
  const api = new Api(application.app);
  const admin = await api.signIn();
  const url = `http://127.0.0.1:${port}${route}`;
  const live: Live = {
    application,
    api,
    admin,
    url,
    hub: application.app.get(StreamHub, { strict: false }),
    open: async (query = '', headers = { authorization: `Bearer ${admin.token}` }) => {
      const client = await SseClient.open(`${url}${query}`, headers);
      clients.push(client);
      return client;
    },
    close: () => application.close(),
  };
  running.push(live);
  return live;
}

/** Waits until `/metrics` has all the lines. */
async function metricsShow(live: Live, lines: readonly string[]): Promise<void> {
  let text = '';
  await until(`/metrics shows ${lines.join(', ')}`, async () => {
    text = (await live.api.call('GET', '/metrics')).text;
    const shown = text.split('\n');
    return lines.every((line) => shown.includes(line));
  });
}

const note = (text: string): Parameters<StreamHub['publish']>[0] => [
  { name: 'alert', supersedes: null, body: { message: text } },
];
const messages = (client: SseClient): unknown[] => client.named('alert').map(({ data }) => data.message);

describe('The stream', () => {
  it('carries the events of the contract and one observation for each component, from the first second on', async () => {
    const live = await start();
    const client = await live.open();
    expect(client.status).toBe(200);
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'referrer-policy': 'no-referrer',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    expect(client.headers['content-encoding']).toBeUndefined();
    const [cpu] = (await client.waitFor('cpu', 2)).slice(-1);
    expect(client.retry).toBe(3000);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const figure = expect.any(Number);
    expect(cpu?.data).toEqual({ timestamp: time, usage_percent: figure, load_average: [figure, figure, figure] });
    const [memory] = await client.waitFor('memory');
    expect(memory?.data).toEqual({ timestamp: time, used_mb: figure, percent_used: figure });
    await until('every component was told', () =>
      ['application', 'database', 'mqtt', 'redis', 'system'].every((component) =>
        client.named('observation').some(({ data }) => data.component === component),
      ),
    );
    const of = (component: string) =>
      client.named('observation').find(({ data }) => data.component === component)?.data;
    expect(of('redis')).toMatchObject({ outcome: 'absent', samples: [] });
    expect(of('mqtt')).toMatchObject({ outcome: 'failed', error: { code: 'mqtt.unreachable' } });
    expect(of('system')).toMatchObject({
      outcome: 'ok',
      samples: expect.arrayContaining([{ name: 'system_cpu_usage_percent', labels: {}, value: figure }]),
    });
    const ids = client.events.map(({ id }) => Number(id));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
  });

  it('carries the message rate and the connections of a real broker', async () => {
    const mosquitto = await startMosquitto();
    try {
      const live = await start({ MQTT_URL: mosquitto.url });
      const client = await live.open('?events=mqtt');
      const known = (): boolean => client.events.some(({ data }) => data.messages_per_second !== null);
      await until('the broker told its figures', known);
      expect(client.events.at(-1)?.data).toEqual({
        timestamp: expect.any(String),
        messages_per_second: expect.any(Number),
        active_connections: 1,
      });
    } finally {
      await mosquitto.dispose();
    }
  });

  it('is filtered by ?events=, and refuses names that it does not have', async () => {
    const live = await start();
    const client = await live.open('?events=memory,alert');
    await client.waitFor('memory', 2);
    expect(new Set(client.events.map(({ event }) => event))).toEqual(new Set(['memory']));
    for (const query of ['?events=disk', '?events=', '?events=cpu,,memory', '?last_event_id=x', '?other=1']) {
      const refused = await live.open(query);
      expect([query, refused.status]).toEqual([query, 422]);
    }
  });

  it('begins with the latest figures, and resumes after the last event seen without a gap or a repetition', async () => {
    const live = await start();
    const first = await live.open();
    await first.waitFor('memory');
    live.hub.publish(note('one'));
    await first.waitFor('alert');
    first.close();
    live.hub.publish([...note('two'), ...note('three')]);
    const { lastEventId } = first;
    const authorization = `Bearer ${live.admin.token}`;
    for (const again of [
      await live.open('', { authorization, 'last-event-id': lastEventId }),
      await live.open(`?last_event_id=${lastEventId}`),
      await live.open('?last_event_id=1', { authorization, 'last-event-id': lastEventId }),
    ]) {
      await again.waitFor('alert', 2);
      expect([messages(again), again.named('reset')]).toEqual([['two', 'three'], []]);
    }
    const fresh = await live.open('?events=memory,alert');
    await fresh.waitFor('memory');
    expect([messages(fresh), fresh.named('reset')]).toEqual([[], []]);
  });

  it('says reset when the place is not known any more, and then tells the state', async () => {
    const live = await start();
    await (await live.open()).waitFor('memory');
    for (const id of ['1', '9999999999999999', 'abc']) {
      const client = await live.open('', { authorization: `Bearer ${live.admin.token}`, 'last-event-id': id });
      await client.waitFor('memory');
      expect(client.events[0]).toEqual({ event: 'reset', id: '', data: {} });
    }
  });

  it('is followed by curl -N', async () => {
    const live = await start();
    const curl = spawn('curl', ['-sN', '-H', `Authorization: Bearer ${live.admin.token}`, live.url]);
    let text = '';
    curl.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await until('curl prints two events', () => (text.match(/^event: memory$/gm) ?? []).length >= 2);
    curl.kill();
    expect(text).toMatch(/^retry: 3000\n\n/);
  });

  it('answers HEAD without opening a stream, and is no request in progress while open', async () => {
    const live = await start();
    const head = await live.api.call('HEAD', route, { token: live.admin.token });
    expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(live.hub.size).toBe(0);
    const client = await live.open();
    await client.waitFor('memory');
    const asked = `http_requests_total{method="GET",endpoint="${route}",status="200"} 1`;
    const measured = `http_request_duration_seconds_count{method="GET",endpoint="${route}"} 1`;
    await metricsShow(live, ['stream_clients 1', 'http_requests_in_progress 1', asked, measured]);
    client.close();
    await metricsShow(live, ['stream_clients 0', 'stream_closed_total{reason="client"} 1', asked, measured]);
  });
});

describe('A ticket', () => {
  const newTicket = async (live: Live, token = live.admin.token, body: object = {}): Promise<string> => {
    const answer = await live.api.call('POST', '/api/v1/auth/stream-ticket', { token, body });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ ticket: expect.stringMatching(/^[\w-]{43}$/), expires_in: expect.any(Number) });
    return answer.body.ticket as string;
  };
  const opened = async (live: Live, query: string): Promise<number> => (await live.open(query, {})).status;

  it('opens the stream once, and nothing else', async () => {
    const live = await start({ STREAM_QUERY_TOKEN: 'deny' });
    const ticket = await newTicket(live);
    expect((await live.api.call('GET', `/api/v1/admin/stats/redis?ticket=${ticket}`)).status).toBe(401);
    const client = await live.open(`?ticket=${ticket}&events=memory`, {});
    expect(client.status).toBe(200);
    await client.waitFor('memory');
    expect(await opened(live, `?ticket=${ticket}`)).toBe(401);
    expect(await opened(live, `?ticket=${'A'.repeat(43)}`)).toBe(401);
    expect(await opened(live, `?ticket=${live.admin.token}`)).toBe(401);
  });

  it('is used by one of many who come with it at once', async () => {
    const live = await start();
    const ticket = await newTicket(live);
    const statuses = await Promise.all(Array.from({ length: 20 }, () => opened(live, `?ticket=${ticket}`)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(new Set(statuses)).toEqual(new Set([200, 401]));
  });

  it('opens nothing after its time, for another path, or after the end of its session', async () => {
    const live = await start({ STREAM_TICKET_TTL_MS: '1000' });
    const late = await newTicket(live);
    const elsewhere = await newTicket(live, live.admin.token, { path: '/api/v1/other/stream' });
    expect(await opened(live, `?ticket=${elsewhere}`)).toBe(401);
    const session = await live.api.signIn();
    const orphan = await newTicket(live, session.token);
    await live.api.call('POST', '/api/v1/auth/logout', { token: session.token });
    expect(await opened(live, `?ticket=${orphan}`)).toBe(401);
    const early = performance.now();
    await until('the ticket has expired', () => performance.now() - early > 1000);
    expect(await opened(live, `?ticket=${late}`)).toBe(401);
  });

  it('is given to those who may read the statistics, 30 times a minute', async () => {
    const live = await start({ LIMIT_STREAM_TICKETS_PER_MINUTE: '30' });
    for (let i = 0; i < 30; i++) await newTicket(live);
    const refused = await live.api.call('POST', '/api/v1/auth/stream-ticket', { token: live.admin.token, body: {} });
    expect([refused.status, refused.body.code]).toEqual([429, 'auth.rate_limited']);
    const viewer = await live.api.newUser(live.admin, 'viewer');
    const forbidden = await live.api.call('POST', '/api/v1/auth/stream-ticket', { token: viewer.token });
    expect(forbidden.status).toBe(403);
    const operator = await live.api.newUser(live.admin, 'platform_operator');
    // Without a body, as `curl -X POST` asks.
    const bare = await live.api.call('POST', '/api/v1/auth/stream-ticket', { token: operator.token });
    expect(bare.status).toBe(201);
  });
});

describe('A token in the address', () => {
  it('opens the stream, unless that is switched off', async () => {
    const live = await start();
    const client = await live.open(`?token=${live.admin.token}`, {});
    await client.waitFor('memory');
    const strict = await start({ STREAM_QUERY_TOKEN: 'deny' });
    expect((await strict.open(`?token=${strict.admin.token}`, {})).status).toBe(401);
  });
});

describe('An open stream', () => {
  it('ends with the token that opened it', async () => {
    const secret = randomBytes(32).toString('base64url');
    const live = await start({ JWT_SECRET: secret, STREAM_RECHECK_MS: '100' });
    const short = resigned(live.admin.token, secret, { payload: { exp: Math.floor(Date.now() / 1000) + 2 } });
    const client = await live.open('', { authorization: `Bearer ${short}` });
    await client.waitFor('memory');
    await client.waitForEnd();
    expect(client.events.at(-1)).toEqual({ event: 'token_expired', id: '', data: {} });
    await metricsShow(live, ['stream_closed_total{reason="token_expired"} 1']);
  });

  it.each([
    ['the user logs out', (live: Live, user: SignedIn) => live.api.call('POST', '/api/v1/auth/logout', user)],
    [
      'the user gets another role',
      (live: Live, user: SignedIn) =>
        live.api.call('PATCH', `/api/v1/users/${user.id}`, { token: live.admin.token, body: { role: 'viewer' } }),
    ],
  ])('ends within 5 s when %s, and the others go on', async (_what, end) => {
    const live = await start();
    const user = await live.api.newUser(live.admin, 'platform_operator');
    const [client, other] = [await live.open('', { authorization: `Bearer ${user.token}` }), await live.open()];
    await client.waitFor('memory');
    expect((await end(live, user)).status).toBeLessThan(300);
    await client.waitForEnd(5_000);
    expect(client.events.at(-1)?.event).toBe('session_ended');
    const before = other.named('memory').length;
    await other.waitFor('memory', before + 2);
  });

  it('is kept open by comments that move the place to resume from', async () => {
    const live = await start({ STREAM_KEEP_ALIVE_MS: '1000', STREAM_RECHECK_MS: '100', STREAM_REPLAY_EVENTS: '20' });
    const client = await live.open('?events=alert');
    await until('three comments', () => client.comments.filter((text) => text === 'keep-alive').length >= 3);
    expect(client.events).toEqual([]);
    client.close();
    live.hub.publish(note('missed'));
    const again = await live.open(`?events=alert&last_event_id=${client.lastEventId}`);
    await again.waitFor('alert');
    expect([messages(again), again.named('reset')]).toEqual([['missed'], []]);
  });

  it('hears of the end of the process, which does not wait for it', async () => {
    const live = await start();
    const open = await Promise.all(Array.from({ length: 5 }, () => live.open()));
    const stuck = await live.open();
    stuck.pause();
    for (const client of open) await client.waitFor('memory');
    const started = performance.now();
    await live.close();
    running.splice(0);
    expect(performance.now() - started).toBeLessThan(5_000);
    for (const client of open) {
      await client.waitForEnd();
      expect(client.events.at(-1)).toEqual({ event: 'shutdown', id: '', data: {} });
    }
  });
});

describe("A browser's EventSource", () => {
  it('of a page of an allowed origin follows the stream, and resumes by itself after a cut', async () => {
    const page = await openPage();
    try {
      const live = await start({ CORS_ORIGINS: page.origin, STREAM_RETRY_MS: '500' });
      page.run(`
        const stream = new EventSource('${live.url}?events=memory,alert&token=${live.admin.token}');
        const tell = (event) => report([event.type, event.data && JSON.parse(event.data).message]);
        for (const name of ['memory', 'alert', 'reset', 'gap']) stream.addEventListener(name, tell);
      `);
      const told = (name: string): unknown[] =>
        (page.reports as [string, unknown][]).filter(([type]) => type === name).map(([, message]) => message);
      await until('the page was told figures', () => told('memory').length >= 2);
      live.hub.publish(note('before'));
      await until('the page was told an alert', () => told('alert').length === 1);
      (live.application.app.getHttpServer() as Server).closeAllConnections();
      live.hub.publish(note('meanwhile'));
      await until('the page was told what it missed', () => told('alert').length === 2);
      const soFar = told('memory').length;
      await until('the page follows again', () => told('memory').length > soFar);
      expect(told('alert')).toEqual(['before', 'meanwhile']);
      expect([told('reset'), told('gap')]).toEqual([[], []]);
    } finally {
      await page.close();
    }
  });
});

describe('Alerts', () => {
  class Feed extends AlertFeed {
    private listener: (notice: AlertNotice) => void = () => undefined;

    subscribe(listener: (notice: AlertNotice) => void): () => void {
      this.listener = listener;
      return () => (this.listener = () => undefined);
    }

    tell(notice: AlertNotice): void {
      this.listener(notice);
    }
  }

  @Module({ providers: [Feed], exports: [Feed] })
  class FeedModule {}

  it('of the bound feed reach every client as alert and alert_update, once each', async () => {
    const parsed = parseConfig(configSections, {
      DATABASE_URL: postgres.url,
      MQTT_URL: 'mqtt://127.0.0.1:1',
      JWT_SECRET: randomBytes(32).toString('base64url'),
      ADMIN_EMAIL: adminEmail,
      ADMIN_PASSWORD: adminPassword,
      ...unlimited,
    });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const whole = AppModule.forRoot(parsed.values);
    const others = (whole.imports ?? []).filter((part) => !('module' in part && part.module === StreamModule));
    const feed = { provide: AlertFeed, useExisting: Feed };
    const stream = StreamModule.forRoot({ imports: [FeedModule], feed });
    const core = parsed.values.get(coreConfig.token) as CoreConfig;
    const app = await NestFactory.create<NestFastifyApplication>(
      { ...whole, imports: [...others, stream] },
      httpAdapter(core),
      { logger: false, bodyParser: false },
    );
    await hardenHttp(app, core);
    await app.listen(0, '127.0.0.1');
    try {
      await app.get(BootstrapAdmin, { strict: false }).run();
      const { port } = (app.getHttpServer() as Server).address() as { port: number };
      const { token } = await new Api(app).signIn();
      const url = `http://127.0.0.1:${port}${route}?events=alert,alert_update&token=${token}`;
      const followers = [await SseClient.open(url), await SseClient.open(url)];
      clients.push(...followers);
      const alert = {
        id: 'a-1',
        timestamp: '2025-12-10T10:00:00.000Z',
        severity: 'warning',
        component: 'memory',
        message: 'Memory usage exceeded 85%',
        device_id: null,
      };
      app.get(Feed).tell({ kind: 'fired', alert: { ...alert, status: 'active' } });
      app.get(Feed).tell({ kind: 'resolved', alert: { ...alert, status: 'resolved' } });
      for (const follower of followers) {
        await follower.waitFor('alert_update');
        expect(follower.events.map(({ event, data }) => [event, data])).toEqual([
          ['alert', { ...alert, status: 'active' }],
          ['alert_update', { ...alert, status: 'resolved' }],
        ]);
      }
    } finally {
      await app.close();
    }
  });
});

describe('The caps', () => {
  const full = async (live: Live, opener: () => Promise<SseClient>, status: number, code: string): Promise<void> => {
    const first = await opener();
    expect([first.status, (await opener()).status]).toEqual([200, 200]);
    const refused = await opener();
    expect(refused.status).toBe(status);
    expect(refused.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(refused.headers['retry-after']).toBe('5');
    await metricsShow(live, [`stream_rejected_total{reason="${code}"} 1`]);
    // A place that becomes free is taken by the next.
    first.close();
    await until('a place is free', () => live.hub.size === 1);
    expect((await opener()).status).toBe(200);
  };

  it('of a user: 429', async () => {
    const live = await start({ STREAM_MAX_PER_USER: '2' });
    await full(live, () => live.open(), 429, 'user');
    const other = await live.api.newUser(live.admin, 'platform_operator');
    expect((await live.open('', { authorization: `Bearer ${other.token}` })).status).toBe(200);
  });

  it('of an address: 429', async () => {
    const live = await start({ STREAM_MAX_PER_ADDRESS: '2' });
    await full(live, () => live.open(), 429, 'address');
  });

  it('of the instance: 503', async () => {
    const live = await start({ STREAM_MAX_CLIENTS: '2' });
    await full(live, () => live.open(), 503, 'instance');
  });
});

describe('Of 100 clients', () => {
  it('10 that stop reading cost bounded memory and are told what they missed; 90 lose nothing', async () => {
    const live = await start({
      STREAM_MAX_PER_USER: '200',
      STREAM_MAX_PER_ADDRESS: '200',
      COLLECT_INTERVAL_MS: '60000',
    });
    const sockets = new Set<Socket>();
    (live.application.app.getHttpServer() as Server).on('connection', (socket: Socket) => sockets.add(socket));
    const all = await Promise.all(Array.from({ length: 100 }, () => live.open('?events=observation,alert')));
    const stopped = all.slice(0, 10);
    const readers = all.slice(10);
    for (const client of stopped) client.pause();
    const rounds = 160;
    const body = { component: 'test', padding: 'x'.repeat(50_000) };
    const roundsOf = (client: SseClient): unknown[] =>
      client.named('observation').flatMap(({ data }) => (data.component === 'test' ? [data.round] : []));
    for (let round = 0; round < rounds; round++) {
      live.hub.publish([
        { name: 'observation', supersedes: 'observation test', body: { ...body, round } },
        ...(round % 10 === 0 ? note(`alert ${round}`) : []),
      ]);
      if (round % 2 === 0) continue;
      await until('the readers have read', () => readers.every((client) => roundsOf(client).at(-1) === round));
      expect(Math.max(...[...sockets].map((socket) => socket.writableLength))).toBeLessThan(131_072);
    }
    const alerts = Array.from({ length: rounds / 10 }, (_, i) => `alert ${i * 10}`);
    for (const client of readers) {
      expect(roundsOf(client)).toEqual(Array.from({ length: rounds }, (_, i) => i));
      expect([messages(client), client.named('gap')]).toEqual([alerts, []]);
    }
    for (const client of stopped) {
      client.resume();
      await until('it has caught up', () => roundsOf(client).at(-1) === rounds - 1);
      const dropped = client.named('gap').reduce((sum, { data }) => sum + Number(data.dropped), 0);
      expect(dropped).toBeGreaterThan(0);
      expect(roundsOf(client).length + dropped).toBe(rounds);
      expect(messages(client)).toEqual(alerts);
    }
  }, 120_000);

  it('one that takes nothing for as long as allowed is closed', async () => {
    const live = await start({ STREAM_STALL_MS: '1000', STREAM_RECHECK_MS: '100' });
    const [stuck, reader] = [await live.open('?events=observation'), await live.open('?events=observation')];
    stuck.pause();
    const body = { padding: 'x'.repeat(50_000) };
    await until('the stuck client is closed', () => {
      live.hub.publish([{ name: 'observation', supersedes: 'observation test', body }]);
      return live.hub.size === 1;
    });
    await metricsShow(live, ['stream_closed_total{reason="stalled"} 1']);
    expect(reader.closed).toBe(false);
  });
});
