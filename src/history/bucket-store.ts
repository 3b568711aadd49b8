import type { Bucket, BucketRun } from './bucket.js';
import type { Tier } from './tiers.js';

export type SeriesKind = 'gauge' | 'counter';

/** A series that has history: `name{label="value"}` with sorted labels. */
export interface SeriesRecord {
  readonly id: string;
  readonly kind: SeriesKind;
}

/** The place of one bucket. `startMs` is aligned to the tier's step. */
export interface BucketPlace {
  readonly id: string;
  readonly tier: Tier;
  readonly startMs: number;
}

export interface BucketEntry extends BucketPlace {
  readonly bucket: Readonly<Bucket>;
}

/**
 * Where buckets are kept. Adapters are proved by one suite (test/contracts/bucket-store.contract.ts): what `write` has
 * resolved for survives a killed process, and a bucket that was never written reads as a gap.
 */
export abstract class BucketStore {
  /** True when other processes may write to it as well. */
  abstract readonly shared: boolean;
  /** The persisted catalogue, in the order of its making. */
  abstract series(): Promise<readonly SeriesRecord[]>;
  /** Adds series to the catalogue; those it has are left as they are. Must precede their first bucket. */
  abstract declare(series: readonly SeriesRecord[]): Promise<void>;
  /** Writes whole buckets, over what was there. One call a pass. */
  abstract write(entries: readonly BucketEntry[]): Promise<void>;
  /** The buckets at these places, null where there is none. */
  abstract pick(places: readonly BucketPlace[]): Promise<readonly (Bucket | null)[]>;
  /** All buckets of `[fromMs, toMs)`, aligned to the tier's step. A series it does not know is all gaps. */
  abstract read(id: string, tier: Tier, fromMs: number, toMs: number): Promise<BucketRun>;
  /** Drops what is beyond the retention of its tier. */
  abstract expire(nowMs: number): Promise<void>;
  abstract close(): Promise<void>;
}
