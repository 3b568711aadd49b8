import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { describeCollector } from '../../test/contracts/collector.contract.js';
import { freePort, silentServer, until } from '../../test/support/process.js';
import { bulk, runRedis, scriptedRedis, type RunningRedis } from '../../test/support/redis.js';
import { NotPresent, samplesOf, type Collector } from '../collect/index.js';
import { AppError, causeChain, SystemClock } from '../core/index.js';
import { RedisCollector } from './redis.collector.js';
import type { RedisConfig } from './redis.config.js';
import type { RedisSnapshot } from './redis.snapshot.js';

/** The system's clock whose monotonic time a test can move on, so that a window of 10 s takes no 10 s. */
class MovableClock extends SystemClock {
  aheadMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.aheadMs;
  }
}

const limits = { REDIS_RESPONSE_MS_MAX: 5_000, REDIS_MEMORY_PERCENT_MAX: 90, REDIS_CLIENTS_PERCENT_MAX: 90 };

function collectorFor(url: string | undefined, timeoutMs = 2_000, clock = new MovableClock()): RedisCollector {
  const config: RedisConfig = { REDIS_URL: url, REDIS_TIMEOUT_MS: timeoutMs, ...limits };
  return new RedisCollector(config, clock);
}

function pass(collector: RedisCollector): Promise<RedisSnapshot> {
  return collector.collect(AbortSignal.timeout(collector.timeoutMs));
}

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const failure: unknown = await work.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (failure instanceof AppError) return failure;
  throw failure;
}

/** Samples by `name` or `name{first label's value}`. */
function figuresOf(collector: RedisCollector, snapshot: RedisSnapshot): Map<string, number> {
  const { samples } = samplesOf(collector.metrics, snapshot);
  return new Map(
    samples.map((s) => {
      const label = Object.values(s.labels)[0];
      return [label === undefined ? s.name : `${s.name}{${label}}`, s.value];
    }),
  );
}

