import { z } from 'zod';
import { isoTime, never } from '../core/index.js';
import type { Latest } from './latest.js';
import { type HistogramValue, type Metric, type MetricFamily, type Sample, upperBoundText } from './metric.js';
import type { Observation } from './observation.js';

/** Word for a component in the stats bodies. */
export const componentStatus = z
  .enum(['up', 'down', 'absent', 'unknown'])
  .describe('up: read in the last pass. down: does not answer. absent: not configured. unknown: not yet read.');

const head = {
  timestamp: z.iso.datetime().describe('Start of the pass that read these figures.'),
  age_seconds: z.number().describe('Age of the figures when this answer was made.'),
  status: componentStatus,
  since: z.iso
    .datetime()
    .nullable()
    .describe('When this process first saw the component in this status; null until the first pass.'),
  message: z.string().nullable().describe('Why the component is not up, and what to do; null while it is up.'),
};

/** A histogram in JSON: cumulative counts by upper bound, as in the text format. */
export const histogramView = z.object({
  sum: z.number(),
  count: z.number(),
  buckets: z.array(z.object({ le: z.string(), count: z.number() })),
});

/** A histogram kept in this process, for a body. */
export function histogramBody(h: HistogramValue): z.infer<typeof histogramView> {
  const bounds = [...h.buckets, [Infinity, h.count] as const];
  return { sum: h.sum, count: h.count, buckets: bounds.map(([le, count]) => ({ le: upperBoundText(le), count })) };
}

function valueSchema(family: MetricFamily): z.ZodType {
  const number = z.number().nullable();
  if (family.type === 'histogram') return histogramView.nullable().describe(family.help);
  if (family.labelNames.length === 0) return number.describe(family.help);
  const labels = Object.fromEntries(family.labelNames.map((name) => [name, z.string()]));
  return z.array(z.object({ ...labels, value: z.number() })).describe(family.help);
}

/** The metric's name without the family's prefix; `redis_status` stays whole, because the head has a `status`. */
function fieldName(family: MetricFamily, prefix: string): string {
  const short = family.name.startsWith(prefix) ? family.name.slice(prefix.length) : family.name;
  return short in head ? family.name : short;
}

/**
 * Schema of `GET /api/v1/admin/stats/<component>`: `timestamp` first, then one field per metric of the family, named
 * as the metric without its prefix, then the extras. Figures are null while the component is not up.
 */
export function statsSchema<S, E extends z.ZodRawShape>(metrics: readonly Metric<S>[], prefix: string, extra: E) {
  const figures = Object.fromEntries(metrics.map((metric) => [fieldName(metric, prefix), valueSchema(metric)]));
  return z.object({ ...head, ...figures, ...extra });
}

function figureOf(family: MetricFamily, samples: readonly Sample[]): unknown {
  if (family.type === 'histogram') {
    const count = samples.find((s) => s.name.endsWith('_count'));
    if (!count) return null;
    return {
      sum: samples.find((s) => s.name.endsWith('_sum'))?.value ?? 0,
      count: count.value,
      buckets: samples.filter((s) => s.labels.le !== undefined).map((s) => ({ le: s.labels.le ?? '', count: s.value })),
    };
  }
  if (family.labelNames.length === 0) return samples[0]?.value ?? null;
  return samples.map((s) => ({ ...s.labels, value: s.value }));
}

function situation(observation: Observation | undefined): {
  status: z.infer<typeof componentStatus>;
  message: string | null;
} {
  if (!observation) return { status: 'unknown', message: 'Not read yet; the first pass runs right after the start.' };
  switch (observation.outcome) {
    case 'ok':
      return { status: 'up', message: null };
    case 'absent':
      return { status: 'absent', message: observation.reason };
    case 'failed':
      return {
        status: observation.error.kind === 'unavailable' ? 'down' : 'unknown',
        message: observation.error.message,
      };
    default:
      return never(observation);
  }
}

/**
 * The body for `statsSchema`, built from the same samples that `/metrics` prints.
 * @param extra further fields from the snapshot; its argument is null while the component is not up
 */
export function statsBody<S, E extends object>(
  latest: Latest,
  component: string,
  metrics: readonly Metric<S>[],
  prefix: string,
  nowMs: number,
  extra: (snapshot: S | null) => E,
): Record<string, unknown> {
  const observation = latest.of(component);
  const since = latest.sinceOf(component);
  const atMs = observation?.startedAtMs ?? nowMs;
  const figures = metrics.map((m) => [fieldName(m, prefix), figureOf(m, latest.samplesOf(m.name))] as const);
  return {
    timestamp: isoTime(atMs),
    age_seconds: Math.max(0, Math.round((nowMs - atMs) / 100) / 10),
    ...situation(observation),
    since: since === undefined ? null : isoTime(since),
    ...Object.fromEntries(figures),
    ...extra(observation?.outcome === 'ok' ? (observation.snapshot as S) : null),
  };
}
