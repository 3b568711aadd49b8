import type { MigrationInterface, QueryRunner } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { startPostgres, type RunningPostgres } from '../../test/support/postgres.js';
import { silentServer, until } from '../../test/support/process.js';
import { Logger } from '@nestjs/common';
import { databaseTestConfig } from '../../test/support/database.js';
import { AppError, SystemClock } from '../core/index.js';
import type { DatabaseConfig } from './database.config.js';
import { isUniqueViolation } from './database.errors.js';
import { Database } from './database.service.js';
import { DEFAULT_TENANT_ID } from './tenant.js';

function config(url: string, more: NodeJS.ProcessEnv = {}): DatabaseConfig {
  return databaseTestConfig({
    DATABASE_URL: url,
    DATABASE_POOL_SIZE: '3',
    DATABASE_TIMEOUT_MS: '600',
    DATABASE_CONNECT_TIMEOUT_MS: '500',
    ...more,
  });
}

beforeAll(() => Logger.overrideLogger(false));

const opened: Database[] = [];
function database(url: string, more?: NodeJS.ProcessEnv): Database {
  const made = new Database(config(url, more), { entities: [], migrations }, new SystemClock());
  opened.push(made);
  return made;
}

async function failureOf(run: Promise<unknown>): Promise<AppError> {
  const thrown = await run.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(thrown instanceof AppError)) throw new Error(`not an AppError: ${String(thrown)}`);
  return thrown;
}

const ping = (db: Database): Promise<unknown> => db.run((em) => em.query('SELECT 1'));

