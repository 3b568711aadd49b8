import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { QueueLengths } from '../collect/index.js';
import { AppError, bounded, causeChain, Clock, type Timer } from '../core/index.js';
import { Database } from '../database/index.js';
import { AuthInstruments } from './auth.instruments.js';
import type { AuditEntry } from './audit.entry.js';
import { insertAuditEvents } from './audit.repository.js';

const maxQueued = 1_000;
const maxBatch = 200;
const flushAfterMs = 500;
/** Longest wait for the database at shutdown. */
const shutdownWaitMs = 1_000;

/** The append-only record of security events. What changes something is written in the transaction of the change. */
@Injectable()
export class AuditTrail implements OnApplicationShutdown {
  private readonly log = new Logger('Audit');
  private readonly queue: { entry: AuditEntry; at: Date }[] = [];
  private timer: Timer | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly instruments: AuthInstruments,
    lengths: QueueLengths,
  ) {
    lengths.register('audit', () => this.queue.length);
  }

  /** Writes with the transaction of the change it is about: both or neither. */
  write(em: EntityManager, entry: AuditEntry): Promise<void> {
    return insertAuditEvents(em, [{ entry, at: null }]);
  }

  /** Writes on its own and waits for it. @throws AppError `unavailable` */
  record(entry: AuditEntry): Promise<void> {
    return this.database.run((em) => this.write(em, entry));
  }

  /** For refusals, which must cost the caller nothing: bounded, written soon, counted when lost. */
  note(entry: AuditEntry): void {
    if (this.queue.length >= maxQueued) {
      this.instruments.auditEventsDropped(1);
      return;
    }
    this.queue.push({ entry, at: new Date(this.clock.nowMs()) });
    this.timer ??= this.clock.after(flushAfterMs, () => void this.flush());
  }

  /** When HTTP has ended: refusals of the last requests are noted too. */
  onApplicationShutdown(): Promise<void> {
    return bounded(this.clock, shutdownWaitMs, this.flush());
  }

  /** Writes what is queued. Keeps it while the database is away. Never rejects. */
  async flush(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    while (this.queue.length > 0) {
      const batch = this.queue.splice(0, maxBatch);
      try {
        await this.database.run((em) => insertAuditEvents(em, batch));
      } catch (error) {
        if (!(error instanceof AppError && error.kind === 'unavailable')) {
          // Would fail again: a batch that the database refuses must not hold up all later ones.
          this.instruments.auditEventsDropped(batch.length);
          this.log.error('Audit events were refused.', { events: batch.length, cause: causeChain(error) });
          continue;
        }
        this.log.warn('Audit events wait for the database.', { events: batch.length, cause: causeChain(error) });
        const room = Math.max(0, maxQueued - this.queue.length);
        this.queue.unshift(...batch.slice(0, room));
        this.instruments.auditEventsDropped(Math.max(0, batch.length - room));
        this.timer ??= this.clock.after(flushAfterMs * 20, () => void this.flush());
        return;
      }
    }
  }
}
