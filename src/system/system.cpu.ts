import { percentOf } from './system.rates.js';

/** Cumulative processor time at one moment. */
export interface CpuCounter {
  /** Monotonic milliseconds. */
  readonly atMs: number;
  readonly busySeconds: number;
  /** Seconds that could have been used so far: all cores' time. */
  readonly capacitySeconds: number;
}

/** Share of the capacity used between two moments, 0 to 100; null when no capacity passed. */
export function usageBetween(before: CpuCounter, now: CpuCounter): number | null {
  return percentOf(now.busySeconds - before.busySeconds, now.capacitySeconds - before.capacitySeconds);
}

const minuteMs = 60_000;
/** The longest window, plus one spacing so that a sample at least that old is still there. */
const keptMs = 15 * minuteMs;
/** Samples closer than this are not kept, which bounds the history whatever the pass interval is. */
const spacingMs = 5_000;

/**
 * The last 15 minutes of cumulative counters. A mean over a window is the difference of two counters, so it is exact for
 * its window and never an average of averages. At most 182 entries.
 */
export class CpuHistory {
  private samples: CpuCounter[] = [];

  add(sample: CpuCounter): void {
    const last = this.samples.at(-1);
    if (last && sample.atMs - last.atMs < spacingMs) return;
    this.samples.push(sample);
    // The newest sample that is old enough for the longest window stays; those before it are of no use.
    const old = this.samples.findLastIndex((s) => sample.atMs - s.atMs >= keptMs);
    if (old > 0) this.samples = this.samples.slice(old);
  }

  /** Forgets everything: the counters are from now on of something else. */
  clear(): void {
    this.samples = [];
  }

  get size(): number {
    return this.samples.length;
  }

  /** Age of the oldest sample in seconds. */
  observedSeconds(nowMs: number): number {
    const oldest = this.samples[0];
    return oldest ? (nowMs - oldest.atMs) / 1000 : 0;
  }

  /** Mean over the last minutes, or over what there is while that is shorter; null without a sample. */
  mean(minutes: 5 | 15, now: CpuCounter): number | null {
    const from = this.samples.findLast((s) => now.atMs - s.atMs >= minutes * minuteMs) ?? this.samples[0];
    return from ? usageBetween(from, now) : null;
  }
}
