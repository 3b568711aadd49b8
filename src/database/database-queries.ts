import { Inject, Injectable } from '@nestjs/common';
import {
  type CounterInstrument,
  type HistogramInstrument,
  type HistogramValue,
  Instruments,
  SlidingQuantiles,
} from '../collect/index.js';
import { Clock } from '../core/index.js';
import { queryInstruments } from './database-queries.metrics.js';
import type { QueryWatch } from './database.client.js';
import { databaseConfig, type DatabaseConfig } from './database.config.js';

/** A statement that took long. Its text has placeholders instead of parameters and is for admins only. */
export interface SlowQuery {
  readonly atMs: number;
  readonly durationMs: number;
  readonly text: string;
}

/** The application's own statements. Totals count from the start of the process, quantiles cover the last minute. */
export interface QueryFigures {
  readonly total: number;
  readonly errors: number;
  readonly slow: number;
  /** Mean over the life of the process; null before the first statement. */
  readonly meanSeconds: number | null;
  /** Durations in seconds since the start of the process. */
  readonly duration: HistogramValue;
  readonly windowSeconds: number;
  readonly windowCount: number;
  readonly p50Seconds: number | null;
  readonly p95Seconds: number | null;
  readonly p99Seconds: number | null;
  readonly maxSeconds: number | null;
  /** Newest first. */
  readonly recentSlow: readonly SlowQuery[];
}

const slowKept = 20;
const textKept = 300;

/** Counts and times every statement of the application. One observation feeds `/metrics` and the JSON alike. */
@Injectable()
export class DatabaseQueries implements QueryWatch {
  private readonly queries: CounterInstrument;
  private readonly errors: CounterInstrument;
  private readonly slow: CounterInstrument;
  private readonly duration: HistogramInstrument;
  private readonly recent: SlidingQuantiles;
  private readonly recentSlow: SlowQuery[] = [];

  constructor(
    @Inject(databaseConfig.token) private readonly config: DatabaseConfig,
    private readonly clock: Clock,
    instruments: Instruments,
  ) {
    this.queries = instruments.counter(queryInstruments.queries);
    this.errors = instruments.counter(queryInstruments.errors);
    this.slow = instruments.counter(queryInstruments.slow);
    this.duration = instruments.histogram(queryInstruments.duration);
    this.recent = new SlidingQuantiles(clock);
  }

  finished(durationMs: number, failed: boolean, text: string): void {
    this.queries.add(1);
    this.duration.observe(durationMs / 1000);
    this.recent.observe(durationMs / 1000);
    if (failed) this.errors.add(1);
    if (durationMs < this.config.DATABASE_SLOW_QUERY_MS) return;
    this.slow.add(1);
    this.recentSlow.unshift({ atMs: this.clock.nowMs(), durationMs, text: text.slice(0, textKept) });
    if (this.recentSlow.length > slowKept) this.recentSlow.pop();
  }

  figures(): QueryFigures {
    const { count, p50, p95, p99, max } = this.recent.read();
    return {
      total: this.queries.total,
      errors: this.errors.total,
      slow: this.slow.total,
      meanSeconds: this.duration.count > 0 ? this.duration.sum / this.duration.count : null,
      duration: this.duration.read(),
      windowSeconds: this.recent.windowMs / 1000,
      windowCount: count,
      p50Seconds: p50,
      p95Seconds: p95,
      p99Seconds: p99,
      maxSeconds: max,
      recentSlow: [...this.recentSlow],
    };
  }
}
