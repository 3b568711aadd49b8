import { Logger } from '@nestjs/common';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeCollector } from '../../test/contracts/collector.contract.js';
import { databaseTestConfig } from '../../test/support/database.js';
import { startPostgres, type RunningPostgres } from '../../test/support/postgres.js';
import { silentServer, until } from '../../test/support/process.js';
import { AppError, SystemClock } from '../core/index.js';
import { DatabaseCollector } from './database.collector.js';
import { Database } from './database.service.js';
import type { DatabaseSnapshot } from './database.snapshot.js';

beforeAll(() => Logger.overrideLogger(false));

const clock = new SystemClock();
const made: DatabaseCollector[] = [];
function collectorAt(url: string): DatabaseCollector {
  const config = databaseTestConfig({ DATABASE_URL: url, DATABASE_STATS_TIMEOUT_MS: '1000' });
  const collector = new DatabaseCollector(config, clock);
  made.push(collector);
  return collector;
}

const under = (collector: DatabaseCollector): { collector: DatabaseCollector; dispose(): Promise<void> } => ({
  collector,
  dispose: () => Promise.resolve(collector.onApplicationShutdown()),
});

const collect = (collector: DatabaseCollector): Promise<DatabaseSnapshot> =>
  collector.collect(AbortSignal.timeout(5_000));

async function kindOfFailure(collector: DatabaseCollector): Promise<string> {
  const thrown = await collect(collector).catch((e: unknown) => e);
  return thrown instanceof AppError ? thrown.kind : `no AppError: ${JSON.stringify(thrown)}`;
}

