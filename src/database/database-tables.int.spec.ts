import pg from 'pg';
import { describeCollector } from '../../test/contracts/collector.contract.js';
import { databaseTestConfig } from '../../test/support/database.js';
import { startPostgres, type RunningPostgres } from '../../test/support/postgres.js';
import { DatabaseTablesCollector } from './database-tables.collector.js';
import type { DatabaseTablesSnapshot, TableFigures } from './database-tables.snapshot.js';

const made: DatabaseTablesCollector[] = [];
function collectorAt(url: string): DatabaseTablesCollector {
  const collector = new DatabaseTablesCollector(
    databaseTestConfig({ DATABASE_URL: url, DATABASE_STATS_TIMEOUT_MS: '2000' }),
  );
  made.push(collector);
  return collector;
}
const collect = (c: DatabaseTablesCollector): Promise<DatabaseTablesSnapshot> => c.collect(AbortSignal.timeout(15_000));

function tableOf(snapshot: DatabaseTablesSnapshot, name: string): TableFigures {
  const found = snapshot.tables.find((t) => t.table === name);
  if (!found) throw new Error(`${name} is not among ${snapshot.tables.map((t) => t.table).join(', ')}`);
  return found;
}

describe.each(['debian15', 'embedded'] as const)('the table collector on %s', (version) => {
  let server: RunningPostgres;
  const monitorUrl = (): string => {
    const url = new URL(server.url);
    url.username = 'monitor';
    url.password = 'secret';
    return url.href;
  };

  beforeAll(async () => {
    server = await startPostgres({ version, settings: { autovacuum: 'off' } });
    for (const sql of [
      `CREATE ROLE monitor LOGIN PASSWORD 'secret'`,
      'GRANT pg_monitor TO monitor',
      "CREATE TABLE devices AS SELECT n AS id, repeat('x', 50) AS name FROM generate_series(1, 1500) n",
      'CREATE TABLE users (id int)',
      'CREATE TABLE readings AS SELECT n AS id, now() AS at FROM generate_series(1, 40000) n',
      'CREATE INDEX readings_id ON readings (id)',
      'ANALYZE readings',
      'CREATE TABLE points (day int, value int) PARTITION BY RANGE (day)',
      ...[1, 2, 3].map((d) => `CREATE TABLE points_${d} PARTITION OF points FOR VALUES FROM (${d}) TO (${d + 1})`),
      'INSERT INTO points SELECT 1 + n % 3, n FROM generate_series(1, 6000) n',
      'CREATE SCHEMA "Other Schema"',
      `CREATE TABLE "Other Schema"."it's" AS SELECT 1 AS a`,
      'CREATE TABLE secret_rows AS SELECT 1 AS a',
      'ALTER TABLE secret_rows ENABLE ROW LEVEL SECURITY',
    ])
      await server.adminQuery(sql);
  });
  afterEach(() => {
    for (const collector of made.splice(0)) collector.onApplicationShutdown();
  });
  afterAll(() => server.dispose());

  describeCollector('database-tables', {
    live: () => Promise.resolve({ collector: collectorAt(server.url), dispose: () => Promise.resolve() }),
    at: (port) =>
      Promise.resolve({
        collector: collectorAt(`postgres://a:b@127.0.0.1:${port}/c`),
        dispose: () => Promise.resolve(),
      }),
  });

  it('counts tables below 10,000 rows exactly, partitioned ones and odd names included', async () => {
    const seen = await collect(collectorAt(server.url));
    expect(tableOf(seen, 'devices')).toMatchObject({ rows: 1500, exact: true });
    expect(tableOf(seen, 'users')).toMatchObject({ rows: 0, exact: true });
    expect(tableOf(seen, 'points')).toMatchObject({ rows: 6000, exact: true });
    expect(tableOf(seen, `Other Schema.it's`)).toMatchObject({ rows: 1, exact: true });
    expect(seen.tables.map((t) => t.table)).not.toContain('points_1');
    expect(seen.tableCount).toBe(6);
  });

  it('estimates larger tables, also after rows were added or deleted without an ANALYZE', async () => {
    const collector = collectorAt(server.url);
    const rows = async (): Promise<number> => {
      const table = tableOf(await collect(collector), 'readings');
      expect(table.exact).toBe(false);
      return table.rows ?? NaN;
    };
    expect(await rows()).toBe(40_000);
    await server.adminQuery('INSERT INTO readings SELECT n, now() FROM generate_series(1, 40000) n');
    const within = (rows: number, of: number): void => expect(Math.abs(rows - of)).toBeLessThan(of / 10);
    within(await rows(), 80_000);
    await server.adminQuery('DELETE FROM readings WHERE ctid IN (SELECT ctid FROM readings LIMIT 40000)');
    within(await rows(), 40_000);
  });

  it('is not misled by an INSERT and ANALYZE in one session, nor by a crash that loses the statistics', async () => {
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query('CREATE TABLE doubled AS SELECT 1 AS n LIMIT 0');
    await client.query('INSERT INTO doubled SELECT n FROM generate_series(1, 30000) n; ANALYZE doubled');
    await client.end();
    expect(tableOf(await collect(collectorAt(server.url)), 'doubled')).toMatchObject({ rows: 30_000, exact: false });
    await server.adminQuery('CHECKPOINT');
    await server.kill();
    await server.start();
    expect(tableOf(await collect(collectorAt(server.url)), 'doubled')).toMatchObject({ rows: 30_000, exact: false });
    await server.adminQuery('DROP TABLE doubled');
  });

  it('says nothing about a table that was never analysed and whose statistics a crash has taken', async () => {
    await server.adminQuery('CREATE TABLE unknown_rows AS SELECT n FROM generate_series(1, 500) n');
    await server.adminQuery('CHECKPOINT');
    await server.kill();
    await server.start();
    expect(tableOf(await collect(collectorAt(monitorUrl())), 'unknown_rows').rows).toBeNull();
    expect(tableOf(await collect(collectorAt(server.url)), 'unknown_rows')).toMatchObject({ rows: 500, exact: true });
    await server.adminQuery('DROP TABLE unknown_rows');
  });

  it('gives the sizes that the server itself tells, partitions folded into their parent', async () => {
    const seen = await collect(collectorAt(server.url));
    const [theirs] = await server.adminQuery(
      `SELECT pg_total_relation_size('readings')::int AS total, pg_indexes_size('readings')::int AS indexes,
         (SELECT sum(pg_total_relation_size(relid))::int FROM pg_partition_tree('points')) AS points`,
    );
    expect(tableOf(seen, 'readings')).toMatchObject({ totalBytes: theirs?.total, indexBytes: theirs?.indexes });
    expect(tableOf(seen, 'points').totalBytes).toBe(theirs?.points);
    expect(seen.tables[0]?.table).toBe('readings');
  });

  it('works with pg_monitor alone: sizes and estimates, nothing counted that it may not read', async () => {
    await server.adminQuery('ANALYZE devices');
    const seen = await collect(collectorAt(monitorUrl()));
    expect(tableOf(seen, 'devices')).toMatchObject({ rows: 1500, exact: false });
    expect(tableOf(seen, 'readings').totalBytes).toBeGreaterThan(1_000_000);
  });

  it('does not take the rows that row level security shows for all rows', async () => {
    await server.adminQuery('GRANT SELECT ON secret_rows, devices TO monitor');
    const seen = await collect(collectorAt(monitorUrl()));
    expect(tableOf(seen, 'secret_rows').exact).toBe(false);
    expect(tableOf(seen, 'devices')).toMatchObject({ rows: 1500, exact: true });
  });

  it('does not wait for a table that is locked for a rebuild', async () => {
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query('BEGIN; LOCK TABLE devices IN ACCESS EXCLUSIVE MODE');
    const seen = await collect(collectorAt(server.url));
    await client.query('ROLLBACK');
    await client.end();
    expect(tableOf(seen, 'devices').exact).toBe(false);
    expect(tableOf(seen, 'users').exact).toBe(true);
  });

  it('lists the most expensive statements once pg_stat_statements is there, without their constants', async () => {
    const collector = collectorAt(monitorUrl());
    expect((await collect(collector)).statements).toBeNull();
    await server.adminQuery(
      'CREATE SCHEMA ext; CREATE EXTENSION pg_stat_statements SCHEMA ext; GRANT USAGE ON SCHEMA ext TO monitor',
    );
    await server.adminQuery(`SELECT pg_sleep(0.2), 'confidential'`);
    const { statements } = await collect(collector);
    expect(statements?.calls).toBeGreaterThan(0);
    expect(statements?.top.length).toBeLessThanOrEqual(10);
    const slept = statements?.top.find((s) => s.text.includes('pg_sleep'));
    expect(slept).toMatchObject({ calls: 1, rows: 1 });
    expect(slept?.maxSeconds).toBeGreaterThanOrEqual(0.2);
    expect(JSON.stringify(statements)).not.toContain('confidential');
    await server.adminQuery('DROP EXTENSION pg_stat_statements');
    expect((await collect(collector)).statements).toBeNull();
  });
});