describe.each(['debian15', 'embedded'] as const)('the application database on %s', (version) => {
  let server: RunningPostgres;
  beforeAll(async () => {
    server = await startPostgres({ version });
  });
  afterEach(async () => {
    for (const db of opened.splice(0)) await db.onApplicationShutdown();
  });
  afterAll(() => server.dispose());

  it('is migrated and ready when module init ends, with the default tenant', async () => {
    const db = database(server.url);
    await db.onModuleInit();
    expect(db.ready).toBe(true);
    await expect(db.run((em) => em.query('SELECT id, name FROM tenants'))).resolves.toEqual([
      { id: DEFAULT_TENANT_ID, name: 'default' },
    ]);
  });

  it('rolls a transaction back when its work throws, and passes that error on unchanged', async () => {
    const db = database(server.url);
    await db.onModuleInit();
    const own = new Error('mine');
    const run = db.transaction(async (em) => {
      await em.query(`INSERT INTO tenants (id, name) VALUES (gen_random_uuid(), 'lost')`);
      throw own;
    });
    await expect(run).rejects.toBe(own);
    await expect(db.run((em) => em.query(`SELECT 1 FROM tenants WHERE name = 'lost'`))).resolves.toEqual([]);
  });

  it('leaves a unique violation recognisable, by its constraint too', async () => {
    const db = database(server.url);
    await db.onModuleInit();
    const thrown = await db
      .run((em) => em.query(`INSERT INTO tenants (id, name) VALUES (gen_random_uuid(), 'default')`))
      .catch((e: unknown) => e);
    expect(isUniqueViolation(thrown)).toBe(true);
    expect(isUniqueViolation(thrown, 'tenants_name_unique')).toBe(true);
    expect(isUniqueViolation(thrown, 'tenants_pkey')).toBe(false);
  });

  it('interrupts a statement at the timeout and keeps the connection', async () => {
    const db = database(server.url);
    await db.onModuleInit();
    const failure = await failureOf(db.run((em) => em.query('SELECT pg_sleep(30)')));
    expect([failure.kind, failure.code]).toEqual(['unavailable', 'database.timeout']);
    expect(db.pool).toEqual({ size: 3, active: 0, idle: 1, waiting: 0 });
    await ping(db);
  });

  it('answers a caller who finds no free connection in time, and serves again afterwards', async () => {
    const db = database(server.url, { DATABASE_TIMEOUT_MS: '5000', DATABASE_CONNECT_TIMEOUT_MS: '200' });
    await db.onModuleInit();
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const holders = [1, 2, 3].map(() => db.transaction(() => held));
    await until('the pool is exhausted', () => db.pool?.active === 3);
    const failure = await failureOf(ping(db));
    expect([failure.kind, failure.code]).toEqual(['unavailable', 'database.busy']);
    letGo();
    await Promise.all(holders);
    await ping(db);
  });

  it('gives up a suspended server within the timeout, throws its connections away and recovers by itself', async () => {
    const db = database(server.url);
    await db.onModuleInit();
    await ping(db);
    server.suspend();
    const calls = await Promise.all([1, 2, 3, 4, 5].map(() => failureOf(ping(db))));
    expect(new Set(calls.map((e) => e.kind))).toEqual(new Set(['unavailable']));
    expect(db.pool?.idle).toBe(0);
    server.resume();
    await until('the database answers again', () => ping(db).then(() => true));
  });

  it('fails while the server is stopped and recovers when it is back', async () => {
    const db = database(server.url);
    await db.onModuleInit();
    await server.stop();
    expect((await failureOf(ping(db))).kind).toBe('unavailable');
    await server.start();
    await until('the database answers again', () => ping(db).then(() => true));
  });

  it('starts while the server is away, answers unavailable, and is ready by itself once the server is there', async () => {
    await server.stop();
    const db = database(server.url);
    await db.onModuleInit();
    expect(db.ready).toBe(false);
    const failure = await failureOf(ping(db));
    expect([failure.kind, failure.code]).toEqual(['unavailable', 'database.not_ready']);
    await server.start();
    await db.whenReady();
    await ping(db);
  });

  it('lets several instances migrate an empty database at the same moment', async () => {
    await server.adminQuery('CREATE DATABASE fresh');
    const several = [1, 2, 3, 4].map(() => database(server.urlOf('fresh')));
    await Promise.all(several.map((db) => db.onModuleInit()));
    expect(several.map((db) => db.ready)).toEqual([true, true, true, true]);
    const rows = await server.adminQuery('SELECT name FROM schema_migrations', [], 'fresh');
    expect(rows).toHaveLength(migrations.length);
  });

  it('is not ready while a migration fails, and leaves nothing of it behind', async () => {
    class Faulty1795222900000 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        await runner.query('CREATE TABLE half_done (a int)');
        await runner.query('SELECT no_such_function()');
      }
      async down(): Promise<void> {}
    }
    const db = new Database(config(server.url), { entities: [], migrations: [Faulty1795222900000] }, new SystemClock());
    opened.push(db);
    await db.onModuleInit();
    expect((await failureOf(ping(db))).code).toBe('database.not_ready');
    await expect(server.adminQuery(`SELECT to_regclass('half_done')`)).resolves.toEqual([{ to_regclass: null }]);
  });

  it('says that the login is refused without telling the password, the host or the driver text', async () => {
    const db = database(server.url);
    await db.onModuleInit();
    const wrong = new URL(server.url);
    wrong.password = 'wrong-password';
    const other = database(wrong.href);
    await other.onModuleInit();
    const failure = await failureOf(ping(other));
    expect(failure.kind).toBe('unavailable');
    expect(failure.publicText).not.toMatch(/wrong-password|127\.0\.0\.1|authentication/);
  });

  it('ends within its bound while the server is suspended and work is running', async () => {
    const db = database(server.url, { DATABASE_TIMEOUT_MS: '60000' });
    await db.onModuleInit();
    const hanging = failureOf(db.run((em) => em.query('SELECT pg_sleep(60)')));
    await until('the statement runs', () => db.pool?.active === 1);
    server.suspend();
    await db.onApplicationShutdown();
    expect((await hanging).kind).toBe('unavailable');
    server.resume();
  });
});

it('a server that accepts TCP and never answers keeps the start no longer than the timeout', async () => {
  const silent = await silentServer();
  const db = database(`postgres://a:b@127.0.0.1:${silent.port}/c`);
  await db.onModuleInit();
  expect(db.ready).toBe(false);
  expect((await failureOf(ping(db))).kind).toBe('unavailable');
  await db.onApplicationShutdown();
  await silent.close();
});