describe('RedisCollector', () => {
  let server: RunningRedis;
  let collector: RedisCollector;

  beforeEach(async () => {
    server = await runRedis(['appendonly yes']);
    collector = collectorFor(server.url);
  });
  afterEach(async () => {
    collector.onApplicationShutdown();
    await server.dispose();
  });

  describeCollector('redis', {
    live: async () => {
      const own = await runRedis();
      const under = collectorFor(own.url);
      return {
        collector: under as Collector,
        dispose: async () => {
          under.onApplicationShutdown();
          await own.dispose();
        },
      };
    },
    at: async (port) => {
      const under = collectorFor(`redis://127.0.0.1:${port}`);
      return { collector: under as Collector, dispose: async () => under.onApplicationShutdown() };
    },
  });

  it('is absent, not down, without REDIS_URL, and says what to set', async () => {
    const failure = await pass(collectorFor(undefined)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NotPresent);
    expect((failure as NotPresent).reason).toContain('REDIS_URL');
  });

  it('agrees with INFO taken at the same moment', async () => {
    for (let i = 0; i < 30; i += 1) await server.tell('SET', `key:${i}`, 'x'.repeat(i * 100));
    await server.tell('PEXPIRE', 'key:1', '600000');
    await server.tell('PEXPIRE', 'key:2', '600000');
    for (let i = 0; i < 40; i += 1) await server.tell('GET', `key:${i}`);
    await server.tell('LPUSH', 'key:1', 'wrong type');
    const figures = figuresOf(collector, await pass(collector));
    const told = new Map(
      (await server.tell('INFO', 'all')).split('\r\n').map((line) => line.split(':', 2) as [string, string]),
    );
    const number = (key: string): number => Number(told.get(key));
    expect(figures.get('redis_status')).toBe(1);
    expect(figures.get('redis_keys_total')).toBe(30);
    expect(figures.get('redis_keys_with_expiry')).toBe(2);
    expect(figures.get('redis_cache_hits_total')).toBe(30);
    expect(figures.get('redis_cache_misses_total')).toBe(10);
    expect(figures.get('redis_cache_hit_ratio')).toBe(75);
    expect(figures.get('redis_error_replies_total')).toBe(1);
    expect(figures.get('redis_error_replies_by_prefix_total{WRONGTYPE}')).toBe(1);
    expect(figures.get('redis_command_calls_total{get}')).toBe(40);
    expect(figures.get('redis_command_failures_total{lpush}')).toBe(1);
    expect(figures.get('redis_aof_enabled')).toBe(number('aof_enabled'));
    expect(figures.get('redis_keys_evicted_total')).toBe(number('evicted_keys'));
    expect(figures.get('redis_clients_limit')).toBe(number('maxclients'));
    expect(figures.get('redis_rdb_last_save_timestamp_seconds')).toBe(number('rdb_last_save_time'));
    // SLOWLOG LEN and this INFO itself came after the figures were taken.
    expect(number('total_commands_processed') - (figures.get('redis_commands_total') ?? 0)).toBe(2);
    const used = figures.get('redis_memory_used_bytes') ?? 0;
    expect(Math.abs(number('used_memory') - used) / used).toBeLessThan(0.1);
    const startedAt = Math.floor(number('server_time_usec') / 1e6) - number('uptime_in_seconds');
    expect(Math.abs((figures.get('redis_start_time_seconds') ?? 0) - startedAt)).toBeLessThanOrEqual(1);
  });

  it('counts what moved since the previous pass, and nothing after a restart', async () => {
    const clock = new MovableClock();
    collector = collectorFor(server.url, 2_000, clock);
    await server.tell('SET', 'here', '1');
    await server.tell('GET', 'missing');
    expect((await pass(collector)).window).toMatchObject({ seconds: null, cacheHitPercent: 0 });
    for (let i = 0; i < 3; i += 1) await server.tell('GET', 'here');
    await server.tell('GET', 'missing');
    clock.aheadMs += 10_000;
    const second = (await pass(collector)).window;
    expect(second.cacheHitPercent).toBe(75);
    expect(second.seconds).toBeGreaterThanOrEqual(10);
    // Four GETs, SLOWLOG LEN of the first pass, PING and INFO of this one.
    expect((second.commandsPerSecond ?? 0) * (second.seconds ?? 0)).toBeCloseTo(7, 5);
    clock.aheadMs += 10_000;
    expect((await pass(collector)).window.cacheHitPercent).toBeNull();

    await server.stop();
    await server.start();
    clock.aheadMs += 10_000;
    const restarted = await pass(collector);
    expect(restarted.window).toMatchObject({ seconds: null, cacheHitPercent: null, connectionsRejected: 0 });
    expect(restarted.window.commandsPerSecond).toBeGreaterThanOrEqual(0);
  });

  it('takes CONFIG RESETSTAT for a reset: no negative rate, ratio since the reset', async () => {
    const clock = new MovableClock();
    collector = collectorFor(server.url, 2_000, clock);
    await server.tell('SET', 'here', '1');
    for (let i = 0; i < 50; i += 1) await server.tell('GET', 'here');
    const before = await pass(collector);
    await server.tell('CONFIG', 'RESETSTAT');
    await server.tell('GET', 'missing');
    clock.aheadMs += 10_000;
    const after = await pass(collector);
    expect(after.window).toMatchObject({ seconds: null, cacheHitPercent: 0 });
    expect(after.window.commandsPerSecond).toBeGreaterThanOrEqual(0);
    expect(after.startTimeSeconds).toBe(before.startTimeSeconds);
  });

  it('fails in the first pass after the server stopped and recovers in the first after it started', async () => {
    await pass(collector);
    await server.stop();
    const failure = await failureOf(pass(collector));
    expect(failure).toMatchObject({ kind: 'unavailable', code: 'redis.unreachable' });
    expect(causeChain(failure)).toContain('ECONNREFUSED');
    await server.start();
    expect((await pass(collector)).info.version).toMatch(/^\d+\./);
  });

  it('fails within its timeout while the server is suspended and recovers when it goes on', async () => {
    collector = collectorFor(server.url, 400);
    await pass(collector);
    server.suspend();
    expect(await failureOf(pass(collector))).toMatchObject({ kind: 'unavailable', code: 'redis.timeout' });
    // The kernel still accepts the new connection; nobody answers on it.
    expect(await failureOf(pass(collector))).toMatchObject({ kind: 'unavailable', code: 'redis.timeout' });
    server.resume();
    await until('redis answers again', async () => (await server.tell('PING')) === 'PONG');
    expect((await pass(collector)).refusal).toBeNull();
  });

  it('gives up at its own timeout on a server that never answers, also without an abort', async () => {
    const silent = await silentServer();
    const under = collectorFor(`redis://127.0.0.1:${silent.port}`, 300);
    expect(await failureOf(under.collect(new AbortController().signal))).toMatchObject({ code: 'redis.timeout' });
    under.onApplicationShutdown();
    await silent.close();
  });

  it('names its connection and keeps one for all passes', async () => {
    for (let i = 0; i < 5; i += 1) await pass(collector);
    const named = (await server.tell('CLIENT', 'LIST'))
      .split('\n')
      .filter((l) => l.includes('name=watchkeeper-monitor'));
    expect(named).toHaveLength(1);
  });
});

