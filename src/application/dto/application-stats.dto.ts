import { z } from 'zod';
import { statsSchema } from '../../collect/index.js';
import { applicationMetrics } from '../application.metrics.js';
import type { ApplicationSnapshot } from '../application.snapshot.js';

const count = z.int().nonnegative();

const extra = {
  version: z.string().nullable().describe('Version of the application.'),
  runtime_version: z.string().nullable().describe('Version of Node.js.'),
  requests: z
    .object({
      total: count.describe('Requests answered since the start of the process.'),
      in_progress: count,
      per_second: z.number().describe('Over the last 60 s.'),
      per_minute: count.describe('Requests in the last 60 s.'),
    })
    .nullable(),
  latency_ms: z
    .object({
      p50: z.number().nullable(),
      p95: z.number().nullable(),
      p99: z.number().nullable(),
      avg: z.number().nullable(),
      window_seconds: z.int(),
    })
    .nullable()
    .describe('Durations of requests over the window; null without requests.'),
  status_codes: z
    .object({ '2xx': count, '3xx': count, '4xx': count, '5xx': count })
    .nullable()
    .describe('Answers by status class since the start of the process.'),
  errors: z
    .object({
      total_today: count.describe('Answers of 4xx and 5xx since midnight UTC, or since the start if that is later.'),
      rate_per_hour: z.number().nullable().describe('null during the first minute of counting.'),
      top_errors: z.array(
        z.object({ type: z.string().describe('Code of the problem answer.'), count, percentage: z.number() }),
      ),
    })
    .nullable(),
  workers: z
    .object({ total: count, active: count, idle: count })
    .nullable()
    .describe('Processes that serve HTTP in this instance.'),
};

/** Body of `GET /api/v1/admin/stats/application`. */
export const applicationStats = statsSchema(applicationMetrics, 'app_', extra).meta({ id: 'ApplicationStats' });

const milliseconds = (seconds: number | null): number | null =>
  seconds === null ? null : Math.round(seconds * 1e6) / 1e3;

/** The fields beside the metrics; all null while there is no snapshot. */
export function applicationExtra(s: ApplicationSnapshot | null): Record<keyof typeof extra, unknown> {
  if (!s) {
    const nothing = Object.keys(extra).map((key) => [key, null] as const);
    return Object.fromEntries(nothing) as Record<keyof typeof extra, null>;
  }
  const { requests, errors } = s;
  const { '1xx': _informational, ...statusCodes } = requests.statusClasses;
  return {
    version: s.version,
    runtime_version: s.runtimeVersion,
    requests: {
      total: requests.total,
      in_progress: requests.inProgress,
      per_second: requests.perSecond,
      per_minute: requests.perMinute,
    },
    latency_ms: {
      p50: milliseconds(requests.latency.p50),
      p95: milliseconds(requests.latency.p95),
      p99: milliseconds(requests.latency.p99),
      avg: milliseconds(requests.latency.mean),
      window_seconds: 60,
    },
    status_codes: statusCodes,
    errors: {
      total_today: errors.totalToday,
      rate_per_hour: errors.ratePerHour,
      top_errors: errors.top.map((e) => ({
        ...e,
        percentage: errors.totalToday === 0 ? 0 : Math.round((1000 * e.count) / errors.totalToday) / 10,
      })),
    },
    workers: s.workers,
  };
}
