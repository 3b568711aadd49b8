import { Injectable } from '@nestjs/common';
import { type Check, Collector } from '../collect/index.js';
import { judgeDatabaseClient } from './database-client.judge.js';
import { databaseClientMetrics } from './database-client.metrics.js';
import type { DatabaseClientSnapshot } from './database-client.snapshot.js';
import { DatabaseQueries } from './database-queries.js';
import { Database } from './database.service.js';

/**
 * Watches this process as a client of the database. Apart from the server's collector because every instance has a
 * pool of its own, while the server gives all of them the same answer.
 */
@Injectable()
export class DatabaseClientCollector extends Collector<DatabaseClientSnapshot> {
  readonly component = 'database-client';
  readonly metrics = databaseClientMetrics;
  override readonly checks = ['database_pool'];
  override readonly scope = 'process';

  constructor(
    private readonly database: Database,
    private readonly queries: DatabaseQueries,
  ) {
    super();
  }

  collect(): Promise<DatabaseClientSnapshot> {
    return Promise.resolve({ pool: this.database.pool, queries: this.queries.figures() });
  }

  override judge(snapshot: DatabaseClientSnapshot): readonly Check[] {
    return judgeDatabaseClient(snapshot);
  }
}
