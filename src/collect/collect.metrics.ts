import type { InstrumentFamily } from './instruments.js';

/** The engine's own figures. `component` and `sink` are closed sets: the classes that are registered. */
export const collectInstruments = {
  runs: {
    name: 'collector_runs_total',
    help: 'Runs of a collector since the start of the process, by outcome (ok, absent, failed).',
    labelNames: ['component', 'outcome'],
  },
  skipped: {
    name: 'collector_runs_skipped_total',
    help: 'Ticks without a run since the start of the process, by reason: in_flight (the run before had not ended), breaker_open (the server is being spared), stuck (too many runs never ended).',
    labelNames: ['component', 'reason'],
  },
  breakerOpen: {
    name: 'collector_breaker_open',
    help: 'Whether the circuit breaker of an external server is open (1) or closed (0).',
    labelNames: ['component'],
  },
  rowsDropped: {
    name: 'collector_rows_dropped_total',
    help: 'Labelled rows left out since the start of the process, because a metric had more than 256.',
    labelNames: ['component'],
  },
  sinkDropped: {
    name: 'sink_observations_dropped_total',
    help: 'Observations dropped since the start of the process, because the queue of a sink was full.',
    labelNames: ['sink'],
  },
  sinkFailed: {
    name: 'sink_errors_total',
    help: 'Observations that a sink failed on since the start of the process.',
    labelNames: ['sink'],
  },
  methodDuration: {
    name: 'method_duration_seconds',
    help: 'Duration of methods marked with @Timed in seconds, by method and outcome (ok, error).',
    labelNames: ['method', 'outcome'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
} as const satisfies Record<string, InstrumentFamily>;
