import type { Check, Observation, Verdict } from '../collect/index.js';
import { never } from '../core/index.js';

/** A check as the outlets show it. `absent`: its component is not configured; never counted, never down. */
export interface AssessedCheck extends Omit<Check, 'verdict'> {
  readonly verdict: Verdict | 'absent';
  readonly component: string;
  /** When this process first saw the verdict, epoch ms; null when it is not one of an observation. */
  readonly sinceMs: number | null;
}

/** What health needs to know of a collector. */
export interface Judged {
  readonly component: string;
  readonly checks: readonly string[];
  /** An observation older than this is no news any more. */
  readonly freshForMs: number;
}

function plain(name: string, component: string, verdict: AssessedCheck['verdict'], message: string): AssessedCheck {
  return { name, component, verdict, message, figures: {}, limit: null, loadPercent: null, sinceMs: null };
}

/**
 * The checks of one collector at `nowMs`. No data is not good news: before the first run, and when the last good run
 * is too old, every check is `unknown`.
 */
export function assess(
  judged: Judged,
  observation: Observation | undefined,
  nowMs: number,
  sinceMs: (check: string) => number | null,
): AssessedCheck[] {
  const { component } = judged;
  const seen = (checks: readonly Check[]): AssessedCheck[] =>
    checks.map((check) => ({ ...check, component, sinceMs: sinceMs(check.name) }));
  if (!observation) return judged.checks.map((name) => plain(name, component, 'unknown', 'Not read yet'));
  switch (observation.outcome) {
    case 'absent':
      return judged.checks.map((name) => plain(name, component, 'absent', observation.reason));
    case 'failed':
      return seen(observation.checks);
    case 'ok': {
      const ageMs = nowMs - observation.startedAtMs;
      if (ageMs <= judged.freshForMs) return seen(observation.checks);
      const message = `No fresh data: last read ${Math.round(ageMs / 1000)} s ago`;
      return judged.checks.map((name) => plain(name, component, 'unknown', message));
    }
    default:
      return never(observation);
  }
}

/** Share of healthy checks among those that count (all but `absent`), 0 to 100 with one decimal (S0-100). */
export function healthyShare(checks: readonly Pick<AssessedCheck, 'verdict'>[]): number {
  const counted = checks.filter((check) => check.verdict !== 'absent');
  if (counted.length === 0) return 0;
  const healthy = counted.filter((check) => check.verdict === 'ok').length;
  return Math.round((1000 * healthy) / counted.length) / 10;
}

const weights: Readonly<Record<'ok' | 'degraded' | 'down', number>> = { ok: 1, degraded: 0.5, down: 0 };

/**
 * S1's score, 0 to 100: the mean weight of the checks (ok 1, degraded 0.5, down 0). `unknown` and `absent` have no
 * weight and are left out; with nothing left the score is 0.
 */
export function weightedScore(verdicts: readonly AssessedCheck['verdict'][]): number {
  const known = verdicts.filter((v): v is keyof typeof weights => v !== 'unknown' && v !== 'absent');
  if (known.length === 0) return 0;
  return Math.round((100 * known.reduce((sum, verdict) => sum + weights[verdict], 0)) / known.length);
}

export type Colour = 'green' | 'yellow' | 'red';

/** Below `yellowPercent` green, from there to `redPercent` (both included) yellow, above it red (C-06). */
export function colourOfLoad(percent: number, yellowPercent: number, redPercent: number): Colour {
  if (percent > redPercent) return 'red';
  return percent >= yellowPercent ? 'yellow' : 'green';
}
