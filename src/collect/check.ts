/**
 * The one health vocabulary inside; outlets map it once each to their seed's words.
 * `degraded`: works, but something is beyond a limit. `unknown`: no data, which never counts as good news.
 */
export type Verdict = 'ok' | 'degraded' | 'down' | 'unknown';

/** The limit that produced a verdict: "used_percent >= 85". */
export interface Limit {
  readonly figure: string;
  readonly operator: '>' | '>=' | '<' | '<=';
  readonly value: number;
}

/** One judged aspect of a component. */
export interface Check {
  /** snake_case, unique over all components: `disk_space`. */
  readonly name: string;
  readonly verdict: Verdict;
  /** For the operator: what is the case, with the figure. No secrets, hosts or driver texts. */
  readonly message: string;
  /** The figures the verdict rests on, snake_case with the unit last: `{ used_percent: 85 }`. */
  readonly figures: Readonly<Record<string, number>>;
  /** The limit that was crossed, or the nearest one that was kept; null where the verdict is not a comparison. */
  readonly limit: Limit | null;
  /** Share of a finite resource in use, 0 to 100, for colours; null where the check has none. */
  readonly loadPercent: number | null;
}

const severity: Readonly<Record<Verdict, number>> = { ok: 0, unknown: 1, degraded: 2, down: 3 };

/** The worst of several verdicts; `unknown` for none at all. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>(
    (a, b) => (severity[b] > severity[a] ? b : a),
    verdicts.length > 0 ? 'ok' : 'unknown',
  );
}
