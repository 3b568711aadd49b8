import type { EngineFigures, IotdbLoad } from './iotdb.snapshot.js';
import type { IotdbTraffic } from './iotdb.traffic.js';

/** Counts of one process, a DataNode or this application, at one moment. Null: nothing of the kind happened yet. */
export interface LoadCounts {
  readonly pointsWritten: number | null;
  readonly reads: number | null;
}

/** The counts that the next rates start from, one per process. */
export interface LoadBase {
  readonly counts: readonly LoadCounts[];
  /** Monotonic time of the counts. */
  readonly atMs: number;
}

/** Below this a delta says more about our timing than about the server: the base then stays. */
const shortestWindowMs = 900;

/** Counts per second; null when any process counts less than before (restart, region moved away). */
function rateOf(before: LoadBase, now: LoadBase, name: keyof LoadCounts): number | null {
  if (before.counts.length !== now.counts.length || now.counts.every((counts) => counts[name] === null)) return null;
  let delta = 0;
  for (const [index, counts] of now.counts.entries()) {
    const step = (counts[name] ?? 0) - (before.counts[index]?.[name] ?? 0);
    if (step < 0) return null;
    delta += step;
  }
  return (1_000 * delta) / (now.atMs - before.atMs);
}

export interface LoadRates {
  readonly writeRate: number | null;
  readonly readRate: number | null;
}

/** Rates since `before`; all null without one. */
export function ratesBetween(before: LoadBase | null, now: LoadBase): LoadRates {
  if (!before || now.atMs - before.atMs < shortestWindowMs) return { writeRate: null, readRate: null };
  return { writeRate: rateOf(before, now, 'pointsWritten'), readRate: rateOf(before, now, 'reads') };
}

/** Where the next rates start: here, unless this pass came right after the last one. */
export function nextBase(before: LoadBase | null, now: LoadBase): LoadBase {
  return before && now.atMs - before.atMs < shortestWindowMs ? before : now;
}

/** Counts of the DataNodes, in the order of their reporters. */
export function countsOfEngines(engines: readonly EngineFigures[]): readonly LoadCounts[] {
  return engines.map(({ pointsWritten, reads }) => ({ pointsWritten, reads: reads?.count ?? null }));
}

/** Counts of this application's own requests. */
export function countsOfTraffic(traffic: IotdbTraffic): readonly LoadCounts[] {
  return [{ pointsWritten: traffic.pointsWritten, reads: traffic.reads.value()?.count ?? null }];
}

/** What the DataNodes tell together; without an answer of theirs nothing, never our own requests in their place. */
export function serverLoad(engine: EngineFigures | null, rates: LoadRates): IotdbLoad {
  return {
    source: 'server',
    pointsWritten: engine?.pointsWritten ?? null,
    writes: engine?.writes ?? null,
    reads: engine?.reads ?? null,
    ...rates,
  };
}

export function clientLoad(traffic: IotdbTraffic, rates: LoadRates): IotdbLoad {
  const { pointsWritten, writes, reads } = traffic;
  return { source: 'client', pointsWritten, writes: writes.value(), reads: reads.value(), ...rates };
}
