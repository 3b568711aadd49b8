import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { causeChain, Clock, type Timer } from '../core/index.js';
import { Database } from '../database/index.js';
import { maxSeries } from './alerts.book.js';
import { AlertEngine } from './alerts.engine.js';
import { AlertJournal } from './alerts.journal.js';
import { openAlerts, platformTenant, storedThresholds } from './alerts.repository.js';
import { Thresholds } from './alerts.thresholds.js';

const everyMs = 10_000;

/**
 * Brings what is stored into memory: at the start, and then every 10 s, because another instance may have changed it.
 */
@Injectable()
export class AlertRefresh implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('AlertRefresh');
  private running: Promise<void> | undefined;
  private timer: Timer | undefined;
  private stopped = false;
  private done = false;
  private failing = false;

  constructor(
    private readonly database: Database,
    private readonly journal: AlertJournal,
    private readonly engine: AlertEngine,
    private readonly thresholds: Thresholds,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.next();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.running;
  }

  /**
   * Waits for the first reading of what is stored, if the database is there: an alert that fires already must be known
   * before a sample is judged, or it would be told twice. While the database is away, or answers badly, samples are
   * judged all the same.
   */
  async first(): Promise<void> {
    if (!this.done && !this.failing && this.database.ready) await this.run();
  }

  /** Reads what is stored. Never rejects. */
  run(): Promise<void> {
    this.running ??= this.read()
      .then(() => (this.failing = false))
      .catch((error: unknown) => {
        if (!this.failing) this.log.warn('Stored alerts cannot be read.', { cause: causeChain(error) });
        this.failing = true;
      })
      .then(() => {
        this.running = undefined;
      });
    return this.running;
  }

  private async read(): Promise<void> {
    if (!this.database.ready) return;
    const { journal } = this;
    await journal.flush();
    const before = this.engine.version;
    const [stored, open] = await this.database.run(async (em) => [
      await storedThresholds(em, platformTenant),
      await openAlerts(em, platformTenant, 2 * maxSeries),
    ]);
    if (this.thresholds.store(stored)) this.engine.thresholdsChanged();
    // What is not written yet, or was written meanwhile, is newer than what was read.
    if (!journal.empty || this.engine.version !== before) return;
    this.engine.reconcile(open);
    this.done = true;
  }

  private next(): void {
    if (this.stopped) return;
    this.timer = this.clock.after(everyMs, () => void this.run().then(() => this.next()));
  }
}
