import { Inject, Injectable } from '@nestjs/common';
import {
  type CounterInstrument,
  type HistogramInstrument,
  Instruments,
  type Observation,
  Sink,
} from '../collect/index.js';
import { Clock } from '../core/index.js';
import { BucketStore } from './bucket-store.js';
import { historyConfig, type HistoryConfig } from './history.config.js';
import { historyInstruments } from './history.metrics.js';
import { HistoryRecorder } from './history.recorder.js';

/** Keeps every sample of every collector of this instance in all tiers. */
@Injectable()
export class HistorySink extends Sink {
  override readonly name = 'history';
  override readonly hears = 'own';
  readonly recorder: HistoryRecorder;
  private readonly writes: HistogramInstrument;
  private readonly setSeries: (count: number) => void;

  constructor(
    store: BucketStore,
    private readonly clock: Clock,
    instruments: Instruments,
    @Inject(historyConfig.token) config: HistoryConfig,
  ) {
    super();
    const dropped: CounterInstrument = instruments.counter(historyInstruments.dropped);
    const lost: CounterInstrument = instruments.counter(historyInstruments.lost);
    const series = instruments.gauge(historyInstruments.series);
    this.writes = instruments.histogram(historyInstruments.writes);
    this.setSeries = (count) => series.set(count);
    this.recorder = new HistoryRecorder(store, config.HISTORY_SERIES_MAX, {
      dropped: (samples) => dropped.add(samples),
      lost: (buckets) => lost.add(buckets),
    });
  }

  /** @throws what the store throws; its buckets go with the next observation */
  override async accept(observation: Observation): Promise<void> {
    const startedMs = this.clock.monotonicMs();
    const observe = (outcome: 'ok' | 'error'): void =>
      this.writes.observe((this.clock.monotonicMs() - startedMs) / 1000, outcome);
    try {
      await this.recorder.record(observation.startedAtMs, observation.samples);
      this.setSeries((await this.recorder.catalogue()).size);
      observe('ok');
    } catch (error) {
      observe('error');
      throw error;
    }
  }
}
