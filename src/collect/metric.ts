/** Label values by label name. Values come from closed sets: never ids, URLs, topics or error texts. */
export type Labels = Readonly<Record<string, string>>;

/** One labelled value. */
export type Row = readonly [labels: Labels, value: number];

/** A cumulative histogram as its source keeps it. `buckets` excludes +Inf, ascending; empty when the source has none. */
export interface HistogramValue {
  readonly buckets: readonly (readonly [upperBound: number, cumulativeCount: number])[];
  readonly sum: number;
  readonly count: number;
}

export type MetricType = 'gauge' | 'counter' | 'histogram';

/** What stands in `# HELP` and `# TYPE`, and bounds the labels. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly labelNames: readonly string[];
}

/** null: the source is silent this time, so nothing is exported. Never 0 and never -1 for "unknown". */
export type Reading = number | null | readonly Row[] | HistogramValue;

/** How a snapshot becomes samples of one metric. `from: 'outcome'` metrics are 1 or 0 by the run's success. */
export type Metric<S> = MetricFamily &
  (
    { readonly from: 'snapshot'; read(snapshot: S): Reading } | { readonly from: 'outcome'; isUp(snapshot: S): boolean }
  );

/** One exported line: the common coin of all outlets. */
export interface Sample {
  readonly family: MetricFamily;
  /** Family name, with `_bucket`, `_sum` or `_count` for parts of a histogram. */
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

type Scalar<S> = (snapshot: S) => number | null;
type Rows<S> = (snapshot: S) => readonly Row[] | null;

function define<S>(
  type: MetricType,
  name: string,
  help: string,
  rest: readonly [Scalar<S>] | readonly [readonly string[], Rows<S>],
): Metric<S> {
  return rest.length === 1
    ? { name, help, type, labelNames: [], from: 'snapshot', read: rest[0] }
    : { name, help, type, labelNames: rest[0], from: 'snapshot', read: (s) => rest[1](s) };
}

/** A value that goes up and down. HELP says source, window and unit. */
export function gauge<S>(name: string, help: string, read: Scalar<S>): Metric<S>;
export function gauge<S>(name: string, help: string, labelNames: readonly string[], read: Rows<S>): Metric<S>;
export function gauge<S>(
  name: string,
  help: string,
  ...rest: readonly [Scalar<S>] | readonly [readonly string[], Rows<S>]
): Metric<S> {
  return define('gauge', name, help, rest);
}

/** The source's absolute count, resets included: `rate()` handles them. */
export function counter<S>(name: string, help: string, read: Scalar<S>): Metric<S>;
export function counter<S>(name: string, help: string, labelNames: readonly string[], read: Rows<S>): Metric<S>;
export function counter<S>(
  name: string,
  help: string,
  ...rest: readonly [Scalar<S>] | readonly [readonly string[], Rows<S>]
): Metric<S> {
  return define('counter', name, help, rest);
}

/** A histogram that the source keeps itself. */
export function histogram<S>(name: string, help: string, read: (snapshot: S) => HistogramValue | null): Metric<S> {
  return { name, help, type: 'histogram', labelNames: [], from: 'snapshot', read };
}

/**
 * 1 while the component answers, 0 when a run fails (so it stays on `/metrics` when all other figures of a dead
 * server disappear), absent while the component is not configured.
 * @param isUp false for a server that answers but refuses to work (Redis while LOADING)
 */
export function status<S>(name: string, help: string, isUp: (snapshot: S) => boolean = () => true): Metric<S> {
  return { name, help, type: 'gauge', labelNames: [], from: 'outcome', isUp };
}

/** Rows a metric may have at most; more are cut off and counted in `collector_rows_dropped_total`. */
export const maxRowsPerMetric = 256;

/** Bucket bounds in seconds: the seed's up to 0.1, extended so that 1 s and 2 s limits can be seen (C-25, C-26). */
export const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

function isHistogram(reading: Reading): reading is HistogramValue {
  return typeof reading === 'object' && reading !== null && 'buckets' in reading;
}

/** The text of an `le` label. Must never change for a bound, or the series breaks. */
export function upperBoundText(bound: number): string {
  return bound === Infinity ? '+Inf' : String(bound);
}

function expand(family: MetricFamily, reading: Reading, out: Sample[]): number {
  if (reading === null) return 0;
  if (typeof reading === 'number') {
    if (Number.isFinite(reading)) out.push({ family, name: family.name, labels: {}, value: reading });
    return 0;
  }
  if (isHistogram(reading)) {
    for (const [bound, count] of [...reading.buckets, [Infinity, reading.count] as const]) {
      out.push({ family, name: `${family.name}_bucket`, labels: { le: upperBoundText(bound) }, value: count });
    }
    out.push({ family, name: `${family.name}_sum`, labels: {}, value: reading.sum });
    out.push({ family, name: `${family.name}_count`, labels: {}, value: reading.count });
    return 0;
  }
  const kept = reading.slice(0, maxRowsPerMetric);
  for (const [labels, value] of kept) {
    if (Number.isFinite(value)) out.push({ family, name: family.name, labels, value });
  }
  return reading.length - kept.length;
}

/**
 * Samples of a successful run. Non-finite numbers are left out: absent says "unknown", NaN says nothing.
 * @returns the samples and how many rows were cut by the bound
 */
export function samplesOf<S>(metrics: readonly Metric<S>[], snapshot: S): { samples: Sample[]; rowsDropped: number } {
  const samples: Sample[] = [];
  let rowsDropped = 0;
  for (const metric of metrics) {
    const reading = metric.from === 'outcome' ? (metric.isUp(snapshot) ? 1 : 0) : metric.read(snapshot);
    rowsDropped += expand(metric, reading, samples);
  }
  return { samples, rowsDropped };
}

/** Samples of a failed run: only the `status` metrics, at 0. */
export function samplesOfFailure<S>(metrics: readonly Metric<S>[]): Sample[] {
  return metrics
    .filter((metric) => metric.from === 'outcome')
    .map((metric) => ({ family: metric, name: metric.name, labels: {}, value: 0 }));
}
