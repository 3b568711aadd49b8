/** Consecutive failures after which a server is left alone. */
const failuresToOpen = 5;

/** closed: run. open: spare the server until `probeAtMs`, then one probe decides. Times are monotonic milliseconds. */
export type BreakerState =
  { readonly kind: 'closed'; readonly failures: number } | { readonly kind: 'open'; readonly probeAtMs: number };

export const closedBreaker: BreakerState = { kind: 'closed', failures: 0 };

/** Whether a run may start now; for an open breaker that run is the half-open probe. */
export function mayRun(state: BreakerState, nowMs: number): boolean {
  return state.kind === 'closed' || nowMs >= state.probeAtMs;
}

/** The state after a run. A failed probe opens again for a whole pause. */
export function afterRun(state: BreakerState, success: boolean, nowMs: number, pauseMs: number): BreakerState {
  if (success) return closedBreaker;
  const failures = state.kind === 'closed' ? state.failures + 1 : failuresToOpen;
  return failures >= failuresToOpen ? { kind: 'open', probeAtMs: nowMs + pauseMs } : { kind: 'closed', failures };
}
