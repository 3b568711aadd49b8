import { z } from 'zod';

export const severities = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

export const operators = ['>', '>=', '<', '<='] as const;
export type Operator = (typeof operators)[number];

/** Thresholds over all origins, at most. */
export const maxThresholds = 500;

const id = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'is not a snake_case name of at most 64 characters');
const metric = z
  .string()
  .max(200)
  .regex(/^(\*|[a-zA-Z_])[a-zA-Z0-9_]*$/, 'is not the name of a sample, nor * with the end of one');
const shown = (max: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'has control characters');

const fields = {
  title: shown(100).describe('What is measured, for people: "CPU usage".'),
  component: shown(64).nullable().describe("Component of the alerts; null takes that of the sample's collector."),
  metric: metric.describe('Name of the sample that is compared; * and an ending stands for every name that ends so.'),
  labels: z
    .record(shown(64), shown(200))
    .refine((labels) => Object.keys(labels).length <= 16, 'has more than 16 labels')
    .describe('Only samples with these labels. Each set of labels has an alert of its own.'),
  unless_metric: metric.nullable().describe('Not applied to a collector that has a sample of this name.'),
  operator: z.enum(operators).describe('A sample that compares so with the value breaches the threshold.'),
  value: z.number().describe("The limit, in the sample's unit."),
  unit: z.enum(['percent', 'seconds', 'none']).describe('How figures are written in messages.'),
  severity: z.enum(severities),
  for_seconds: z.number().min(0).max(86_400).describe('Minimum duration of a breach before the alert fires.'),
  margin: z
    .number()
    .min(0)
    .describe("Distance from the value that clears, in the sample's unit; at most half of the value counts."),
  clear_after_passes: z.int().min(1).max(1_000).describe('Passes in a row beyond the margin until the alert clears.'),
  baseline: z
    .strictObject({ factor: z.number().min(1).max(1_000), window_seconds: z.int().min(60).max(86_400) })
    .nullable()
    .describe('The limit is at least this factor times the mean over the window; only with > and >=.'),
  message: shown(300).nullable().describe('Text of alerts; {component}, {labels}, {value} and {limit} are filled in.'),
  enabled: z.boolean(),
};

/** A threshold as it stands in a file, in the database and on the wire. */
export const thresholdFields = z
  .strictObject({ id, ...fields })
  .refine((t) => t.baseline === null || t.operator.startsWith('>'), {
    path: ['baseline'],
    error: 'needs the operator > or >=',
  });
export type Threshold = Readonly<z.infer<typeof thresholdFields>>;

/** A change of a threshold by its id, or a whole new one. What is left out stays, or takes the value for a new one. */
export const thresholdChange = z.strictObject({ id }).extend(z.strictObject(fields).partial().shape);
export type ThresholdChange = Readonly<z.infer<typeof thresholdChange>>;

/** What a file and `PUT /api/v1/admin/thresholds` hold. */
export const thresholdChanges = z.strictObject({
  thresholds: z.array(thresholdChange).max(maxThresholds),
});
export type ThresholdChanges = Readonly<z.infer<typeof thresholdChanges>>;

/** What a new threshold has where it says nothing; the rest it must say. */
const usual = {
  component: null,
  labels: {},
  unless_metric: null,
  operator: '>',
  unit: 'none',
  severity: 'warning',
  for_seconds: 60,
  margin: 0,
  clear_after_passes: 3,
  baseline: null,
  message: null,
  enabled: true,
} as const;

/** One thing wrong with a list of changes: where, as a JSON pointer, and what. */
export interface ThresholdFault {
  readonly pointer: string;
  readonly message: string;
}

/** Changes laid over thresholds, or everything that is wrong with them. */
export type Merged =
  | { readonly ok: true; readonly thresholds: ReadonlyMap<string, Threshold> }
  | { readonly ok: false; readonly faults: readonly ThresholdFault[] };

