import type { BucketRun } from './bucket.js';
import { type Tier, tiers } from './tiers.js';

const minute = 60_000;

/** What can be asked for; 10s is ours, the others are the contract's. */
export const intervals = ['10s', '1m', '5m', '15m', '1h', '1d'] as const;
export type Interval = (typeof intervals)[number];

export const intervalMs: Readonly<Record<Interval, number>> = {
  '10s': 10_000,
  '1m': minute,
  '5m': 5 * minute,
  '15m': 15 * minute,
  '1h': 60 * minute,
  '1d': 1_440 * minute,
};

/** Points of one answer at most: seven days of minutes. */
export const maxPoints = 10_080;

/** How far a range may reach beyond now or beyond the retention: clocks differ, and requests take time. */
export const toleranceMs = minute;

/** A range as it is answered: whole intervals, from the one that holds the start to the one that holds the end. */
export interface Plan {
  readonly tier: Tier;
  readonly interval: Interval;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The coarsest tier whose buckets make up whole intervals: the fewest to read, and just as exact. */
export function tierFor(interval: Interval): Tier {
  const fitting = tiers.filter((tier) => intervalMs[interval] % tier.stepMs === 0);
  return fitting.at(-1) as Tier;
}

export function planFor(startMs: number, endMs: number, interval: Interval): Plan {
  const step = intervalMs[interval];
  return {
    tier: tierFor(interval),
    interval,
    fromMs: Math.floor(startMs / step) * step,
    toMs: Math.ceil(endMs / step) * step,
  };
}

/** Why an interval cannot answer a range, or null. */
export function refusalOf(
  startMs: number,
  endMs: number,
  interval: Interval,
  nowMs: number,
): 'too_many_points' | 'too_old' | null {
  if (endMs - startMs > maxPoints * intervalMs[interval]) return 'too_many_points';
  return nowMs - startMs > tierFor(interval).retentionMs + toleranceMs ? 'too_old' : null;
}

/** The intervals that can answer a range, finest first. */
export function allowedIntervals(startMs: number, endMs: number, nowMs: number): readonly Interval[] {
  return intervals.filter((interval) => refusalOf(startMs, endMs, interval, nowMs) === null);
}

/** Points as columns; every value of a gap is null. */
export interface Points {
  readonly timestampMs: readonly number[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly avg: readonly (number | null)[];
  readonly last: readonly (number | null)[];
  /** Increase per second of a counter; null where two samples to compare are missing. */
  readonly rate: readonly (number | null)[];
  readonly summary: { readonly min: number | null; readonly max: number | null; readonly avg: number | null };
}

/** Running figures over some buckets. */
interface Total {
  count: number;
  sum: number;
  min: number;
  max: number;
  last: number;
  increase: number;
  coveredMs: number;
}

const nothing = (): Total => ({
  count: 0,
  sum: 0,
  min: Infinity,
  max: -Infinity,
  last: 0,
  increase: 0,
  coveredMs: 0,
});

/**
 * Adds bucket `i` of a counter: what it grew since the bucket before. A smaller value is a restart of the source, so
 * what it has now was counted since. After a gap only the growth inside the bucket is known, over the part of it
 * between its first and last sample.
 */
function addIncrease(total: Total, run: BucketRun, i: number): void {
  const count = run.count[i] ?? 0;
  const last = run.last[i] ?? 0;
  if (i > 0 && run.count[i - 1]) {
    const before = run.last[i - 1] ?? 0;
    total.increase += last >= before ? last - before : last;
    total.coveredMs += run.stepMs;
  } else if (count > 1) {
    total.increase += last - (run.min[i] ?? last);
    total.coveredMs += (run.stepMs * (count - 1)) / count;
  }
}

function addBucket(total: Total, run: BucketRun, i: number): void {
  const count = run.count[i] ?? 0;
  if (count === 0) return;
  total.count += count;
  total.sum += run.sum[i] ?? 0;
  total.min = Math.min(total.min, run.min[i] ?? Infinity);
  total.max = Math.max(total.max, run.max[i] ?? -Infinity);
  total.last = run.last[i] ?? 0;
  addIncrease(total, run, i);
}

/**
 * Merges buckets into the points of a plan. An average is the sum of all samples by their number, never an average of
 * averages, in the points as in the summary.
 * @param run buckets of the plan's range, or with one more before it, so that the first rate has its predecessor
 */
export function downsample(run: BucketRun, plan: Plan): Points {
  const step = intervalMs[plan.interval];
  const perPoint = step / run.stepMs;
  const lead = (plan.fromMs - run.fromMs) / run.stepMs;
  const length = (plan.toMs - plan.fromMs) / step;
  const column = (): (number | null)[] => new Array<number | null>(length).fill(null);
  const [min, max, avg, last, rate] = [column(), column(), column(), column(), column()];
  const all = nothing();
  for (let p = 0; p < length; p++) {
    const total = nothing();
    for (let i = lead + p * perPoint; i < lead + (p + 1) * perPoint; i++) addBucket(total, run, i);
    if (total.count === 0) continue;
    min[p] = total.min;
    max[p] = total.max;
    avg[p] = total.sum / total.count;
    last[p] = total.last;
    rate[p] = total.coveredMs > 0 ? (total.increase * 1000) / total.coveredMs : null;
    all.count += total.count;
    all.sum += total.sum;
    all.min = Math.min(all.min, total.min);
    all.max = Math.max(all.max, total.max);
  }
  const timestampMs = Array.from({ length }, (_, p) => plan.fromMs + p * step);
  const summary =
    all.count === 0 ? { min: null, max: null, avg: null } : { min: all.min, max: all.max, avg: all.sum / all.count };
  return { timestampMs, min, max, avg, last, rate, summary };
}
