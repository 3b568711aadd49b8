import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { migrations } from '../../migrations/index.js';
import { startPostgres, type RunningPostgres } from '../../test/support/postgres.js';
import { until } from '../../test/support/process.js';
import { CollectModule, collectConfig, Latest } from '../collect/index.js';
import { type ConfigSection, CoreModule, coreConfig, parseConfig, Readiness } from '../core/index.js';
import { databaseConfig } from './database.config.js';
import { DatabaseController } from './database.controller.js';
import { DatabaseModule } from './database.module.js';
import { Database } from './database.service.js';
import { databaseStats } from './dto/database-stats.dto.js';

const sections: readonly ConfigSection[] = [coreConfig, collectConfig, databaseConfig];

async function application(url: string): Promise<TestingModule> {
  const parsed = parseConfig(sections, { DATABASE_URL: url, DATABASE_POOL_SIZE: '5', COLLECT_INTERVAL_MS: '1000' });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const app = await Test.createTestingModule({
    imports: [
      CoreModule.forRoot(parsed.values),
      CollectModule,
      DatabaseModule.forRoot({ entities: [], migrations: [...migrations] }),
    ],
  }).compile();
  return app.init();
}

describe('the database module in an application', () => {
  let server: RunningPostgres;
  let app: TestingModule;
  beforeAll(async () => {
    Logger.overrideLogger(false);
    server = await startPostgres({ version: 'embedded' });
    await server.adminQuery('CREATE EXTENSION pg_stat_statements');
    app = await application(server.url);
  });
  afterAll(async () => {
    await app.close();
    await server.dispose();
  });

  it('is collected by discovery and answers the statistics from the latest passes', async () => {
    const latest = app.get(Latest);
    for (const component of ['database', 'database-tables', 'database-client'])
      await until(`${component} is read`, () => latest.of(component)?.outcome === 'ok');
    const body = databaseStats.parse(app.get(DatabaseController).get());
    expect(body).toMatchObject({
      status: 'up',
      message: null,
      version: '18.4',
      role: 'primary',
      has_monitor_role: true,
      connection_pool_size: 5,
      server_connections_max: 97,
    });
    expect(body.timestamp).toMatch(/Z$/);
    expect(body).toMatchObject({ size_bytes: expect.any(Number), size_mb: expect.any(Number) });
    expect(body.response_time_ms).toBeGreaterThan(0);
    expect(body.queries?.total).toBeGreaterThan(migrations.length);
    expect(body.queries?.p95_ms).toBeGreaterThan(0);
    expect(body.table_rows).toContainEqual({ table: 'tenants', rows: 1, exact: true });
    expect(body.largest_tables.length).toBeGreaterThan(0);
    expect(body.top_statements.length).toBeGreaterThan(0);
  });

  it('spells the pool figures in the body as in the metrics, from the same pass', () => {
    const samples = app.get(Latest).of('database-client')?.samples ?? [];
    const value = (name: string): number | undefined => samples.find((s) => s.name === name)?.value;
    const body = databaseStats.parse(app.get(DatabaseController).get());
    expect(body.connections_active).toBe(value('database_connections_active'));
    expect(body.connections_idle).toBe(value('database_connections_idle'));
    expect(body.pool?.size).toBe(value('database_connection_pool_size'));
  });

  it('is ready while PostgreSQL answers, says why not, and never keeps a probe waiting', async () => {
    const readiness = app.get(Readiness);
    await expect(readiness.problems()).resolves.toEqual({});
    server.suspend();
    const problems = await readiness.problems();
    server.resume();
    expect(problems.database).toMatch(/does not answer/);
    await until('it is ready again', async () => Object.keys(await readiness.problems()).length === 0);
  });

  it('boots while the server is away, says so in the statistics, and heals', async () => {
    await server.stop();
    const late = await application(server.url);
    try {
      await until('the failure is observed', () => late.get(Latest).of('database')?.outcome === 'failed');
      expect(databaseStats.parse(late.get(DatabaseController).get())).toMatchObject({
        status: 'down',
        message: 'The database does not answer. Try again in a few seconds.',
        version: null,
        size_bytes: null,
        pool: null,
      });
      expect(late.get(Latest).of('database')?.checks).toMatchObject([{ name: 'database', verdict: 'down' }]);
      await server.start();
      await late.get(Database).whenReady();
      await until('it is up', () => late.get(Latest).of('database')?.outcome === 'ok');
    } finally {
      await late.close();
    }
  });
});
