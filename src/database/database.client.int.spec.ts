import pg from 'pg';
import { startPostgres, type RunningPostgres } from '../../test/support/postgres.js';
import { databaseTestConfig } from '../../test/support/database.js';
import { until } from '../../test/support/process.js';
import { Instruments } from '../collect/index.js';
import { SystemClock } from '../core/index.js';
import { DatabaseQueries } from './database-queries.js';
import { WatchedClient, WatchedPool } from './database.client.js';
import { ConnectFailed, ConnectionLost } from './database.errors.js';

describe('the watched pg client', () => {
  let server: RunningPostgres;
  let queries: DatabaseQueries;
  let instruments: Instruments;
  let pool: WatchedPool;

  beforeAll(async () => {
    server = await startPostgres({ version: 'debian15' });
  });
  beforeEach(() => {
    instruments = new Instruments();
    const config = databaseTestConfig({ DATABASE_URL: server.url, DATABASE_SLOW_QUERY_MS: '100' });
    queries = new DatabaseQueries(config, new SystemClock(), instruments);
    pool = new WatchedPool({ connectionString: server.url, max: 2, watch: queries, deadlineMs: 700 });
    pool.on('error', () => undefined);
  });
  afterEach(() => pool.end());
  afterAll(() => server.dispose());

  const counted = (): { total: number; errors: number } => {
    const { total, errors } = queries.figures();
    return { total, errors };
  };
  const withClient = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      return await work(client);
    } finally {
      client.release();
    }
  };

  it('counts promise forms, good and bad, once each', async () => {
    await withClient(async (client) => {
      await client.query('SELECT 1');
      await client.query('SELECT $1::int', [1]);
      await client.query({ text: 'SELECT 1', rowMode: 'array' });
      await expect(client.query('SELECT nothing')).rejects.toMatchObject({ code: '42703' });
    });
    expect(counted()).toEqual({ total: 4, errors: 1 });
  });

  it('counts callback forms, good and bad, once each', async () => {
    await withClient(async (client) => {
      const answer = (run: (done: (error: Error | null, result?: pg.QueryResult) => void) => void): Promise<unknown> =>
        new Promise((resolve) => run((error, result) => resolve(error ?? result?.rows)));
      await expect(answer((done) => client.query('SELECT 1 AS a', done))).resolves.toEqual([{ a: 1 }]);
      await expect(answer((done) => client.query('SELECT $1::int AS a', [2], done))).resolves.toEqual([{ a: 2 }]);
      await expect(answer((done) => client.query('SELECT nothing', done))).resolves.toBeInstanceOf(pg.DatabaseError);
    });
    expect(counted()).toEqual({ total: 3, errors: 1 });
  });

  it('counts submittables at their end: a query object, a paged portal, a COPY, and a failed one', async () => {
    await withClient(async (client) => {
      const end = (config: string | object): Promise<string> =>
        new Promise((resolve) => {
          const query = client.query(new pg.Query(config as string));
          query.on('row', () => undefined);
          query.on('end', () => resolve('end'));
          query.on('error', () => resolve('error'));
        });
      await expect(end('SELECT 1')).resolves.toBe('end');
      await expect(end({ text: 'SELECT * FROM generate_series(1, 10)', rows: 3 })).resolves.toBe('end');
      await expect(end('COPY (SELECT 1) TO STDOUT')).resolves.toBe('end');
      await expect(end('SELECT nothing')).resolves.toBe('error');
    });
    expect(counted()).toEqual({ total: 4, errors: 1 });
  });

  it('counts what goes through pool.query, and agrees with the count of the server', async () => {
    await server.adminQuery('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await server.adminQuery('SELECT pg_stat_statements_reset()');
    for (let i = 0; i < 25; i++) await pool.query(`SELECT ${i} AS counted_one`);
    const [row] = await server.adminQuery(
      `SELECT sum(calls)::int AS calls FROM pg_stat_statements WHERE query LIKE '%counted_one' AND query NOT LIKE '%LIKE%'`,
    );
    expect(row).toEqual({ calls: 25 });
    expect(counted()).toEqual({ total: 25, errors: 0 });
  });

  it('puts each statement into the histogram and the quantiles with its true duration', async () => {
    await pool.query('SELECT pg_sleep(0.3)');
    const { p50Seconds, slow, recentSlow, windowCount } = queries.figures();
    expect(windowCount).toBe(1);
    expect(p50Seconds).toBeGreaterThanOrEqual(0.29);
    expect(slow).toBe(1);
    expect(recentSlow).toMatchObject([{ text: 'SELECT pg_sleep(0.3)' }]);
    const text = await instruments.registry.metrics();
    expect(text).toContain('database_queries_total 1');
    expect(text).toContain('database_query_duration_seconds_bucket{le="0.25"} 0');
    expect(text).toContain('database_query_duration_seconds_count 1');
  });

  it('throws the connection of a silent server away instead of giving it back, in every form', async () => {
    const clients = [await pool.connect(), await pool.connect()] as const;
    server.suspend();
    const promised = clients[0].query('SELECT 1').catch((e: unknown) => e);
    const submitted = new Promise((resolve) => {
      clients[1].query(new pg.Query('SELECT 1')).on('error', resolve);
    });
    expect(await promised).toBeInstanceOf(ConnectionLost);
    expect(await submitted).toBeInstanceOf(ConnectionLost);
    for (const client of clients) client.release();
    expect(pool.totalCount).toBe(0);
    server.resume();
    await until('the pool serves again', () => pool.query('SELECT 1').then(() => true));
  });

  it('does not mind a COPY that lasts longer than the deadline while data flow', async () => {
    const client = new WatchedClient({ connectionString: server.url, watch: queries, deadlineMs: 250 });
    await client.connect();
    const query = client.query(
      new pg.Query('COPY (SELECT pg_sleep(0.1), repeat($$x$$, 20000) FROM generate_series(1, 8)) TO STDOUT'),
    );
    await new Promise((resolve, reject) => query.on('end', resolve).on('error', reject));
    await client.end();
    expect(counted()).toEqual({ total: 1, errors: 0 });
  });

  it('names a connection that cannot be had, in both call forms of the pool', async () => {
    const away = new WatchedPool({ connectionString: 'postgres://a:b@127.0.0.1:1/c', max: 1 });
    await expect(away.connect()).rejects.toBeInstanceOf(ConnectFailed);
    const error = await new Promise((resolve) => away.connect((e) => resolve(e)));
    expect(error).toBeInstanceOf(ConnectFailed);
    await away.end();
  });

  it('leaves no timer, listener or socket limit behind on a connection that is reused', async () => {
    await withClient(async (client) => {
      const socket = (client as unknown as WatchedClient).connection.stream as import('node:net').Socket;
      const count = (): number[] => ['timeout', 'error', 'close'].map((e) => socket.listenerCount(e));
      const before = count();
      for (let i = 0; i < 20; i++) {
        await client.query('SELECT 1');
        const query = client.query(new pg.Query('SELECT 1'));
        await new Promise((resolve) => query.on('end', resolve));
      }
      expect(count()).toEqual(before);
      expect(socket.timeout ?? 0).toBe(0);
    });
  });

  it('keeps a bounded list of slow statements, newest first and cut', () => {
    for (let i = 0; i < 100; i++) queries.finished(200 + i, false, `SELECT ${i} ${'x'.repeat(1000)}`);
    const { recentSlow, slow } = queries.figures();
    expect(slow).toBe(100);
    expect(recentSlow).toHaveLength(20);
    expect(recentSlow[0]?.durationMs).toBe(299);
    expect(recentSlow[0]?.text).toHaveLength(300);
  });
});