describe('RedisCollector and the rights of its user', () => {
  let server: RunningRedis;
  const opened: RedisCollector[] = [];
  const collectAs = (credentials: string, database = ''): RedisCollector => {
    const collector = collectorFor(`redis://${credentials}127.0.0.1:${server.port}${database}`);
    opened.push(collector);
    return collector;
  };

  beforeAll(async () => {
    server = await runRedis([
      'requirepass p@ss:word/1',
      'user reader on >r3ader resetkeys resetchannels -@all +ping +info',
      'user blind on >bl1nd -@all +ping',
      'user mute on >mut3 -@all',
    ]);
  });
  afterAll(async () => {
    for (const collector of opened) collector.onApplicationShutdown();
    await server.dispose();
  });

  it.each([
    ['no password', ''],
    ['a wrong password', ':wr0ng-secret@'],
    ['an unknown user', 'nobody:wr0ng-secret@'],
  ])('is unavailable for its authentication with %s, and tells no secret', async (_case, credentials) => {
    const failure = await failureOf(pass(collectAs(credentials)));
    expect(failure).toMatchObject({ kind: 'unavailable', code: 'redis.auth_refused' });
    expect(failure.publicText).toContain('authentication');
    const told =
      JSON.stringify(failure, Object.getOwnPropertyNames(failure)) +
      JSON.stringify(failure.cause) +
      causeChain(failure);
    expect(told).not.toContain('wr0ng-secret');
  });

  it('signs in with a password that needs percent-encoding', async () => {
    const snapshot = await pass(collectAs(`:${encodeURIComponent('p@ss:word/1')}@`, '/3'));
    expect(snapshot.info.version).not.toBeNull();
  });

  it('reads all figures but the slow log with the rights to PING and INFO alone', async () => {
    const collector = collectAs('reader:r3ader@');
    const first = await pass(collector);
    expect(first.slowlogEntries).toBeNull();
    expect(first.info.memoryUsedBytes).toBeGreaterThan(0);
    expect(collector.judge(first)[0]).toMatchObject({
      verdict: 'ok',
      message: `Connected to Redis ${first.info.version}`,
    });
    // A refusal counts as an error reply of the server, so it is provoked once per connection and not once per pass.
    const second = await pass(collector);
    const third = await pass(collector);
    expect(third.info.errorReplies).toBe(second.info.errorReplies);
  });

  it('is healthy without figures where INFO is not permitted', async () => {
    const collector = collectAs('blind:bl1nd@');
    const snapshot = await pass(collector);
    expect(snapshot.infoAnswered).toBe(false);
    const figures = figuresOf(collector, snapshot);
    expect([...figures.keys()].sort()).toEqual(['redis_response_seconds', 'redis_status']);
    expect(figures.get('redis_status')).toBe(1);
    expect(collector.judge(snapshot)[0]).toMatchObject({ verdict: 'ok', message: expect.stringContaining('INFO') });
  });

  it('has no response time where even PING is not permitted', async () => {
    const collector = collectAs('mute:mut3@');
    const snapshot = await pass(collector);
    expect(snapshot.pingMs).toBeNull();
    expect(collector.judge(snapshot)[0]?.figures).toEqual({});
  });
});

