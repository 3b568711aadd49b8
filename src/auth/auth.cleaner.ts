import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Timed } from '../collect/index.js';
import { causeChain, Clock } from '../core/index.js';
import { Database } from '../database/index.js';
import { Repeating } from './repeating.js';
import { changedRows } from './rows.js';

const everyMs = 3_600_000;
const batchRows = 5_000;
const maxBatches = 200;

/**
 * What may go. An ended session stays until a day after its natural end, so that every instance has learned of it and
 * a reused token of it is still recognised. Refresh tokens go with their session.
 */
const expired = [
  `DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < now() - interval '1 day' LIMIT $1) RETURNING 1`,
  `DELETE FROM idempotency_keys WHERE (user_id, operation, key_hash) IN
     (SELECT user_id, operation, key_hash FROM idempotency_keys WHERE expires_at < now() LIMIT $1) RETURNING 1`,
] as const;

/** Removes expired rows every hour, in small batches that lock little. Harmless on several instances at once. */
@Injectable()
export class AuthCleaner implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger('AuthCleaner');
  private readonly cleaning: Repeating;
  private stopped = false;

  constructor(
    private readonly database: Database,
    clock: Clock,
  ) {
    this.cleaning = new Repeating(clock, everyMs, () => this.runSafely());
  }

  onModuleInit(): void {
    this.cleaning.start();
  }

  onModuleDestroy(): Promise<void> {
    this.stopped = true;
    return this.cleaning.stop();
  }

  /** @returns rows removed */
  @Timed()
  async clean(): Promise<number> {
    let removed = 0;
    for (const statement of expired) {
      for (let batch = 0; batch < maxBatches && !this.stopped; batch += 1) {
        const rows = await this.database.run((em) => changedRows(em, statement, [batchRows]));
        removed += rows.length;
        if (rows.length < batchRows) break;
      }
    }
    return removed;
  }

  private async runSafely(): Promise<void> {
    try {
      const removed = await this.clean();
      if (removed > 0) this.log.log('Expired sessions and keys were removed.', { removed });
    } catch (error) {
      this.log.warn('Expired sessions were not removed; the next attempt is in an hour.', { cause: causeChain(error) });
    }
  }
}
