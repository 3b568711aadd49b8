import { AppError, asAppError, Clock, type Timer } from '../core/index.js';
import type { Check } from './check.js';
import { Collector, NotPresent } from './collector.js';
import { type MetricFamily, type Sample, samplesOf, samplesOfFailure } from './metric.js';
import type { Observation } from './observation.js';

/** Families of the three samples that every run adds, whatever the component. */
export const runFamilies = {
  duration: {
    name: 'collector_duration_seconds',
    help: 'Duration of the last run of a collector in seconds, measured by the scheduler.',
    type: 'gauge',
    labelNames: ['component'],
  },
  success: {
    name: 'collector_success',
    help: 'Whether the last run of a collector succeeded (1) or failed (0).',
    type: 'gauge',
    labelNames: ['component'],
  },
  lastSuccess: {
    name: 'collector_last_success_timestamp_seconds',
    help: 'Start of the last successful run of a collector, seconds since the epoch.',
    type: 'gauge',
    labelNames: ['component'],
  },
} as const satisfies Record<string, MetricFamily>;

/** Time a collector has after the abort to end by itself, before it is given up. */
const graceMs = 250;

export interface RunResult {
  readonly observation: Observation;
  readonly rowsDropped: number;
  /** The failure with its cause chain, for the log. */
  readonly error: AppError | undefined;
  /** Settles when the collector's own promise does, even if that is long after the run was given up. */
  readonly settled: Promise<void>;
}

function timedOut(collector: Collector): AppError {
  return new AppError(
    'collect.timeout',
    'unavailable',
    `${collector.component} did not answer within ${collector.timeoutMs} ms.`,
  );
}

function failedChecks(collector: Collector, error: AppError): Check[] {
  // Only a server that does not answer is down. Whatever else went wrong tells nothing about the component.
  const verdict = collector.external && error.kind === 'unavailable' ? 'down' : 'unknown';
  return collector.checks.map((name) => ({
    name,
    verdict,
    message: error.publicText,
    figures: {},
    limit: null,
    loadPercent: null,
  }));
}

function ownSamples(component: string, durationMs: number, success: boolean, lastSuccessMs: number | null): Sample[] {
  const sample = (family: MetricFamily, value: number): Sample => ({
    family,
    name: family.name,
    labels: { component },
    value,
  });
  const samples = [sample(runFamilies.duration, durationMs / 1000), sample(runFamilies.success, success ? 1 : 0)];
  if (lastSuccessMs !== null) samples.push(sample(runFamilies.lastSuccess, lastSuccessMs / 1000));
  return samples;
}

/** The observation of a collector whose leader failed (see `Collector.follows`): no run, the same error. */
export function failedAlong(
  collector: Collector,
  leader: Observation & { readonly outcome: 'failed' },
  lastSuccessMs: number | null,
): Observation {
  const { component, scope } = collector;
  const error = new AppError(leader.error.code, leader.error.kind, leader.error.message);
  return {
    ...leader,
    component,
    scope,
    samples: [...samplesOfFailure(collector.metrics), ...ownSamples(component, 0, false, lastSuccessMs)],
    checks: failedChecks(collector, error),
  };
}

interface BoundedRun<S> {
  /** Rejects when the run fails, or when it had to be given up. */
  readonly result: Promise<S>;
  readonly settled: Promise<void>;
  /** Takes the timers back. */
  release(): void;
}

/** Starts `collect` with an abort at its timeout or at `stop`, and a hard stop a little later. */
function startBounded<S>(collector: Collector<S>, clock: Clock, stop: AbortSignal): BoundedRun<S> {
  const abort = new AbortController();
  const onStop = (): void => abort.abort();
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) abort.abort();
  let timer: Timer;
  const hardStop = new Promise<never>((_resolve, reject) => {
    timer = clock.after(collector.timeoutMs, () => {
      abort.abort();
      timer = clock.after(graceMs, () => reject(timedOut(collector)));
    });
  });
  const run = Promise.resolve().then(() => collector.collect(abort.signal));
  const ignore = (): void => undefined;
  return {
    result: Promise.race([run, hardStop]),
    settled: run.then(ignore, ignore),
    release: () => {
      timer.cancel();
      stop.removeEventListener('abort', onStop);
    },
  };
}

/**
 * Runs a collector once: times it, bounds it, and turns whatever happens into an observation. Never throws.
 * @param lastSuccessMs start of the last successful run, epoch ms, or null
 * @param stop aborts the run at shutdown
 */
export async function runOnce(
  collector: Collector,
  clock: Clock,
  lastSuccessMs: number | null,
  stop: AbortSignal,
): Promise<RunResult> {
  const { component, scope } = collector;
  const startedAtMs = clock.nowMs();
  const startedMonotonic = clock.monotonicMs();
  const { result, settled, release } = startBounded(collector, clock, stop);
  const head = (): { component: string; scope: Collector['scope']; startedAtMs: number; durationMs: number } => {
    return { component, scope, startedAtMs, durationMs: Math.max(0, clock.monotonicMs() - startedMonotonic) };
  };
  try {
    const snapshot = await result;
    const run = head();
    const { samples, rowsDropped } = samplesOf(collector.metrics, snapshot);
    const all = [...samples, ...ownSamples(component, run.durationMs, true, startedAtMs)];
    const checks = collector.judge(snapshot);
    return {
      observation: { ...run, outcome: 'ok', snapshot, samples: all, checks },
      rowsDropped,
      error: undefined,
      settled,
    };
  } catch (thrown) {
    const run = head();
    if (thrown instanceof NotPresent) {
      const observation: Observation = { ...run, outcome: 'absent', reason: thrown.reason, samples: [], checks: [] };
      return { observation, rowsDropped: 0, error: undefined, settled };
    }
    const error = asAppError(thrown);
    const observation: Observation = {
      ...run,
      outcome: 'failed',
      error: { code: error.code, kind: error.kind, message: error.publicText },
      samples: [...samplesOfFailure(collector.metrics), ...ownSamples(component, run.durationMs, false, lastSuccessMs)],
      checks: failedChecks(collector, error),
    };
    return { observation, rowsDropped: 0, error, settled };
  } finally {
    release();
  }
}