/** Lays changes over the thresholds they name; an unknown id makes a new threshold. */
export function mergeThresholds(base: ReadonlyMap<string, Threshold>, changes: readonly ThresholdChange[]): Merged {
  const thresholds = new Map(base);
  const named = new Set<string>();
  const faults: ThresholdFault[] = [];
  changes.forEach((change, index) => {
    const pointer = `/thresholds/${index}`;
    if (named.has(change.id)) faults.push({ pointer: `${pointer}/id`, message: `names ${change.id} a second time` });
    named.add(change.id);
    const known = base.get(change.id);
    const merged = thresholdFields.safeParse({ ...(known ?? { ...usual, title: change.id }), ...change });
    if (merged.success) thresholds.set(change.id, merged.data);
    else {
      for (const issue of merged.error.issues)
        faults.push({ pointer: [pointer, ...issue.path.map(String)].join('/'), message: issue.message });
    }
  });
  if (thresholds.size > maxThresholds)
    faults.push({ pointer: '/thresholds', message: `makes more than ${maxThresholds} thresholds` });
  return faults.length > 0 ? { ok: false, faults } : { ok: true, thresholds };
}

const threshold = (own: Pick<Threshold, 'id' | 'title' | 'metric' | 'value'> & Partial<Threshold>): Threshold => ({
  ...usual,
  ...own,
});

/** What is watched without any configuration: the limits of the seeds. */
export const defaultThresholds: readonly Threshold[] = [
  threshold({
    id: 'cpu_usage',
    title: 'CPU usage',
    component: 'cpu',
    metric: 'system_cpu_usage_percent',
    value: 80,
    unit: 'percent',
    margin: 5,
  }),
  threshold({
    id: 'memory_usage',
    title: 'Memory usage',
    component: 'memory',
    metric: 'system_memory_usage_percent',
    value: 85,
    unit: 'percent',
    margin: 5,
  }),
  threshold({
    id: 'disk_usage',
    title: 'Disk usage',
    component: 'disk',
    metric: 'system_disk_usage_percent',
    value: 90,
    unit: 'percent',
    severity: 'critical',
    margin: 2,
  }),
  threshold({
    id: 'disk_usage_warning',
    title: 'Disk usage',
    component: 'disk',
    metric: 'system_disk_usage_percent',
    value: 80,
    unit: 'percent',
    margin: 2,
  }),
  threshold({
    id: 'database_latency',
    title: 'Database response time',
    component: 'database',
    metric: 'database_response_time_seconds',
    value: 1,
    unit: 'seconds',
    for_seconds: 15,
    margin: 0.2,
  }),
  threshold({
    id: 'api_latency',
    title: 'API response time (95th percentile)',
    component: 'api',
    metric: 'http_request_duration_p95_seconds',
    value: 2,
    unit: 'seconds',
    for_seconds: 30,
    margin: 0.4,
  }),
  threshold({
    id: 'slow_query',
    title: 'Longest query',
    component: 'database',
    metric: 'database_query_latency_seconds',
    labels: { percentile: '100' },
    operator: '>=',
    value: 1,
    unit: 'seconds',
    severity: 'info',
    for_seconds: 0,
    message: 'Slow query detected ({value}).',
  }),
  threshold({
    id: 'error_rate',
    title: 'Share of requests answered with 5xx',
    component: 'api',
    metric: 'http_server_error_percent',
    value: 1,
    unit: 'percent',
    margin: 0.25,
    baseline: { factor: 3, window_seconds: 3_600 },
  }),
  threshold({
    id: 'component_down',
    title: 'Status',
    metric: '*_status',
    operator: '<',
    value: 1,
    severity: 'critical',
    for_seconds: 5,
    clear_after_passes: 2,
    message: '{component} is down.',
  }),
  threshold({
    id: 'component_unread',
    title: 'Success of the last pass',
    metric: 'collector_success',
    unless_metric: '*_status',
    operator: '<',
    value: 1,
    message: 'The figures of {component} cannot be read.',
  }),
];
