/** What is kept of the samples of one series in one step: enough that averages are never averaged again. */
export interface Bucket {
  count: number;
  sum: number;
  min: number;
  max: number;
  last: number;
}

export function bucketOf(value: number): Bucket {
  return { count: 1, sum: value, min: value, max: value, last: value };
}

export function addSample(bucket: Bucket, value: number): void {
  bucket.count += 1;
  bucket.sum += value;
  if (value < bucket.min) bucket.min = value;
  if (value > bucket.max) bucket.max = value;
  bucket.last = value;
}

/**
 * Bytes of one record, little-endian: u32 count, u32 check, then float64 sum, min, max, last. All zero is "no sample":
 * both stores fill with zeros by themselves.
 */
export const recordBytes = 40;

/** Mixes the count and the four numbers into 32 bits, so that half-written records are seen. */
function checkOf(view: DataView, at: number): number {
  let hash = view.getUint32(at, true) ^ 0x5bd1e995;
  for (let i = 8; i < recordBytes; i += 4) {
    hash = Math.imul(hash ^ view.getUint32(at + i, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

export function writeRecord(view: DataView, at: number, bucket: Bucket): void {
  view.setUint32(at, bucket.count, true);
  view.setFloat64(at + 8, bucket.sum, true);
  view.setFloat64(at + 16, bucket.min, true);
  view.setFloat64(at + 24, bucket.max, true);
  view.setFloat64(at + 32, bucket.last, true);
  view.setUint32(at + 4, checkOf(view, at), true);
}

/** null: no sample, or a record that a power loss tore. */
export function readRecord(view: DataView, at: number): Bucket | null {
  const count = view.getUint32(at, true);
  if (count === 0 || view.getUint32(at + 4, true) !== checkOf(view, at)) return null;
  return {
    count,
    sum: view.getFloat64(at + 8, true),
    min: view.getFloat64(at + 16, true),
    max: view.getFloat64(at + 24, true),
    last: view.getFloat64(at + 32, true),
  };
}

/** Consecutive buckets as columns; where `count` is 0 there is a gap and the other columns say nothing. */
export class BucketRun {
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly last: Float64Array;

  constructor(
    /** Start of the first bucket, epoch ms. */
    readonly fromMs: number,
    readonly stepMs: number,
    readonly length: number,
  ) {
    this.count = new Float64Array(length);
    this.sum = new Float64Array(length);
    this.min = new Float64Array(length);
    this.max = new Float64Array(length);
    this.last = new Float64Array(length);
  }

  /** Takes records as they lie in a store; missing bytes at the end are gaps. */
  fill(firstIndex: number, records: Uint8Array): void {
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
    const held = Math.min(Math.floor(records.byteLength / recordBytes), this.length - firstIndex);
    for (let i = 0; i < held; i++) {
      const at = i * recordBytes;
      const count = view.getUint32(at, true);
      if (count === 0 || view.getUint32(at + 4, true) !== checkOf(view, at)) continue;
      const to = firstIndex + i;
      this.count[to] = count;
      this.sum[to] = view.getFloat64(at + 8, true);
      this.min[to] = view.getFloat64(at + 16, true);
      this.max[to] = view.getFloat64(at + 24, true);
      this.last[to] = view.getFloat64(at + 32, true);
    }
  }

  at(index: number): Bucket | null {
    if (!this.count[index]) return null;
    return {
      count: this.count[index] ?? 0,
      sum: this.sum[index] ?? 0,
      min: this.min[index] ?? 0,
      max: this.max[index] ?? 0,
      last: this.last[index] ?? 0,
    };
  }
}
