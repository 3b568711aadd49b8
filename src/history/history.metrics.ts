import type { InstrumentFamily } from '../collect/index.js';

/** History's own figures, of this process. */
export const historyInstruments = {
  series: {
    name: 'history_series',
    help: 'Series that have history, as this process knows them.',
    labelNames: [],
  },
  dropped: {
    name: 'history_samples_dropped_total',
    help: 'Samples left out of history since the start of the process, because HISTORY_SERIES_MAX was reached.',
    labelNames: [],
  },
  lost: {
    name: 'history_buckets_lost_total',
    help: 'Buckets given up since the start of the process, because their store was away for too long.',
    labelNames: [],
  },
  writes: {
    name: 'history_write_duration_seconds',
    help: 'Duration of writing the buckets of one observation in seconds, by outcome (ok, error).',
    labelNames: ['outcome'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5],
  },
} as const satisfies Record<string, InstrumentFamily>;
