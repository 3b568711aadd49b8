import { durationBuckets, type InstrumentFamily } from '../collect/index.js';

/** Numbers of the application's own statements, born where they end. Statistics passes are not the application's. */
export const queryInstruments = {
  queries: {
    name: 'database_queries_total',
    help: 'Statements the application sent since it started, BEGIN and COMMIT included, counted at their end.',
    labelNames: [],
  },
  errors: {
    name: 'database_query_errors_total',
    help: 'Statements of the application that failed since it started, for whatever reason.',
    labelNames: [],
  },
  slow: {
    name: 'database_slow_queries_total',
    help: 'Statements of the application that took DATABASE_SLOW_QUERY_MS or longer since it started.',
    labelNames: [],
  },
  duration: {
    name: 'database_query_duration_seconds',
    help: "Duration of the application's statements since it started, measured in the client, in seconds.",
    labelNames: [],
    buckets: durationBuckets,
  },
} as const satisfies Readonly<Record<string, InstrumentFamily>>;
