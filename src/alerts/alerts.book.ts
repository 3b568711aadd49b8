import type { Labels, Observation, Sample } from '../collect/index.js';
import { type Alert, fingerprintOf } from './alert.js';
import { type Baseline, meanOf, withReading } from './alerts.baseline.js';
import {
  type AlertState,
  durationOf,
  inactive,
  type Moment,
  restored,
  type Rule,
  step,
  type Step,
} from './alerts.machine.js';
import { alertMessage } from './alerts.message.js';
import type { ThresholdIndex } from './alerts.threshold-index.js';
import type { Threshold } from './alerts.threshold.js';

/** Conditions followed at once, at most: those in breach and those with a baseline. */
export const maxSeries = 2_048;

/** An alert that began or ended. */
export interface Transition {
  readonly kind: 'fired' | 'resolved';
  readonly alert: Alert;
}

/** One condition that is followed: a threshold with one set of labels. */
interface Series {
  readonly thresholdId: string;
  /** Collector whose observations carry it; null until seen after a restore. */
  source: string | null;
  state: AlertState;
  /** While firing. */
  alert: Alert | null;
  baseline: Baseline;
}

function ruleOf(threshold: Threshold, baseline: Baseline): Rule {
  const mean = threshold.baseline === null ? null : meanOf(baseline);
  const learned = mean === null ? threshold.value : mean * (threshold.baseline?.factor ?? 1);
  return {
    operator: threshold.operator,
    value: threshold.baseline === null ? threshold.value : Math.max(threshold.value, learned),
    margin: Math.min(threshold.margin, Math.abs(threshold.value) / 2),
    forMs: threshold.for_seconds * 1000,
    clearAfterPasses: threshold.clear_after_passes,
  };
}

/**
 * The conditions that are in breach now, in memory: every decision is made here, from samples and without I/O. No data
 * neither fires nor clears; a firing alert whose source is gone stays until somebody resolves it.
 */
export class AlertBook {
  private readonly series = new Map<string, Series>();

  /**
   * @param newId makes the id of an alert
   * @param onFull told when a breach is not followed because `maxSeries` are
   */
  constructor(
    private index: ThresholdIndex,
    private readonly newId: () => string,
    private readonly onFull: () => void,
  ) {}

  /** Steps every condition that the observation says something about. */
  observe(observation: Observation, now: Moment): readonly Transition[] {
    const transitions: Transition[] = [];
    const seen = new Set<string>();
    for (const [threshold, sample] of this.index.matches(observation)) {
      const fingerprint = fingerprintOf(threshold.id, sample.name, sample.labels);
      seen.add(fingerprint);
      const transition = this.read(fingerprint, threshold, sample, observation.component, now);
      if (transition) transitions.push(transition);
    }
    for (const [fingerprint, series] of this.series) {
      const threshold = this.index.get(series.thresholdId);
      if (!threshold || series.source !== observation.component || seen.has(fingerprint)) continue;
      series.state = step(series.state, ruleOf(threshold, series.baseline), null, now).state;
    }
    return transitions;
  }

  /** Takes other thresholds. Alerts of a threshold that is gone or switched off end here. */
  use(index: ThresholdIndex, now: Moment): readonly Transition[] {
    this.index = index;
    const transitions: Transition[] = [];
    for (const [fingerprint, series] of this.series) {
      if (index.get(series.thresholdId)) continue;
      this.series.delete(fingerprint);
      if (series.alert && series.state.kind === 'firing')
        transitions.push({ kind: 'resolved', alert: ended(series.alert, durationOf(series.state, now), now) });
    }
    return transitions;
  }

  /**
   * Makes the firing alerts those that are open in the database: after a restart, after another instance led, and after
   * somebody resolved or acknowledged one elsewhere.
   * @returns alerts whose threshold is gone meanwhile
   */
  reconcile(open: readonly Alert[], now: Moment): readonly Transition[] {
    const known = new Map(open.map((alert) => [alert.fingerprint, alert]));
    for (const [fingerprint, series] of this.series) {
      if (series.state.kind === 'firing' && !known.has(fingerprint)) this.series.delete(fingerprint);
    }
    for (const alert of open) {
      const series = this.series.get(alert.fingerprint);
      const same = series?.state.kind === 'firing' && series.state.startedAtMs === alert.startedAtMs;
      this.series.set(alert.fingerprint, {
        thresholdId: alert.thresholdId,
        source: series?.source ?? null,
        state: same ? series.state : restored(alert.startedAtMs, now),
        alert,
        baseline: series?.baseline ?? [],
      });
    }
    return this.use(this.index, now);
  }

