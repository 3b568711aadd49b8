import { DataSource, MigrationExecutor, type DataSourceOptions, type Logger as OrmLogger } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import pg from 'pg';
import { WatchedClient, WatchedPool, type QueryWatch } from './database.client.js';

/** What the application stores: listed by name in app.module.ts, never found by a glob. */
export interface DatabaseSchema {
  readonly entities: readonly NonNullable<EntityOf<DataSourceOptions['entities']>>[];
  readonly migrations: readonly NonNullable<EntityOf<DataSourceOptions['migrations']>>[];
}
type EntityOf<List> = List extends readonly (infer Item)[] ? Item : never;

export interface SourceOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  /** Longest run of a statement; the server cancels it. */
  readonly statementTimeoutMs: number;
  readonly schema: DatabaseSchema;
  readonly watch?: QueryWatch;
  /** An idle connection of the pool broke; the pool has thrown it away. */
  readonly onIdleError: (error: Error) => void;
}

/** How much longer than the server's own statement timeout a client waits before it takes the server for hung. */
const graceMs = 500;

/** TypeORM's own lines would go to the console; what matters reaches us as errors and through the query watch. */
const silent: OrmLogger = {
  logQuery: () => undefined,
  logQueryError: () => undefined,
  logQuerySlow: () => undefined,
  logSchemaBuild: () => undefined,
  logMigration: () => undefined,
  log: () => undefined,
};

/** A TypeORM data source over watched `pg` clients, not yet connected. */
export function createSource(o: SourceOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    driver: { ...pg, Client: WatchedClient, Pool: WatchedPool },
    url: o.url,
    applicationName: o.applicationName,
    poolSize: o.poolSize,
    connectTimeoutMS: o.connectTimeoutMs,
    entities: [...o.schema.entities],
    migrations: [...o.schema.migrations],
    migrationsTableName: 'schema_migrations',
    synchronize: false,
    installExtensions: false,
    logger: silent,
    poolErrorHandler: o.onIdleError,
    extra: {
      statement_timeout: o.statementTimeoutMs,
      // A transaction whose owner has gone must not hold its locks for ever.
      idle_in_transaction_session_timeout: 60_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      idleTimeoutMillis: 60_000,
      deadlineMs: o.statementTimeoutMs + graceMs,
      watch: o.watch,
    },
  });
}

/** The pool beneath a data source; undefined until its first connection was made. */
export function poolOf(source: DataSource): WatchedPool | undefined {
  return (source.driver as PostgresDriver).master as WatchedPool | undefined;
}

/** Advisory lock of the migrations: a fixed number that nothing else in the database uses ("watchkp" in ASCII). */
const migrationLock = '33602674740456304';

/**
 * Applies the pending migrations, each in a transaction of its own. Instances that start together take turns by an
 * advisory lock of the session, which the server also frees when its holder dies.
 * @returns names of the migrations that this call applied
 */
export async function migrate(source: DataSource): Promise<readonly string[]> {
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const executor = new MigrationExecutor(source, runner);
    executor.transaction = 'each';
    const applied = await executor.executePendingMigrations();
    await runner.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
    return applied.map((migration) => migration.name);
  } finally {
    await runner.release();
  }
}

/** Closes whatever of a data source is open, also after a failed start; TypeORM's own `destroy` refuses there. */
export async function closeSource(source: DataSource): Promise<void> {
  const pool = poolOf(source);
  if (source.isInitialized) await source.destroy();
  else if (pool && !pool.ending) await pool.end();
}
