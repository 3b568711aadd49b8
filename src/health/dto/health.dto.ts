import { z } from 'zod';
import type { Limit, Verdict } from '../../collect/index.js';
import { isoTime } from '../../core/index.js';
import { type AssessedCheck, healthyShare } from '../assessment.js';

const timestamp = z.iso.datetime();

export const liveness = z.object({ status: z.literal('alive'), timestamp }).meta({ id: 'Liveness' });

export const readiness = z.object({ status: z.enum(['ready', 'not_ready']), timestamp }).meta({ id: 'Readiness' });

export const healthSummary = z
  .object({
    status: z.enum(['healthy', 'degraded', 'down', 'unknown']).describe('The worst of all checks.'),
    timestamp,
  })
  .meta({ id: 'HealthSummary' });

export const limitView = z
  .object({ figure: z.string(), operator: z.enum(['>', '>=', '<', '<=']), value: z.number() })
  .meta({ id: 'Limit', description: 'The limit that produced the verdict, or the nearest one that was kept.' });

const word = z
  .enum(['healthy', 'warning', 'critical', 'unknown', 'absent'])
  .describe('absent: not configured; neither counted nor bad. unknown: no data; never counted as healthy.');

const figure = z.number().optional();

const check = z
  .object({
    status: word,
    message: z.string(),
    since: z.iso.datetime().nullable().describe('When this process first saw this status.'),
    limit: limitView.nullable(),
    response_time_ms: figure,
    free_percent: figure,
    used_percent: figure,
    usage_percent: figure,
  })
  .catchall(z.number())
  .meta({ id: 'HealthCheck' });

/** The seven checks of the contract (S0-96 to S0-99). */
const contractChecks = ['database', 'redis', 'iotdb', 'mqtt', 'disk_space', 'memory', 'cpu'] as const;

export const adminHealth = z
  .object({
    timestamp,
    status: z.enum(['healthy', 'warning', 'critical', 'unknown']).describe('The worst of the counted checks.'),
    checks: z.object(Object.fromEntries(contractChecks.map((name) => [name, check]))),
    overall_health_score: z
      .number()
      .describe('Healthy checks / counted checks x 100. A warning is not healthy. Absent components are not counted.'),
    not_counted: z.array(z.string()).describe('Checks of components that are not configured.'),
    other_checks: z.record(z.string(), check).describe('Further checks, outside the score.'),
    readiness: z.object({
      ready: z.boolean(),
      problems: z.record(z.string(), z.string()).describe('What keeps this instance from taking traffic.'),
    }),
  })
  .meta({ id: 'AdminHealth' });

export const words: Readonly<Record<Verdict | 'absent', z.infer<typeof word>>> = {
  ok: 'healthy',
  degraded: 'warning',
  down: 'critical',
  unknown: 'unknown',
  absent: 'absent',
};

export const summaryWords: Readonly<Record<Verdict, z.infer<typeof healthSummary>['status']>> = {
  ok: 'healthy',
  degraded: 'degraded',
  down: 'down',
  unknown: 'unknown',
};

function checkView(c: AssessedCheck): { status: string; message: string; since: string | null; limit: Limit | null } {
  const since = c.sinceMs === null ? null : isoTime(c.sinceMs);
  return { status: words[c.verdict], ...c.figures, message: c.message, since, limit: c.limit };
}

/** The admin body; a component that has no collector at all reads as absent. */
export function adminHealthView(
  checks: readonly AssessedCheck[],
  overall: Verdict,
  problems: Readonly<Record<string, string>>,
  timestampText: string,
): z.infer<typeof adminHealth> & { overall_health_score: number } {
  const counted = checks.filter((c) => (contractChecks as readonly string[]).includes(c.name));
  const others = checks.filter((c) => !counted.includes(c));
  const byName = (list: readonly AssessedCheck[]): Record<string, never> =>
    Object.fromEntries(list.map((c) => [c.name, checkView(c)])) as Record<string, never>;
  return {
    timestamp: timestampText,
    status: words[overall] as z.infer<typeof adminHealth>['status'],
    checks: byName(counted),
    overall_health_score: healthyShare(counted),
    not_counted: counted.filter((c) => c.verdict === 'absent').map((c) => c.name),
    other_checks: byName(others),
    readiness: { ready: Object.keys(problems).length === 0, problems: { ...problems } },
  };
}

export { contractChecks };
