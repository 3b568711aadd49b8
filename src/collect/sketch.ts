import { Clock } from '../core/index.js';

/** What a window held. Quantiles are null while it is empty: no data is not zero. */
export interface WindowSummary {
  readonly count: number;
  readonly sum: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** Relative error of a quantile: the answer is within 1 % of a value that was observed. */
const relativeError = 0.01;
const gamma = (1 + relativeError) / (1 - relativeError);
const logGamma = Math.log(gamma);
/** One microsecond, when values are seconds; smaller ones share the first bucket. */
const smallest = 1e-6;
const firstIndex = Math.ceil(Math.log(smallest) / logGamma);
/** Up to about 1,000 s; larger ones share the last bucket. */
const bucketCount = Math.ceil(Math.log(1e9) / logGamma) + 2;

interface Slice {
  /** Number of the time slice this holds, -1 when empty. */
  number: number;
  count: number;
  sum: number;
  max: number;
  readonly buckets: Uint32Array;
}

/**
 * Quantiles over a sliding window: a ring of DDSketch slices (logarithmic buckets, relative error 1 %; Masson et al.,
 * VLDB 2019). Constant memory, one array increment per observation, and slices add up, so a quantile is never an
 * average of quantiles.
 */
export class SlidingQuantiles {
  private readonly slices: Slice[];
  private readonly sliceMs: number;

  /**
   * @param windowMs length of the window; the oldest slice leaves as a whole
   * @param sliceCount resolution of the window's edge
   */
  constructor(
    private readonly clock: Clock,
    readonly windowMs = 60_000,
    private readonly sliceCount = 12,
  ) {
    this.sliceMs = windowMs / sliceCount;
    this.slices = Array.from({ length: sliceCount }, () => ({
      number: -1,
      count: 0,
      sum: 0,
      max: 0,
      buckets: new Uint32Array(bucketCount),
    }));
  }

  /** @param value not negative, in the base unit (seconds) */
  observe(value: number): void {
    const slice = this.current();
    const index = value <= smallest ? 0 : Math.ceil(Math.log(value) / logGamma) - firstIndex;
    const at = Math.min(bucketCount - 1, Math.max(0, index));
    slice.buckets[at] = (slice.buckets[at] ?? 0) + 1;
    slice.count += 1;
    slice.sum += value;
    if (value > slice.max) slice.max = value;
  }

  read(): WindowSummary {
    const oldest = this.sliceNumber() - this.sliceCount + 1;
    const live = this.slices.filter((slice) => slice.number >= oldest);
    const count = live.reduce((total, slice) => total + slice.count, 0);
    const sum = live.reduce((total, slice) => total + slice.sum, 0);
    if (count === 0) return { count, sum, mean: null, p50: null, p95: null, p99: null, max: null };
    const merged = new Uint32Array(bucketCount);
    let max = 0;
    for (const slice of live) {
      for (let i = 0; i < bucketCount; i++) merged[i] = (merged[i] ?? 0) + (slice.buckets[i] ?? 0);
      max = Math.max(max, slice.max);
    }
    const quantile = (q: number): number => Math.min(max, quantileOf(merged, count, q));
    return { count, sum, mean: sum / count, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), max };
  }

  private sliceNumber(): number {
    return Math.floor(this.clock.monotonicMs() / this.sliceMs);
  }

  private current(): Slice {
    const number = this.sliceNumber();
    const slice = this.slices[number % this.sliceCount] as Slice;
    if (slice.number !== number) {
      slice.number = number;
      slice.count = 0;
      slice.sum = 0;
      slice.max = 0;
      slice.buckets.fill(0);
    }
    return slice;
  }
}

/** The bucket that holds the observation of rank ceil(q * count), as the value in its middle. */
function quantileOf(buckets: Uint32Array, count: number, q: number): number {
  const rank = Math.max(1, Math.ceil(q * count));
  let seen = 0;
  for (let i = 0; i < buckets.length; i++) {
    seen += buckets[i] ?? 0;
    if (seen >= rank) return (2 * gamma ** (i + firstIndex)) / (gamma + 1);
  }
  return 0;
}
