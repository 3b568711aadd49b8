import { z } from 'zod';
import { isoTime } from '../../core/index.js';
import { alertStatuses } from '../alert.js';
import type { TimedAlert } from '../alerts.service.js';
import { severities } from '../alerts.threshold.js';

const time = z.iso.datetime();

/** Unnamed on purpose: only an inline object becomes single query parameters in the API description. */
export const listAlertsQuery = z.strictObject({
  status: z
    .enum([...alertStatuses, 'open'])
    .optional()
    .describe('open: active or acknowledged.'),
  severity: z.enum(severities).optional(),
  component: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'has control characters')
    .optional(),
  limit: z
    .preprocess((text) => (/^\d{1,4}$/.test(String(text)) ? Number(text) : text), z.int().min(1).max(1000))
    .default(100),
  cursor: z.string().min(1).max(512).optional().describe('next_cursor of the page before.'),
});
export type ListAlertsQuery = z.infer<typeof listAlertsQuery>;

export const alertSchema = z
  .object({
    id: z.uuid(),
    device_id: z.uuid().nullable().describe('null: not about a device.'),
    rule_id: z.uuid().nullable().describe('null: raised by a threshold.'),
    threshold_id: z.string().nullable(),
    component: z.string(),
    metric: z.string(),
    labels: z.record(z.string(), z.string()),
    severity: z.enum(severities),
    message: z.string(),
    value: z.number().describe('The figure that made it fire, in the unit of the metric.'),
    threshold: z.number().describe('The limit it was compared with.'),
    status: z.enum(alertStatuses),
    started_at: time.describe('First reading in breach.'),
    fired_at: time.describe('End of the minimum duration.'),
    acknowledged_by: z.string().nullable(),
    acknowledged_at: time.nullable(),
    resolved_by: z.string().nullable().describe('null: it cleared by itself, or is open.'),
    resolved_at: time.nullable(),
    duration_seconds: z.number().describe('From the start to the end, or until now.'),
  })
  .meta({ id: 'Alert' });
export type AlertView = z.infer<typeof alertSchema>;

export const alertPageSchema = z
  .object({
    items: z.array(alertSchema),
    next_cursor: z.string().nullable().describe('Pass it as cursor for the next page; null on the last one.'),
  })
  .meta({ id: 'AlertPage' });
export type AlertPageView = z.infer<typeof alertPageSchema>;

const timeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

export function alertView({ alert, durationSeconds }: TimedAlert): AlertView {
  return {
    id: alert.id,
    device_id: null,
    rule_id: null,
    threshold_id: alert.thresholdId,
    component: alert.component,
    metric: alert.metric,
    labels: { ...alert.labels },
    severity: alert.severity,
    message: alert.message,
    value: alert.value,
    threshold: alert.threshold,
    status: alert.status,
    started_at: isoTime(alert.startedAtMs),
    fired_at: isoTime(alert.firedAtMs),
    acknowledged_by: alert.acknowledgedBy,
    acknowledged_at: timeOrNull(alert.acknowledgedAtMs),
    resolved_by: alert.resolvedBy,
    resolved_at: timeOrNull(alert.resolvedAtMs),
    duration_seconds: Math.round(durationSeconds * 1000) / 1000,
  };
}
