import { durationBuckets, type InstrumentFamily } from '../collect/index.js';

/** Figures of the alerting itself. `severity` is info, warning or critical. */
export const alertInstruments = {
  active: {
    name: 'alerts_active',
    help: 'Alerts that fire now on this instance, acknowledged ones included, by severity.',
    labelNames: ['severity'],
  },
  fired: {
    name: 'alerts_fired_total',
    help: 'Alerts that began to fire since the start of the process, by severity.',
    labelNames: ['severity'],
  },
  resolved: {
    name: 'alerts_resolved_total',
    help: 'Alerts that cleared or were resolved since the start of the process, by severity.',
    labelNames: ['severity'],
  },
  evaluation: {
    name: 'alerts_evaluation_duration_seconds',
    help: 'Duration of the comparison of one observation with every threshold, in seconds.',
    labelNames: [],
    buckets: [0.0001, 0.0005, ...durationBuckets],
  },
  waiting: {
    name: 'alerts_journal_waiting',
    help: 'Changes of alerts that wait to be written to the database.',
    labelNames: [],
  },
  lost: {
    name: 'alerts_journal_dropped_total',
    help: 'Changes of alerts that were never written since the start of the process, because the queue was full or the database refused them.',
    labelNames: [],
  },
  seriesDropped: {
    name: 'alerts_series_dropped_total',
    help: 'Readings in breach that were not followed since the start of the process, because too many conditions were.',
    labelNames: [],
  },
} as const satisfies Record<string, InstrumentFamily>;
