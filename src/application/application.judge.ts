import type { Check } from '../collect/index.js';
import type { ApplicationSnapshot } from './application.snapshot.js';

export interface ApplicationLimits {
  /** Milliseconds; the 95th percentile above it is degraded. */
  readonly requestP95WarnMs: number;
  /** Percent of requests answered with 5xx; above it is degraded. */
  readonly errorRateWarnPercent: number;
}

function judgeRequests(s: ApplicationSnapshot, warnMs: number): Check {
  const p95Ms = s.requests.latency.p95 === null ? null : s.requests.latency.p95 * 1000;
  const slow = p95Ms !== null && p95Ms > warnMs;
  const rounded = p95Ms === null ? null : Math.round(p95Ms * 10) / 10;
  return {
    name: 'requests',
    verdict: slow ? 'degraded' : 'ok',
    message:
      rounded === null
        ? 'No requests in the last 60 s'
        : `95 % of the requests of the last 60 s took at most ${rounded} ms`,
    figures: rounded === null ? {} : { p95_ms: rounded },
    limit: { figure: 'p95_ms', operator: '>', value: warnMs },
    loadPercent: null,
  };
}

function judgeErrors(s: ApplicationSnapshot, warnPercent: number): Check {
  const percent = s.requests.serverErrorPercent;
  const rounded = percent === null ? null : Math.round(percent * 100) / 100;
  return {
    name: 'errors',
    verdict: percent !== null && percent > warnPercent ? 'degraded' : 'ok',
    message: rounded === null ? 'No requests in the last 60 s' : `${rounded} % of the requests of the last 60 s failed`,
    figures: rounded === null ? {} : { server_error_percent: rounded },
    limit: { figure: 'server_error_percent', operator: '>', value: warnPercent },
    loadPercent: null,
  };
}

/** Checks `requests` (latency) and `errors` (share of 5xx), both over the last 60 s. */
export function judgeApplication(s: ApplicationSnapshot, limits: ApplicationLimits): readonly Check[] {
  return [judgeRequests(s, limits.requestP95WarnMs), judgeErrors(s, limits.errorRateWarnPercent)];
}
