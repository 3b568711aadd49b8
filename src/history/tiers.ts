const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export type TierName = '10s' | '1m' | '1h' | '1d';

/** One resolution of history (C-38). All times are milliseconds; buckets and chunks are aligned to the epoch (UTC). */
export interface Tier {
  readonly name: TierName;
  readonly stepMs: number;
  /** What can be asked for; stores keep up to one chunk more. */
  readonly retentionMs: number;
  /** Span that a store keeps, and drops, as one piece. A multiple of `stepMs`. */
  readonly chunkMs: number;
}

/** Finest first. */
export const tiers: readonly Tier[] = [
  { name: '10s', stepMs: 10 * second, retentionMs: 2 * hour, chunkMs: hour },
  { name: '1m', stepMs: minute, retentionMs: 7 * day, chunkMs: day },
  { name: '1h', stepMs: hour, retentionMs: 90 * day, chunkMs: 30 * day },
  { name: '1d', stepMs: day, retentionMs: 730 * day, chunkMs: 360 * day },
];

/** Kept beyond the retention, so that a range whose start was rounded down to its interval is still whole. */
export const retentionSlackMs = hour;

export function chunkOf(tier: Tier, atMs: number): number {
  return Math.floor(atMs / tier.chunkMs);
}

/** First chunk that is still needed at `nowMs`. */
export function oldestChunk(tier: Tier, nowMs: number): number {
  return chunkOf(tier, nowMs - tier.retentionMs - retentionSlackMs);
}

/** A run of buckets inside one chunk. */
export interface ChunkSpan {
  readonly chunk: number;
  /** First bucket, counted from the chunk's start, and how many. */
  readonly first: number;
  readonly count: number;
}

/** Cuts `[fromMs, toMs)`, aligned to the tier's step, at chunk borders. */
export function chunkSpans(tier: Tier, fromMs: number, toMs: number): readonly ChunkSpan[] {
  const spans: ChunkSpan[] = [];
  for (let at = fromMs; at < toMs;) {
    const chunk = chunkOf(tier, at);
    const end = Math.min(toMs, (chunk + 1) * tier.chunkMs);
    spans.push({ chunk, first: (at - chunk * tier.chunkMs) / tier.stepMs, count: (end - at) / tier.stepMs });
    at = end;
  }
  return spans;
}
