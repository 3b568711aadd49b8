import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { Collector, NotPresent } from '../collect/index.js';
import { databaseTablesMetrics } from './database-tables.metrics.js';
import {
  exactBelow,
  parseCounts,
  parseStatements,
  parseTables,
  tableFigures,
  tablesToCount,
} from './database-tables.parse.js';
import type { DatabaseTablesSnapshot } from './database-tables.snapshot.js';
import { countStatement, statementsStatement, tablesStatement } from './database-tables.sql.js';
import { databaseConfig, type DatabaseConfig } from './database.config.js';
import { type Ask, StatsConnection } from './database.connection.js';

/** The first row; null when the server refuses the statement, which leaves the rest of the pass standing. */
async function askOptionally(ask: Ask, sql: string): Promise<unknown> {
  try {
    return (await ask(sql))[0] ?? null;
  } catch (error) {
    if (error instanceof pg.DatabaseError) return null;
    throw error;
  }
}

/**
 * Watches tables and statements: what costs too much for every pass of the server's own collector. At most three
 * statements a run, on a connection of its own.
 */
@Injectable()
export class DatabaseTablesCollector extends Collector<DatabaseTablesSnapshot> implements OnApplicationShutdown {
  readonly component = 'database-tables';
  override readonly follows = 'database';
  readonly metrics = databaseTablesMetrics;
  override readonly external = true;
  override readonly everyMs: number;
  override readonly timeoutMs = 15_000;
  private readonly connection: StatsConnection;

  constructor(@Inject(databaseConfig.token) private readonly config: DatabaseConfig) {
    super();
    this.everyMs = config.DATABASE_TABLES_INTERVAL_MS;
    this.connection = new StatsConnection({
      url: config.DATABASE_URL ?? '',
      applicationName: 'watchkeeper-tables',
      timeoutMs: config.DATABASE_STATS_TIMEOUT_MS,
    });
  }

  async collect(signal: AbortSignal): Promise<DatabaseTablesSnapshot> {
    if (this.config.DATABASE_URL === undefined) throw new NotPresent('Set DATABASE_URL to watch a PostgreSQL server.');
    return this.connection.use(signal, async (ask) => {
      const answer = parseTables((await ask(tablesStatement))[0]);
      const counted = tablesToCount(answer.tables).map((t) => t.quoted);
      const counts = counted.length > 0 ? await askOptionally(ask, countStatement(counted, exactBelow)) : null;
      const schema = answer.statements_schema;
      const statements = schema === null ? null : await askOptionally(ask, statementsStatement(schema));
      return {
        tables: tableFigures(answer.tables, counts === null ? new Map() : parseCounts(counts)),
        tableCount: answer.table_count,
        statements: statements === null ? null : parseStatements(statements),
      };
    });
  }

  onApplicationShutdown(): void {
    this.connection.close();
  }
}
