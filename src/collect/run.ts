import { AppError, asAppError, Clock } from '../core/index.js';
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

function runSample(family: MetricFamily, component: string, value: number): Sample {
  return { family, name: family.name, labels: { component }, value };
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
  const startedAtMs = clock.nowMs();
  const startedMonotonic = clock.monotonicMs();
  const abort = new AbortController();
  const onStop = (): void => abort.abort();
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) abort.abort();
  let giveUp: (error: AppError) => void = () => undefined;
  const hardStop = new Promise<never>((_resolve, reject) => {
    giveUp = reject;
  });
  hardStop.catch(() => undefined);
  const graceTimer = { cancel: () => undefined as void };
  const timer = clock.after(collector.timeoutMs, () => {
    abort.abort();
    graceTimer.cancel = clock.after(graceMs, () => giveUp(timedOut(collector))).cancel;
  });
  const run = Promise.resolve().then(() => collector.collect(abort.signal));
  const settled = run.then(
    () => undefined,
    () => undefined,
  );
  const base = (): Pick<Observation, 'component' | 'scope' | 'startedAtMs' | 'durationMs'> => ({
    component: collector.component,
    scope: collector.scope,
    startedAtMs,
    durationMs: Math.max(0, clock.monotonicMs() - startedMonotonic),
  });
  const ownSamples = (durationMs: number, success: boolean): Sample[] => {
    const last = success ? startedAtMs : lastSuccessMs;
    const samples = [
      runSample(runFamilies.duration, collector.component, durationMs / 1000),
      runSample(runFamilies.success, collector.component, success ? 1 : 0),
    ];
    if (last !== null) samples.push(runSample(runFamilies.lastSuccess, collector.component, last / 1000));
    return samples;
  };
  try {
    const snapshot = await Promise.race([run, hardStop]);
    const run_ = base();
    const { samples, rowsDropped } = samplesOf(collector.metrics, snapshot);
    const observation: Observation = {
      ...run_,
      outcome: 'ok',
      snapshot,
      samples: [...samples, ...ownSamples(run_.durationMs, true)],
      checks: collector.judge(snapshot),
    };
    return { observation, rowsDropped, error: undefined, settled };
  } catch (thrown) {
    if (thrown instanceof NotPresent) {
      const observation: Observation = { ...base(), outcome: 'absent', reason: thrown.reason, samples: [], checks: [] };
      return { observation, rowsDropped: 0, error: undefined, settled };
    }
    const error = asAppError(thrown);
    const run_ = base();
    const observation: Observation = {
      ...run_,
      outcome: 'failed',
      error: { code: error.code, kind: error.kind, message: error.publicText },
      samples: [...samplesOfFailure(collector.metrics), ...ownSamples(run_.durationMs, false)],
      checks: failedChecks(collector, error),
    };
    return { observation, rowsDropped: 0, error, settled };
  } finally {
    timer.cancel();
    graceTimer.cancel();
    stop.removeEventListener('abort', onStop);
  }
}
