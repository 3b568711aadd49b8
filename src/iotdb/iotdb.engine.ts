import type { HistogramValue } from '../collect/index.js';
import { type ExpositionSample, parseExposition } from './iotdb.exposition.js';
import { type EngineFigures, internalPrefix } from './iotdb.snapshot.js';

type Labels = Readonly<Record<string, string>>;
type Matches = (labels: Labels) => boolean;

const wanted: ReadonlySet<string> = new Set([
  'leader_quantity_total',
  'quantity_total',
  'performance_overview_seconds_sum',
  'performance_overview_seconds_count',
  'file_global_size',
  'file_global_count',
  'file_size',
  'file_count',
  'thrift_connections',
  'jvm_memory_used_bytes',
  'jvm_memory_max_bytes',
  'jvm_gc_pause_seconds_sum',
  'sys_disk_total_space',
  'sys_disk_available_space',
  'sys_disk_free_space',
]);

/** Sum of the matching samples; null when there is none. Negative values stand for "not known" (JVM pools). */
function sum(samples: readonly ExpositionSample[], name: string, matches: Matches = () => true): number | null {
  let total: number | null = null;
  for (const sample of samples) {
    if (sample.name !== name || !(sample.value >= 0) || !matches(sample.labels)) continue;
    total = (total ?? 0) + sample.value;
  }
  return total;
}

/** `pointsIn` before 1.3; `rate` marks derived series of the same name. */
const isPoints: Matches = ({ name, rate, database }) =>
  (name === 'points_in' || name === 'pointsIn') && rate === undefined && !database?.startsWith(internalPrefix);

/** Sessions insert through operations of their own; REST statements run as `executeNonQueryPlan`, DDL included. */
const isWrite: Matches = ({ interface: operation, type }) =>
  operation?.startsWith('insert') === true ||
  (operation === 'executeNonQueryPlan' && type?.includes('INSERT') === true);

/**
 * Statement types that read data. `queryLatency` covers every statement: inserts over REST, FLUSH, and the SHOW and
 * COUNT of watchers like us. 2.0 writes the statement itself for table queries: `Query{queryBody=...`.
 */
const readType = /^(QUERY$|QUERY\{|LAST|GROUP_BY|AGGREGATION|FILL|UDAF|UDTF|FAST_LAST)/i;
const isRead: Matches = ({ interface: operation, type }) => operation === 'queryLatency' && readType.test(type ?? '');

const latencyOf = (samples: readonly ExpositionSample[], matches: Matches): HistogramValue | null => {
  const count = sum(samples, 'performance_overview_seconds_count', matches);
  const seconds = sum(samples, 'performance_overview_seconds_sum', matches);
  // The server keeps a summary: sum and count are exact, buckets do not exist.
  return count === null || seconds === null ? null : { buckets: [], sum: seconds, count };
};

const named =
  (...names: readonly string[]): Matches =>
  ({ name }) =>
    names.includes(name ?? '');
const isHeap: Matches = ({ area }) => area === 'heap';

/** TsFile bytes; before the first flush there is no series for them, although the WAL of the same level is told. */
function dataBytes(samples: readonly ExpositionSample[], walBytes: number | null): number | null {
  const files = sum(samples, 'file_global_size') ?? sum(samples, 'file_size', named('seq', 'unseq'));
  return files ?? (walBytes === null ? null : 0);
}

/** What the exposition of one DataNode tells (Prometheus reporter, level IMPORTANT or more). */
export function readEngine(text: string): EngineFigures {
  const samples = parseExposition(text, wanted);
  const walBytes = sum(samples, 'file_size', named('wal'));
  return {
    // Before the leaders were counted apart, every replica counted.
    pointsWritten: sum(samples, 'leader_quantity_total', isPoints) ?? sum(samples, 'quantity_total', isPoints),
    writes: latencyOf(samples, isWrite),
    reads: latencyOf(samples, isRead),
    dataBytes: dataBytes(samples, walBytes),
    walBytes,
    tsFiles: sum(samples, 'file_global_count'),
    openFiles: sum(samples, 'file_count', named('open_file_handlers')),
    clientConnections: sum(samples, 'thrift_connections', named('ClientRPC', 'RPC')),
    heapUsedBytes: sum(samples, 'jvm_memory_used_bytes', isHeap),
    heapMaxBytes: sum(samples, 'jvm_memory_max_bytes', isHeap),
    gcSeconds: sum(samples, 'jvm_gc_pause_seconds_sum'),
    diskTotalBytes: sum(samples, 'sys_disk_total_space'),
    diskAvailableBytes: sum(samples, 'sys_disk_available_space') ?? sum(samples, 'sys_disk_free_space'),
  };
}

function addNumbers(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** A DataNode on which nothing was written yet tells nothing of writes; that adds nothing. */
function addLatencies(a: HistogramValue | null, b: HistogramValue | null): HistogramValue | null {
  if (!a || !b) return a ?? b;
  return { buckets: [], sum: a.sum + b.sum, count: a.count + b.count };
}

/** The figures of two DataNodes together. A gauge that one of them does not tell is not told for both. */
export function addEngines(a: EngineFigures, b: EngineFigures): EngineFigures {
  return {
    pointsWritten: a.pointsWritten === null ? b.pointsWritten : a.pointsWritten + (b.pointsWritten ?? 0),
    writes: addLatencies(a.writes, b.writes),
    reads: addLatencies(a.reads, b.reads),
    dataBytes: addNumbers(a.dataBytes, b.dataBytes),
    walBytes: addNumbers(a.walBytes, b.walBytes),
    tsFiles: addNumbers(a.tsFiles, b.tsFiles),
    openFiles: addNumbers(a.openFiles, b.openFiles),
    clientConnections: addNumbers(a.clientConnections, b.clientConnections),
    heapUsedBytes: addNumbers(a.heapUsedBytes, b.heapUsedBytes),
    heapMaxBytes: addNumbers(a.heapMaxBytes, b.heapMaxBytes),
    gcSeconds: addNumbers(a.gcSeconds, b.gcSeconds),
    diskTotalBytes: addNumbers(a.diskTotalBytes, b.diskTotalBytes),
    diskAvailableBytes: addNumbers(a.diskAvailableBytes, b.diskAvailableBytes),
  };
}

/** Used share (0-100) of a DataNode's disks; null when it does not tell. */
export function diskUsedPercent({ diskTotalBytes, diskAvailableBytes }: EngineFigures): number | null {
  if (diskTotalBytes === null || diskAvailableBytes === null || diskTotalBytes === 0) return null;
  return 100 * (1 - diskAvailableBytes / diskTotalBytes);
}
