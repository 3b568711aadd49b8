import { recordBytes } from './bucket.js';
import { type Tier, type TierName } from './tiers.js';

/** Series that share one file per tier and chunk. */
export const seriesPerPanel = 256;

/**
 * Buckets of one series that lie side by side. A pass writes one bucket of many series, a query reads many buckets of
 * one: larger groups make queries cheaper (7 days of minutes are 252 reads) and passes dearer. Divides the buckets
 * of a chunk.
 */
const groupSizes: Readonly<Record<TierName, number>> = { '10s': 12, '1m': 40, '1h': 12, '1d': 12 };

export function groupSize(tier: Tier): number {
  return groupSizes[tier.name];
}

/** Bytes of one group of one series. */
export function groupBytes(tier: Tier): number {
  return groupSize(tier) * recordBytes;
}

/** Bytes of one group of all series of a panel: the piece that is kept in memory while it is written. */
export function blockBytes(tier: Tier): number {
  return seriesPerPanel * groupBytes(tier);
}

/** Where a bucket lies. */
export interface RecordPlace {
  readonly panel: number;
  /** Block within the file of this panel and chunk. */
  readonly block: number;
  /** Byte within the block. */
  readonly offset: number;
}

/** @param series place of the series in the catalogue @param slot bucket counted from the chunk's start */
export function placeOf(tier: Tier, series: number, slot: number): RecordPlace {
  const size = groupSize(tier);
  return {
    panel: Math.floor(series / seriesPerPanel),
    block: Math.floor(slot / size),
    offset: (series % seriesPerPanel) * groupBytes(tier) + (slot % size) * recordBytes,
  };
}
