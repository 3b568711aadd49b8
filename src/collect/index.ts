export { worst } from './check.js';
export type { Check, Limit, Verdict } from './check.js';
export { collectConfig } from './collect.config.js';
export type { CollectConfig } from './collect.config.js';
export { CollectModule } from './collect.module.js';
export { Collector, NotPresent } from './collector.js';
export { Instruments } from './instruments.js';
export type { CounterInstrument, GaugeInstrument, HistogramInstrument, InstrumentFamily } from './instruments.js';
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
export { Participants } from './participants.js';
export { QueueLengths } from './queue-lengths.js';
export { runOnce } from './run.js';
export { Sink } from './sink.js';
export { SlidingQuantiles } from './sketch.js';
export type { WindowSummary } from './sketch.js';
export { componentStatus, histogramBody, histogramView, statsBody, statsSchema } from './stats-body.js';
export { Timed } from './timed.js';
