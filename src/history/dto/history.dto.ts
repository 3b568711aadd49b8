import { z } from 'zod';
import { isoTime } from '../../core/index.js';
import { intervals, type Points } from '../history.query.js';
import type { HistoryRequest } from '../history.service.js';
import { parseSelector } from '../series.js';
import type { SeriesRecord } from '../bucket-store.js';

const time = z.iso.datetime({ offset: true, error: 'is not an ISO 8601 time such as 2026-01-31T10:00:00Z' });

/** Unnamed on purpose: only an inline object becomes single query parameters in the API description. */
export const historyQuery = z.strictObject({
  metric: z
    .string()
    .min(1)
    .max(512)
    .describe('cpu, memory, requests, mqtt_messages, or a series: name or name{label="value"}.'),
  labels: z.string().max(512).optional().describe('Further labels of the series: mode="idle",core="0".'),
  start_time: time,
  end_time: time,
  interval: z.enum(intervals).default('1h'),
  format: z.enum(['points', 'columns']).default('points').describe('columns: arrays instead of objects, for charts.'),
});
export type HistoryQuery = z.infer<typeof historyQuery>;

const value = z.number().nullable();
const column = z.array(value);

const head = {
  metric: z.string().describe('As it was asked for.'),
  interval: z.enum(intervals),
  start_time: z.iso.datetime(),
  end_time: z.iso.datetime(),
};
const summary = z.object({
  min: value,
  max: value,
  avg: value.describe('Of all samples of the range.'),
  total_points: z.int().describe('Points of the answer, gaps included.'),
});
const series = z.string().describe('The series that answered.');
const kind = z.enum(['gauge', 'counter']);

export const historyAnswer = z
  .object({
    ...head,
    data_points: z
      .array(
        z.object({
          timestamp: z.iso.datetime().describe('Start of the interval, a whole multiple of it in UTC.'),
          value: value.describe('Gauge: the average. Counter: the last value. null is a gap, never 0.'),
          min: value,
          max: value,
          avg: value.describe('Sum of all samples by their number.'),
          rate: value.optional().describe('Counter: increase per second, restarts of the source allowed for.'),
        }),
      )
      .describe('One for each interval, gaps included.'),
    summary,
    series,
    kind,
  })
  .meta({ id: 'History' });
export type HistoryView = z.infer<typeof historyAnswer>;

export const historyColumnsAnswer = z
  .object({
    ...head,
    columns: z.object({
      timestamp: z.array(z.int()).describe('Epoch seconds.'),
      value: column,
      min: column,
      max: column,
      avg: column,
      rate: column.optional(),
    }),
    summary,
    series,
    kind,
  })
  .meta({ id: 'HistoryColumns' });

export const historyEitherAnswer = z.union([historyAnswer, historyColumnsAnswer]);

/** The answer as it goes out. */
export function historyView(
  query: HistoryQuery,
  { series, plan }: HistoryRequest,
  points: Points,
): z.infer<typeof historyEitherAnswer> {
  const isCounter = series.kind === 'counter';
  const values = isCounter ? points.last : points.avg;
  const { min, max, avg, rate } = points;
  const opening = {
    metric: query.metric,
    interval: plan.interval,
    start_time: isoTime(Date.parse(query.start_time)),
    end_time: isoTime(Date.parse(query.end_time)),
  };
  const closing = {
    summary: { ...points.summary, total_points: points.timestampMs.length },
    series: series.id,
    kind: series.kind,
  };
  if (query.format === 'columns') {
    const timestamp = points.timestampMs.map((ms) => ms / 1000);
    return {
      ...opening,
      columns: { timestamp, value: values, min, max, avg, ...(isCounter ? { rate } : {}) },
      ...closing,
    } as never;
  }
  const dataPoints = points.timestampMs.map((ms, i) => ({
    timestamp: isoTime(ms),
    value: values[i] ?? null,
    min: min[i] ?? null,
    max: max[i] ?? null,
    avg: avg[i] ?? null,
    ...(isCounter ? { rate: rate[i] ?? null } : {}),
  }));
  return { ...opening, data_points: dataPoints, ...closing };
}

export const listSeriesQuery = z.strictObject({
  limit: z
    .preprocess((text) => (/^\d{1,4}$/.test(String(text)) ? Number(text) : text), z.int().min(1).max(1000))
    .default(100),
  cursor: z.string().min(1).max(512).optional(),
  search: z.string().min(1).max(100).optional().describe('Part of the name or the labels.'),
});
export type ListSeriesQuery = z.infer<typeof listSeriesQuery>;

export const seriesPage = z
  .object({
    items: z.array(
      z.object({
        metric: z.string().describe('What to ask for.'),
        name: z.string(),
        labels: z.record(z.string(), z.string()),
        kind,
        alias: z.string().nullable().describe('The short name, where there is one.'),
      }),
    ),
    next_cursor: z.string().nullable(),
    total: z.int(),
  })
  .meta({ id: 'HistorySeriesPage' });

/** @param all in order of their ids @param aliases short name to series */
export function seriesPageView(
  all: readonly SeriesRecord[],
  query: ListSeriesQuery,
  aliases: Readonly<Record<string, string>>,
): z.infer<typeof seriesPage> {
  const { search, cursor, limit } = query;
  const found = all.filter(({ id }) => search === undefined || id.includes(search));
  const rest = cursor === undefined ? found : found.filter(({ id }) => id > cursor);
  const page = rest.slice(0, limit);
  const aliasOf = new Map(Object.entries(aliases).map(([alias, id]) => [id, alias]));
  const items = page.map(({ id, kind: itsKind }) => {
    const { name, labels } = parseSelector(id) ?? { name: id, labels: {} };
    return { metric: id, name, labels: { ...labels }, kind: itsKind, alias: aliasOf.get(id) ?? null };
  });
  return { items, next_cursor: rest.length > limit ? (page.at(-1)?.id ?? null) : null, total: found.length };
}