describe('RedisCollector and a server that answers but does not serve', () => {
  const started: RunningRedis[] = [];
  const run = async (options: readonly string[]): Promise<RunningRedis> => {
    const server = await runRedis(options);
    started.push(server);
    return server;
  };
  let collector: RedisCollector | undefined;
  afterEach(async () => {
    collector?.onApplicationShutdown();
    for (const server of started.splice(0)) await server.dispose();
  });

  it('is degraded with status 0 while the data is loaded, and well as soon as it is', async () => {
    const options = ['enable-debug-command local'];
    const server = await run(options);
    await server.tell('DEBUG', 'POPULATE', '20000', 'key', '10');
    await server.tell('SAVE');
    await server.stop();
    options.push('key-load-delay 1000', 'loading-process-events-interval-bytes 1024');
    await server.start();
    collector = collectorFor(server.url);
    const loading = await pass(collector);
    expect(loading.refusal).toBe('loading');
    expect(figuresOf(collector, loading).get('redis_status')).toBe(0);
    expect(collector.judge(loading)[0]).toMatchObject({
      verdict: 'degraded',
      message: expect.stringContaining('loading'),
    });
    await server.tell('CONFIG', 'SET', 'key-load-delay', '0');
    await until('the data is loaded', async () => (await server.tell('PING')) === 'PONG');
    const loaded = await pass(collector);
    expect(loaded).toMatchObject({ refusal: null, info: { keys: 20_000 } });
    expect(collector.judge(loaded)[0]?.verdict).toBe('ok');
  });

  it('is degraded with status 0 as a replica that serves nothing without its primary', async () => {
    const server = await run([`replicaof 127.0.0.1 ${await freePort()}`, 'replica-serve-stale-data no']);
    collector = collectorFor(server.url);
    const snapshot = await pass(collector);
    expect(snapshot).toMatchObject({ refusal: 'primary_down', info: { role: 'replica', primaryLinkUp: false } });
    expect(figuresOf(collector, snapshot).get('redis_status')).toBe(0);
    expect(collector.judge(snapshot)[0]).toMatchObject({
      verdict: 'degraded',
      message: expect.stringContaining('MASTERDOWN'),
    });
  });

  it('is degraded with status 0 while a script blocks the server, and well when it is ended', async () => {
    const server = await run(['busy-reply-threshold 20']);
    collector = collectorFor(server.url, 5_000);
    const before = await pass(collector);
    const script = server.tell('EVAL', 'while true do end', '0');
    await until('the server is busy', async () => (await server.tell('PING')).startsWith('BUSY'));
    const busy = await pass(collector);
    expect(busy).toMatchObject({ refusal: 'busy', infoAnswered: false, info: { version: null } });
    expect(figuresOf(collector, busy).get('redis_status')).toBe(0);
    expect(collector.judge(busy)[0]).toMatchObject({ verdict: 'degraded', message: expect.stringContaining('BUSY') });
    await server.tell('SCRIPT', 'KILL');
    await script;
    const after = await pass(collector);
    expect(after.refusal).toBeNull();
    // The window spans the pass that had no figures.
    expect(after.window.seconds).not.toBeNull();
    expect(after.startTimeSeconds).toBe(before.startTimeSeconds);
  });

  it('is healthy without figures where INFO does not exist', async () => {
    const server = await run(['rename-command INFO hidden']);
    collector = collectorFor(server.url);
    const snapshot = await pass(collector);
    expect(snapshot).toMatchObject({ infoAnswered: false, refusal: null });
    expect(collector.judge(snapshot)[0]?.verdict).toBe('ok');
  });

  it('tells a server that has no connection left from one that is away', async () => {
    const server = await run(['maxclients 1']);
    const other = connect(server.port, '127.0.0.1');
    await once(other, 'connect');
    collector = collectorFor(server.url);
    const under = collector;
    await until('the other client holds the only connection', async () => {
      const failure = await failureOf(pass(under));
      return failure.code === 'redis.clients_exhausted' && failure.kind === 'unavailable';
    });
    other.destroy();
  });

  it('reads a primary and its replica', async () => {
    const primary = await run(['repl-diskless-sync-delay 0']);
    const replica = await run([`replicaof 127.0.0.1 ${primary.port}`]);
    await primary.tell('SET', 'key', 'value');
    await until('the replica has the key', async () => (await replica.tell('GET', 'key')) === 'value');
    collector = collectorFor(primary.url);
    const under = collector;
    await until('the replica has acknowledged', async () => (await pass(under)).info.replicationLagBytes === 0);
    expect((await pass(under)).info).toMatchObject({ role: 'primary', replicasConnected: 1, primaryLinkUp: null });
    const reading = collectorFor(replica.url);
    expect((await pass(reading)).info).toMatchObject({ role: 'replica', primaryLinkUp: true, keys: 1 });
    reading.onApplicationShutdown();
  });
});

describe('RedisCollector and servers before 7.0', () => {
  it('falls back to one section where several are a syntax error, and asks for it at once from then on', async () => {
    const text = readFileSync(join(__dirname, 'testdata', 'info-redis-6.2.14-derived.txt'), 'utf8');
    const asked: string[] = [];
    const server = await scriptedRedis((command) => {
      asked.push(command.join(' '));
      if (command[0] === 'PING') return '+PONG\r\n';
      if (command[0] === 'SLOWLOG') return ':3\r\n';
      if (command[0] !== 'INFO') return '+OK\r\n';
      return command.length > 2 ? '-ERR syntax error\r\n' : bulk(text);
    });
    const collector = collectorFor(server.url);
    const first = await pass(collector);
    expect(first).toMatchObject({ slowlogEntries: 3, info: { version: '6.2.14', keys: 1992 } });
    asked.length = 0;
    expect((await pass(collector)).info.commands.get('get')?.calls).toBe(8007);
    expect(asked).toEqual(['PING', 'INFO all', 'SLOWLOG LEN']);
    collector.onApplicationShutdown();
    await server.close();
  });
});
