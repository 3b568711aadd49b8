import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { type Check, Collector, NotPresent } from '../collect/index.js';
import { Clock } from '../core/index.js';
import { databaseConfig, type DatabaseConfig } from './database.config.js';
import { StatsConnection } from './database.connection.js';
import { judgeDatabase } from './database.judge.js';
import { databaseMetrics } from './database.metrics.js';
import { parsePass, windowBetween } from './database.parse.js';
import type { DatabaseSnapshot } from './database.snapshot.js';
import { passStatement } from './database.sql.js';

/** Watches the PostgreSQL server: one statement, one round trip a pass. A role with pg_monitor suffices. */
@Injectable()
export class DatabaseCollector extends Collector<DatabaseSnapshot> implements OnApplicationShutdown {
  readonly component = 'database';
  readonly metrics = databaseMetrics;
  override readonly checks = ['database'];
  override readonly external = true;
  private readonly connection: StatsConnection;
  private previous: { readonly snapshot: DatabaseSnapshot; readonly atMs: number } | undefined;

  constructor(
    @Inject(databaseConfig.token) private readonly config: DatabaseConfig,
    private readonly clock: Clock,
  ) {
    super();
    this.connection = new StatsConnection({
      url: config.DATABASE_URL ?? '',
      applicationName: 'watchkeeper-stats',
      timeoutMs: config.DATABASE_STATS_TIMEOUT_MS,
    });
  }

  async collect(signal: AbortSignal): Promise<DatabaseSnapshot> {
    if (this.config.DATABASE_URL === undefined) throw new NotPresent('Set DATABASE_URL to watch a PostgreSQL server.');
    return this.connection.use(signal, async (ask, versionNumber) => {
      const startedAtMs = this.clock.monotonicMs();
      const [row] = await ask(passStatement(versionNumber));
      const atMs = this.clock.monotonicMs();
      const read = parsePass(row?.figures, (atMs - startedAtMs) / 1000);
      const before = this.previous;
      const window = before ? windowBetween(before.snapshot, read, (atMs - before.atMs) / 1000) : null;
      const snapshot = { ...read, window };
      this.previous = { snapshot, atMs };
      return snapshot;
    });
  }

  override judge(snapshot: DatabaseSnapshot): readonly Check[] {
    return judgeDatabase(snapshot, {
      responseMs: this.config.DATABASE_LIMIT_RESPONSE_MS,
      connectionsPercent: this.config.DATABASE_LIMIT_CONNECTIONS_PERCENT,
      transactionSeconds: this.config.DATABASE_LIMIT_TRANSACTION_SECONDS,
      wraparoundAge: this.config.DATABASE_LIMIT_WRAPAROUND_AGE,
      poolSize: this.config.DATABASE_POOL_SIZE,
    });
  }

  onApplicationShutdown(): void {
    this.connection.close();
  }
}
