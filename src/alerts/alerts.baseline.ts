const sliceMs = 60_000;

/** Sums of readings by the minute, oldest first. */
export type Baseline = readonly { readonly slice: number; readonly sum: number; readonly count: number }[];

/** The baseline with one more reading; what is older than the window leaves. */
export function withReading(baseline: Baseline, reading: number, monotonicMs: number, windowSeconds: number): Baseline {
  const slice = Math.floor(monotonicMs / sliceMs);
  const oldest = slice - Math.ceil((windowSeconds * 1000) / sliceMs) + 1;
  const kept = baseline.filter((s) => s.slice >= oldest);
  const last = kept.at(-1);
  if (last?.slice !== slice) return [...kept, { slice, sum: reading, count: 1 }];
  return [...kept.slice(0, -1), { slice, sum: last.sum + reading, count: last.count + 1 }];
}

/** Mean of all readings in the baseline; null without any. */
export function meanOf(baseline: Baseline): number | null {
  const count = baseline.reduce((total, s) => total + s.count, 0);
  return count === 0 ? null : baseline.reduce((total, s) => total + s.sum, 0) / count;
}