  /** Forgets an alert that somebody resolved. If its condition still holds, a new one begins. */
  forget(id: string): void {
    for (const [fingerprint, series] of this.series) if (series.alert?.id === id) this.series.delete(fingerprint);
  }

  /** Takes the marks of an alert that somebody acknowledged. */
  mark(alert: Alert): void {
    const series = this.series.get(alert.fingerprint);
    if (series?.alert?.id === alert.id) series.alert = alert;
  }

  /** Firing alerts, newest first, each with how long it has lasted. */
  active(now: Moment): readonly { readonly alert: Alert; readonly durationSeconds: number }[] {
    return [...this.series.values()]
      .flatMap(({ alert, state }) =>
        alert && state.kind === 'firing' ? [{ alert, durationSeconds: durationOf(state, now) / 1000 }] : [],
      )
      .sort((a, b) => b.alert.startedAtMs - a.alert.startedAtMs);
  }

  private read(
    fingerprint: string,
    threshold: Threshold,
    sample: Sample,
    source: string,
    now: Moment,
  ): Transition | null {
    const series = this.series.get(fingerprint) ?? {
      thresholdId: threshold.id,
      source,
      state: inactive,
      alert: null,
      baseline: [],
    };
    series.source = source;
    const rule = ruleOf(threshold, series.baseline);
    const { state, effect } = step(series.state, rule, sample.value, now);
    series.state = state;
    // What is in breach is not what is usual: an incident must not become its own baseline.
    if (threshold.baseline && state.kind !== 'pending' && state.kind !== 'firing')
      series.baseline = withReading(series.baseline, sample.value, now.monotonicMs, threshold.baseline.window_seconds);
    this.keep(fingerprint, series);
    const found = { source, labels: sample.labels, limit: rule.value, fingerprint, metric: sample.name };
    return effect && this.transition(series, threshold, found, effect, now);
  }

  private keep(fingerprint: string, series: Series): void {
    const idle = series.state.kind === 'inactive' || series.state.kind === 'resolved';
    if (idle && series.baseline.length === 0) this.series.delete(fingerprint);
    else if (this.series.has(fingerprint) || this.series.size < maxSeries) this.series.set(fingerprint, series);
    else this.onFull();
  }

  private transition(
    series: Series,
    threshold: Threshold,
    found: { source: string; labels: Labels; limit: number; fingerprint: string; metric: string },
    effect: NonNullable<Step['effect']>,
    now: Moment,
  ): Transition | null {
    if (effect.kind === 'resolved') {
      const { alert } = series;
      series.alert = null;
      return alert && { kind: 'resolved', alert: ended(alert, effect.durationMs, now) };
    }
    if (!this.series.has(found.fingerprint)) return null;
    const { source, labels, limit, fingerprint, metric } = found;
    const component = threshold.component ?? source;
    series.alert = {
      id: this.newId(),
      fingerprint,
      thresholdId: threshold.id,
      component,
      metric,
      labels,
      severity: threshold.severity,
      message: alertMessage(threshold, { component, labels, value: effect.value, limit }),
      value: effect.value,
      threshold: limit,
      status: 'active',
      startedAtMs: effect.startedAtMs,
      firedAtMs: now.wallMs,
      acknowledgedBy: null,
      acknowledgedAtMs: null,
      resolvedAtMs: null,
      resolvedBy: null,
      durationSeconds: null,
    };
    return { kind: 'fired', alert: series.alert };
  }
}

function ended(alert: Alert, durationMs: number, now: Moment): Alert {
  return { ...alert, status: 'resolved', resolvedAtMs: now.wallMs, durationSeconds: durationMs / 1000 };
}