describe.each(['debian15', 'embedded'] as const)('the database collector on %s', (version) => {
  let server: RunningPostgres;
  const loginOf = (role: string): string => {
    const url = new URL(server.url);
    url.username = role;
    url.password = 'secret';
    return url.href;
  };

  beforeAll(async () => {
    server = await startPostgres({ version });
    await server.adminQuery('CREATE EXTENSION pg_stat_statements');
    await server.adminQuery(`CREATE ROLE monitor LOGIN PASSWORD 'secret'`);
    await server.adminQuery('GRANT pg_monitor TO monitor');
    await server.adminQuery(`CREATE ROLE nobody LOGIN PASSWORD 'secret'`);
    await server.adminQuery('CREATE TABLE things (id int PRIMARY KEY)');
  });
  afterEach(() => {
    for (const collector of made.splice(0)) collector.onApplicationShutdown();
  });
  afterAll(() => server.dispose());

  describeCollector('database', {
    live: () => Promise.resolve(under(collectorAt(server.url))),
    at: (port) => Promise.resolve(under(collectorAt(`postgres://a:b@127.0.0.1:${port}/c`))),
  });

  it('sends one statement a pass, the first pass on a new connection included', async () => {
    await server.adminQuery('SELECT pg_stat_statements_reset()');
    const collector = collectorAt(loginOf('monitor'));
    for (let i = 0; i < 3; i++) await collect(collector);
    const sent = await server.adminQuery(
      `SELECT calls::int FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid WHERE rolname = 'monitor'`,
    );
    expect(sent).toEqual([{ calls: 3 }]);
  });

  it('agrees with the figures that the server gives an administrator', async () => {
    const [theirs] = await server.adminQuery(
      `SELECT current_setting('server_version') AS version, pg_database_size(current_database())::float8 AS size,
         extract(epoch FROM pg_postmaster_start_time())::float8 AS started,
         (SELECT max(age(datfrozenxid)) FROM pg_database)::float8 AS age,
         (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database())::float8 AS commits,
         pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS wal`,
    );
    const ours = await collect(collectorAt(loginOf('monitor')));
    expect(String(theirs?.version).startsWith(ours.version)).toBe(true);
    expect(ours.startedAtSeconds).toBeCloseTo(theirs?.started, 3);
    // Between the two statements only a handful of transactions of this test ran.
    const near = (mine: number | null, other: unknown, slack: number): void => {
      expect(Math.abs((mine ?? NaN) - Number(other))).toBeLessThanOrEqual(slack);
    };
    near(ours.sizeBytes, theirs?.size, 256 * 1024);
    near(ours.transactionIdAge, theirs?.age, 20);
    near(ours.counters.commits, theirs?.commits, 50);
    near(ours.walPositionBytes, theirs?.wal, 16 * 2 ** 20);
    expect(ours.connections.max).toBe(97);
    expect(ours.inRecovery).toBe(false);
    expect(ours.uptimeSeconds).toBeGreaterThan(0);
  });

  it('counts sessions by state, blocked ones, locks and the oldest transaction as they are', async () => {
    const collector = collectorAt(loginOf('monitor'));
    const before = await collect(collector);
    const holder = new Database(
      databaseTestConfig({ DATABASE_URL: server.url, DATABASE_POOL_SIZE: '3' }),
      { entities: [], migrations: [] },
      clock,
    );
    await holder.onModuleInit();
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const first = holder.transaction(async (em) => {
      await em.query('LOCK TABLE things IN ACCESS EXCLUSIVE MODE');
      await held;
    });
    await until(
      'the lock is held',
      async () => (await collect(collector)).connections.byState.idle_in_transaction === 1,
    );
    const second = holder.run((em) => em.query('SELECT count(*) FROM things'));
    await until('the other one waits', async () => (await collect(collector)).blockedSessions === 1);
    const seen = await collect(collector);
    letGo();
    await Promise.all([first, second]);
    await holder.onApplicationShutdown();
    expect(seen.connections.used).toBe(before.connections.used + 2);
    expect(seen.connections.byState.active).toBe(before.connections.byState.active + 1);
    expect(seen.locks).toContainEqual({ mode: 'AccessExclusiveLock', granted: true, count: 1 });
    expect(seen.locks).toContainEqual({ mode: 'AccessShareLock', granted: false, count: 1 });
    expect(seen.oldestTransactionSeconds).toBeGreaterThan(0);
    expect(seen.oldestIdleInTransactionSeconds).toBeGreaterThan(0);
    expect(seen.connections.byState.hidden).toBe(0);
  });

  it('tells rates between two passes and none in the first', async () => {
    const collector = collectorAt(loginOf('monitor'));
    expect((await collect(collector)).window).toBeNull();
    await server.adminQuery('INSERT INTO things SELECT generate_series(1, 1000)');
    let inserted = 0;
    await until('the insert is counted', async () => {
      const { window } = await collect(collector);
      inserted += (window?.rowsWrittenPerSecond ?? 0) * (window?.seconds ?? 0);
      return Math.round(inserted) >= 1000;
    });
    expect(Math.round(inserted)).toBe(1000);
    await server.adminQuery('TRUNCATE things');
  });

  it('reads what a role without pg_monitor may see and calls the rest hidden', async () => {
    const other = collectorAt(server.url);
    await collect(other);
    const seen = await collect(collectorAt(loginOf('nobody')));
    expect(seen.seesEverything).toBe(false);
    expect(seen.connections.byState.hidden).toBeGreaterThanOrEqual(1);
    expect((await collect(collectorAt(loginOf('monitor')))).seesEverything).toBe(true);
  });

  it('reports the WAL that an unused replication slot keeps back', async () => {
    await server.adminQuery(`SELECT pg_create_physical_replication_slot('forgotten', true)`);
    await server.adminQuery('CREATE TABLE bulk AS SELECT generate_series(1, 50000) AS n');
    const seen = await collect(collectorAt(loginOf('monitor')));
    await server.adminQuery(`SELECT pg_drop_replication_slot('forgotten')`);
    await server.adminQuery('DROP TABLE bulk');
    expect(seen.slots).toEqual([{ name: 'forgotten', active: false, retainedBytes: expect.any(Number) }]);
    expect(seen.slots[0]?.retainedBytes).toBeGreaterThan(1_000_000);
  });

  it('still answers while the application has exhausted its pool', async () => {
    const database = new Database(
      databaseTestConfig({ DATABASE_URL: server.url, DATABASE_POOL_SIZE: '2' }),
      { entities: [], migrations: [] },
      clock,
    );
    await database.onModuleInit();
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const holders = [1, 2].map(() => database.transaction(() => held));
    await until('the pool is exhausted', () => database.pool?.active === 2);
    const seen = await collect(collectorAt(server.url));
    expect(seen.connections.byState.idle_in_transaction).toBe(2);
    letGo();
    await Promise.all(holders);
    await database.onApplicationShutdown();
  });

  it('fails while the server is stopped and reads again when it is back', async () => {
    const collector = collectorAt(server.url);
    await collect(collector);
    await server.stop();
    await expect(kindOfFailure(collector)).resolves.toBe('unavailable');
    await server.start();
    expect((await collect(collector)).version).toMatch(/^\d+/);
  });

  it('gives a suspended server up on its own and reads again when it goes on', async () => {
    const collector = collectorAt(server.url);
    await collect(collector);
    server.suspend();
    await expect(kindOfFailure(collector)).resolves.toBe('unavailable');
    await expect(kindOfFailure(collector)).resolves.toBe('unavailable');
    server.resume();
    await until('it answers again', () => collect(collector).then(() => true));
  });

  it('counts a refused login as unavailable', async () => {
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(kindOfFailure(collectorAt(wrong.href))).resolves.toBe('unavailable');
  });

  it('leaves no connection behind when a pass is given up', async () => {
    const silent = await silentServer();
    const collector = collectorAt(`postgres://a:b@127.0.0.1:${silent.port}/c`);
    const failure = await collector.collect(AbortSignal.timeout(50)).catch((e: unknown) => e);
    expect((failure as AppError).kind).toBe('unavailable');
    await silent.close();
  });

  it('reads a standby, which is degraded because it accepts no writes', async () => {
    await server.stop();
    writeFileSync(join(server.dataDirectory, 'standby.signal'), '', { mode: 0o644 });
    await server.start();
    const collector = collectorAt(server.url);
    const seen = await collect(collector);
    expect(seen.inRecovery).toBe(true);
    expect(seen.walPositionBytes).toBeGreaterThan(0);
    expect(collector.judge(seen)).toMatchObject([{ name: 'database', verdict: 'degraded' }]);
  });
});
