export { worst } from './check.js';
export type { Check, Limit, Verdict } from './check.js';
export { Collector, NotPresent } from './collector.js';
export { Latest } from './latest.js';
export {
  counter,
  durationBuckets,
  gauge,
  histogram,
  maxRowsPerMetric,
  samplesOf,
  samplesOfFailure,
  status,
} from './metric.js';
export type { HistogramValue, Labels, Metric, MetricFamily, MetricType, Reading, Row, Sample } from './metric.js';
export type { Observation, ObservedError } from './observation.js';
export { Sink } from './sink.js';
export { componentStatus, statsBody, statsSchema } from './stats-body.js';
export { Instruments } from './instruments.js';
export type { CounterInstrument, GaugeInstrument, HistogramInstrument, InstrumentFamily } from './instruments.js';
