import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type CounterInstrument, type GaugeInstrument, Instruments } from '../collect/index.js';
import { AppError, causeChain, Clock, type Timer } from '../core/index.js';
import { Database } from '../database/index.js';
import type { Transition } from './alerts.book.js';
import { alertInstruments } from './alerts.metrics.js';
import { endAlert, insertAlert, platformTenant } from './alerts.repository.js';

/** Changes that may wait while the database is away. */
const maxWaiting = 5_000;
const batchSize = 100;
const retryMs = 1_000;

function write(em: EntityManager, { kind, alert }: Transition): Promise<void> {
  return kind === 'fired' ? insertAlert(em, platformTenant, alert) : endAlert(em, platformTenant, alert);
}

/**
 * Writes what happened to alerts into the database, in order. While the database is away changes wait; writing one
 * twice does nothing, so a commit with an unknown outcome is simply repeated.
 */
@Injectable()
export class AlertJournal implements BeforeApplicationShutdown {
  private readonly log = new Logger('AlertJournal');
  private readonly waiting: Transition[] = [];
  private readonly waitingGauge: GaugeInstrument;
  private readonly lost: CounterInstrument;
  private writing: Promise<void> | undefined;
  private retry: Timer | undefined;
  private away = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    instruments: Instruments,
  ) {
    this.waitingGauge = instruments.gauge(alertInstruments.waiting);
    this.lost = instruments.counter(alertInstruments.lost);
  }

  /** Never blocks and never throws. */
  push(transition: Transition): void {
    if (this.waiting.length >= maxWaiting) {
      this.lost.add(1);
      return;
    }
    this.waiting.push(transition);
    this.waitingGauge.set(this.waiting.length);
    if (!this.away) void this.flush();
  }

  /** Nothing waits to be written. */
  get empty(): boolean {
    return this.waiting.length === 0;
  }

  /** One attempt to write all that waits; resolves when it has ended, however. */
  flush(): Promise<void> {
    this.retry?.cancel();
    this.retry = undefined;
    this.writing ??= this.drain().finally(() => {
      this.writing = undefined;
      this.waitingGauge.set(this.waiting.length);
    });
    return this.writing;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
    this.retry?.cancel();
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, batchSize);
      try {
        await this.writeAll(batch);
      } catch (error) {
        if (!this.away) this.log.warn('Alerts wait for the database.', { cause: causeChain(error) });
        this.away = true;
        this.retry = this.clock.after(retryMs, () => void this.flush());
        return;
      }
      this.waiting.splice(0, batch.length);
      if (this.away) this.log.log('Alerts are written to the database again.');
      this.away = false;
    }
  }

  /** @throws AppError `unavailable`; what the database refuses is counted and left out */
  private async writeAll(batch: readonly Transition[]): Promise<void> {
    try {
      await this.database.transaction(async (em) => {
        for (const transition of batch) await write(em, transition);
      });
    } catch (error) {
      if (error instanceof AppError && error.kind === 'unavailable') throw error;
      if (batch.length > 1) {
        for (const transition of batch) await this.writeAll([transition]);
        return;
      }
      this.lost.add(1);
      this.log.error('A change of an alert was refused.', { id: batch[0]?.alert.id, cause: causeChain(error) });
    }
  }
}
