import { durationBuckets, type HistogramValue } from '../collect/index.js';

/** Durations in cumulative buckets with the bounds of all durations here. */
export class DurationHistogram {
  private readonly counts = durationBuckets.map(() => 0);
  private count = 0;
  private sum = 0;

  observe(seconds: number): void {
    this.count += 1;
    this.sum += seconds;
    durationBuckets.forEach((bound, index) => {
      if (seconds <= bound) this.counts[index] = (this.counts[index] ?? 0) + 1;
    });
  }

  /** Null before the first observation. */
  value(): HistogramValue | null {
    if (this.count === 0) return null;
    const buckets = durationBuckets.map((bound, index) => [bound, this.counts[index] ?? 0] as const);
    return { buckets, sum: this.sum, count: this.count };
  }
}

/** What this application itself sends to IoTDB: statements that succeeded, with their round trips. */
export class IotdbTraffic {
  readonly reads = new DurationHistogram();
  readonly writes = new DurationHistogram();
  private points: number | null = null;

  /** @param points values written, nulls not counted */
  countPoints(points: number): void {
    this.points = (this.points ?? 0) + points;
  }

  /** Null before the first write. */
  get pointsWritten(): number | null {
    return this.points;
  }
}
