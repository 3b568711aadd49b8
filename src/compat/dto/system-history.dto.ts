import { z } from 'zod';

const number = z.number().nullable();

export const historyPeriods = ['1h', '24h', '7d'] as const;

/** Must stay unnamed: swagger expands only an inline object into parameters. */
export const systemHistoryQuery = z.strictObject({
  period: z.enum(historyPeriods).default('24h'),
  cursor: z
    .string()
    .regex(/^\d{1,11}$/, 'is not a cursor of this list')
    .optional()
    .describe('next_cursor of the page before.'),
  limit: z
    .preprocess((text) => (/^\d{1,5}$/.test(String(text)) ? Number(text) : text), z.int().min(1).max(10_080))
    .default(10_080)
    .describe('Points of a page; all of them unless told otherwise.'),
});
export type SystemHistoryQuery = z.infer<typeof systemHistoryQuery>;

/** One minute of the snapshot's figures. null: not known in that minute. */
const point = z.object({
  timestamp: z.iso.datetime().describe('Start of the minute.'),
  cpu: z.object({ current_percent: number }),
  memory: z.object({ used_percent: number }),
  disk: z.object({ usage_percent: number.describe('Of the fullest file system.') }),
  database: z.object({ response_time_ms: number }),
  redis: z.object({ response_time_ms: number }),
  requests: z.object({ per_second: number }),
  errors: z.object({ error_rate_percent: number }),
  latency: z
    .object({ p50_ms: number, p95_ms: number, p99_ms: number })
    .describe('Means of the 60 s windows that ended in the minute.'),
});
export type SystemHistoryPoint = z.infer<typeof point>;

export const systemHistoryAnswer = z
  .object({
    success: z.literal(true),
    data: z.object({
      period: z.enum(historyPeriods),
      interval_seconds: z.literal(60),
      start_time: z.iso.datetime(),
      end_time: z.iso.datetime(),
      count: z.int().describe('Points of this page.'),
      total: z.int().describe('Points of the period, from its start or the cursor on.'),
      points: z.array(point).describe('Oldest first, one for each minute, gaps included.'),
      next_cursor: z.string().nullable(),
    }),
  })
  .meta({ id: 'SystemHistoryAnswer' });
export type SystemHistoryAnswer = z.infer<typeof systemHistoryAnswer>;
