import { z } from 'zod';
import { severities, type TimedAlert } from '../../alerts/index.js';
import { isoTime } from '../../core/index.js';
import { limitView } from '../../health/index.js';

const number = z.number().nullable();
const status = z.enum(['healthy', 'warning', 'critical', 'unknown', 'absent']);

const partition = z.object({
  mountpoint: z.string(),
  device: z.string(),
  total_gb: z.number(),
  used_gb: z.number(),
  free_gb: z.number(),
  usage_percent: z.number(),
  status,
});

/** The full snapshot (S1-02 to S1-11). Units are binary: 1 GB is 2^30 bytes. null: unknown at this moment. */
export const systemMetrics = z
  .object({
    timestamp: z.iso.datetime(),
    cpu: z.object({
      current_percent: number,
      avg_5min_percent: number.describe(
        'Mean of the last 5 minutes, or of the time since the start if that is shorter.',
      ),
      avg_15min_percent: number,
      core_count: number,
      frequency_mhz: number.describe('null in machines that do not tell.'),
      status,
      threshold: z.number(),
    }),
    memory: z.object({
      total_gb: number,
      used_gb: number,
      available_gb: number,
      used_percent: number,
      swap_total_gb: number,
      swap_used_percent: number.describe('null without swap.'),
      status,
      threshold: z.number(),
    }),
    disk: z.object({ partitions: z.array(partition), status, threshold: z.number() }),
    network: z.object({
      bytes_in: number,
      bytes_out: number,
      packets_in: number,
      packets_out: number,
      errors_in: number,
      errors_out: number,
      dropped_in: number,
      dropped_out: number,
    }),
    database: z.object({
      response_time_ms: number,
      connection_pool_size: number,
      status,
      threshold: z.number().describe('Milliseconds.'),
    }),
    redis: z.object({ response_time_ms: number, working: z.boolean().nullable(), status }),
    websocket: z.object({ active_connections: number }),
    requests: z.object({ per_second: number, per_minute: number, status }),
    errors: z.object({
      count_4xx: number.describe('Since the start of the process.'),
      count_5xx: number.describe('Since the start of the process.'),
      error_rate_percent: number.describe('4xx and 5xx among the requests of the last 60 s.'),
      status,
    }),
    latency: z.object({
      p50_ms: number,
      p95_ms: number,
      p99_ms: number,
      avg_ms: number,
      window_seconds: z.int(),
      threshold: z.number().describe('Milliseconds.'),
    }),
  })
  .meta({ id: 'SystemMetrics' });

export type SystemMetricsView = z.infer<typeof systemMetrics>;

export const systemMetricsAnswer = z
  .object({ success: z.literal(true), data: systemMetrics })
  .meta({ id: 'SystemMetricsAnswer' });

export const systemHealthAnswer = z
  .object({
    success: z.literal(true),
    data: z.object({
      status: z.enum(['green', 'yellow', 'red']).describe('The worst component. unknown reads as yellow.'),
      timestamp: z.iso.datetime(),
      health_score: z
        .number()
        .describe('Mean of the components x 100: healthy 1, warning 0.5, critical 0; unknown and absent are left out.'),
      components: z.record(z.string(), status),
      limits: z.record(z.string(), limitView.nullable()).describe('The limit behind the status of each component.'),
      not_scored: z.array(z.string()).describe('Components left out of the score: unknown or absent.'),
      active_alerts: z.int().describe('Alerts that fire at this moment, acknowledged ones included.'),
      metrics: systemMetrics.optional().describe('With ?detailed=true.'),
    }),
  })
  .meta({ id: 'SystemHealthAnswer' });

export type SystemHealthView = z.infer<typeof systemHealthAnswer>['data'];

/** Must stay unnamed: swagger expands only an inline object into parameters. */
export const systemHealthQuery = z.strictObject({
  detailed: z.stringbool().default(false).describe('true adds the full metrics.'),
});

const systemAlert = z
  .object({
    component: z.string(),
    severity: z.enum(severities),
    message: z.string(),
    timestamp: z.iso.datetime().describe('Start of the condition.'),
    duration_seconds: z.number().describe('From the start to the end, or until now.'),
  })
  .meta({ id: 'SystemAlert' });

export const systemAlertsAnswer = z
  .object({
    success: z.literal(true),
    data: z.object({
      type: z.enum(['active', 'history']),
      count: z.int().describe('Alerts in this answer.'),
      alerts: z.array(systemAlert),
      timestamp: z.iso.datetime(),
    }),
  })
  .meta({ id: 'SystemAlertsAnswer' });

/** Must stay unnamed: swagger expands only an inline object into parameters. */
export const systemAlertsQuery = z.strictObject({
  history: z.stringbool().default(false).describe('true: every alert that ever fired instead of the active ones.'),
  limit: z
    .preprocess((text) => (/^\d{1,4}$/.test(String(text)) ? Number(text) : text), z.int().min(1).max(1000))
    .default(100),
});

export function systemAlertView({ alert, durationSeconds }: TimedAlert): z.infer<typeof systemAlert> {
  return {
    component: alert.component,
    severity: alert.severity,
    message: alert.message,
    timestamp: isoTime(alert.startedAtMs),
    duration_seconds: Math.round(durationSeconds * 1000) / 1000,
  };
}
