import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type CounterInstrument,
  type GaugeInstrument,
  type HistogramInstrument,
  Instruments,
  type Observation,
} from '../collect/index.js';
import { Clock } from '../core/index.js';
import { AlertChanges } from './alert-changes.js';
import type { Alert } from './alert.js';
import { AlertBook, type Transition } from './alerts.book.js';
import { AlertJournal } from './alerts.journal.js';
import type { Moment } from './alerts.machine.js';
import { alertInstruments } from './alerts.metrics.js';
import { severities } from './alerts.threshold.js';
import { Thresholds } from './alerts.thresholds.js';

/** The book with its effects: what it decides is told, counted and written. */
@Injectable()
export class AlertEngine {
  private readonly book: AlertBook;
  private readonly activeGauge: GaugeInstrument;
  private readonly fired: CounterInstrument;
  private readonly resolved: CounterInstrument;
  private readonly evaluation: HistogramInstrument;
  private changed = 0;

  constructor(
    private readonly thresholds: Thresholds,
    private readonly journal: AlertJournal,
    private readonly changes: AlertChanges,
    private readonly clock: Clock,
    instruments: Instruments,
  ) {
    const dropped = instruments.counter(alertInstruments.seriesDropped);
    this.book = new AlertBook(thresholds.index, randomUUID, () => dropped.add(1));
    this.activeGauge = instruments.gauge(alertInstruments.active);
    this.fired = instruments.counter(alertInstruments.fired);
    this.resolved = instruments.counter(alertInstruments.resolved);
    this.evaluation = instruments.histogram(alertInstruments.evaluation);
    for (const severity of severities) {
      this.fired.add(0, severity);
      this.resolved.add(0, severity);
    }
    this.count();
  }

  /** Grows with every change: two equal readings say that no alert changed in between. */
  get version(): number {
    return this.changed;
  }

  /** Compares an observation with every threshold. */
  observe(observation: Observation): void {
    const startedMs = this.clock.monotonicMs();
    const transitions = this.book.observe(observation, this.now());
    this.evaluation.observe((this.clock.monotonicMs() - startedMs) / 1000);
    this.apply(transitions);
  }

  /** Takes the thresholds that are in force now. */
  thresholdsChanged(): void {
    this.apply(this.book.use(this.thresholds.index, this.now()));
  }

  /** Takes over the alerts that are open in the database. */
  reconcile(open: readonly Alert[]): void {
    this.apply(this.book.reconcile(open, this.now()));
    this.count();
  }

  /** Tells of an alert that somebody acknowledged. */
  acknowledged(alert: Alert): void {
    this.changed += 1;
    this.book.mark(alert);
    this.changes.publish('updated', alert);
  }

  /** Tells of an alert that somebody resolved; it is written already. */
  resolvedByHand(alert: Alert): void {
    this.book.forget(alert.id);
    this.tell({ kind: 'resolved', alert });
    this.count();
  }

  /** Firing alerts, newest first. From memory, so that they can be told while the database is away. */
  active(): ReturnType<AlertBook['active']> {
    return this.book.active(this.now());
  }

  private now(): Moment {
    return { wallMs: this.clock.nowMs(), monotonicMs: this.clock.monotonicMs() };
  }

  private apply(transitions: readonly Transition[]): void {
    for (const transition of transitions) {
      this.journal.push(transition);
      this.tell(transition);
    }
    if (transitions.length > 0) this.count();
  }

  private tell({ kind, alert }: Transition): void {
    this.changed += 1;
    (kind === 'fired' ? this.fired : this.resolved).add(1, alert.severity);
    this.changes.publish(kind, alert);
  }

  private count(): void {
    const active = this.book.active(this.now());
    for (const severity of severities)
      this.activeGauge.set(active.filter(({ alert }) => alert.severity === severity).length, severity);
  }
}
