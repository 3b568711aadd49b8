import type { Operator } from './alerts.threshold.js';

/** One moment on both clocks: stamps are taken from the wall clock, durations from the monotonic one. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** What the machine compares with. */
export interface Rule {
  readonly operator: Operator;
  readonly value: number;
  readonly margin: number;
  readonly forMs: number;
  readonly clearAfterPasses: number;
}

/** Since when the condition holds, on both clocks. */
interface Started {
  readonly startedAtMs: number;
  readonly startedMonotonicMs: number;
}

/**
 * One alert's life. Acknowledgement and silence are marks beside it.
 * - `pending`: in breach, but not yet for the minimum duration. `heldMs` is the proven part of that duration.
 * - `firing`: `goodPasses` counts the passes in a row that were beyond the margin.
 * - `resolved`: over; a new breach begins a new alert.
 */
export type AlertState =
  | { readonly kind: 'inactive' }
  | (Started & { readonly kind: 'pending'; readonly heldMs: number; readonly lastMonotonicMs: number | null })
  | (Started & { readonly kind: 'firing'; readonly goodPasses: number })
  | { readonly kind: 'resolved' };

/** What a step means for the world outside. */
export type AlertEffect =
  | { readonly kind: 'fired'; readonly startedAtMs: number; readonly value: number }
  | { readonly kind: 'resolved'; readonly durationMs: number };

export interface Step {
  readonly state: AlertState;
  readonly effect: AlertEffect | null;
}

export const inactive: AlertState = { kind: 'inactive' };

/**
 * Longest time between two readings that counts as one unbroken breach. After a suspended host or an open circuit
 * breaker the time in between is not proven, so no more than this of it is counted.
 */
export const longestStepMs = 60_000;

/** Whether a figure breaches the limit. With > and < the limit itself does not. */
export function breaches(rule: Pick<Rule, 'operator' | 'value'>, reading: number): boolean {
  switch (rule.operator) {
    case '>':
      return reading > rule.value;
    case '>=':
      return reading >= rule.value;
    case '<':
      return reading < rule.value;
    case '<=':
      return reading <= rule.value;
  }
}

/** Whether a figure counts towards clearing: no breach, and beyond the margin if there is one. */
export function isGood(rule: Rule, reading: number): boolean {
  if (breaches(rule, reading)) return false;
  if (rule.margin === 0) return true;
  return rule.operator.startsWith('>') ? reading < rule.value - rule.margin : reading > rule.value + rule.margin;
}

const stay = (state: AlertState): Step => ({ state, effect: null });

function begin(rule: Rule, reading: number, now: Moment): Step {
  const started = { startedAtMs: now.wallMs, startedMonotonicMs: now.monotonicMs };
  return mature(rule, { kind: 'pending', ...started, heldMs: 0, lastMonotonicMs: now.monotonicMs }, reading);
}

function mature(rule: Rule, state: Extract<AlertState, { kind: 'pending' }>, reading: number): Step {
  if (state.heldMs < rule.forMs) return stay(state);
  const { startedAtMs, startedMonotonicMs } = state;
  return {
    state: { kind: 'firing', startedAtMs, startedMonotonicMs, goodPasses: 0 },
    effect: { kind: 'fired', startedAtMs, value: reading },
  };
}

/**
 * One step of an alert. Pure.
 * @param reading the figure of this pass; null when the source is silent: that never fires and never clears. A pending
 *   alert is held over the silence, and the silence does not count towards its minimum duration
 */
export function step(state: AlertState, rule: Rule, reading: number | null, now: Moment): Step {
  switch (state.kind) {
    case 'inactive':
    case 'resolved':
      return reading !== null && breaches(rule, reading) ? begin(rule, reading, now) : stay(state);
    case 'pending': {
      if (reading === null) return stay({ ...state, lastMonotonicMs: null });
      if (!breaches(rule, reading)) return stay(inactive);
      const since = state.lastMonotonicMs === null ? 0 : now.monotonicMs - state.lastMonotonicMs;
      const heldMs = state.heldMs + Math.min(longestStepMs, Math.max(0, since));
      return mature(rule, { ...state, heldMs, lastMonotonicMs: now.monotonicMs }, reading);
    }
    case 'firing': {
      if (reading === null) return stay(state);
      if (!isGood(rule, reading)) return stay({ ...state, goodPasses: 0 });
      const goodPasses = state.goodPasses + 1;
      if (goodPasses < rule.clearAfterPasses) return stay({ ...state, goodPasses });
      return { state: { kind: 'resolved' }, effect: { kind: 'resolved', durationMs: durationOf(state, now) } };
    }
  }
}

/** How long the condition has held. Not moved by jumps of the wall clock. */
export function durationOf(state: Pick<Started, 'startedMonotonicMs'>, now: Moment): number {
  return Math.max(0, now.monotonicMs - state.startedMonotonicMs);
}

/** A firing alert as it was before this process: only the wall clock knows how long it has lasted by then. */
export function restored(startedAtMs: number, now: Moment): Extract<AlertState, { kind: 'firing' }> {
  const lasted = Math.max(0, now.wallMs - startedAtMs);
  return { kind: 'firing', startedAtMs, startedMonotonicMs: now.monotonicMs - lasted, goodPasses: 0 };
}
