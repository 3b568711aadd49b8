import { FakeClock, settle } from '../../test/support/fake-clock.js';
import { bounded } from '../core/index.js';
import { Instruments } from './instruments.js';
import { gauge, histogram, maxRowsPerMetric, samplesOf } from './metric.js';
import type { Observation } from './observation.js';
import { Sink } from './sink.js';
import { SinkQueue } from './sink-queue.js';

describe('The bounds of the engine', () => {
  it('cut the rows of a metric and count what was cut', () => {
    const rows = Array.from({ length: maxRowsPerMetric + 44 }, (_, i) => [{ disk: `d${i}` }, i] as const);
    const { samples, rowsDropped } = samplesOf([gauge('many', 'Many rows.', ['disk'], () => rows)], {});
    expect([samples.length, rowsDropped]).toEqual([maxRowsPerMetric, 44]);
  });

  it('leave out what is no number: absent says unknown, NaN says nothing', () => {
    const metrics = [
      gauge('nan', 'Not a number.', () => NaN),
      gauge('endless', 'Not finite.', () => Infinity),
      gauge('silent', 'Nothing.', () => null),
      gauge('rows', 'One of two.', ['a'], () => [
        [{ a: 'x' }, NaN],
        [{ a: 'y' }, 1],
      ]),
    ];
    expect(samplesOf(metrics, {}).samples.map((s) => [s.name, s.value])).toEqual([['rows', 1]]);
  });

  it('count label sets beyond the bound of an instrument under "other"', async () => {
    const instruments = new Instruments();
    const counter = instruments.counter({ name: 'hits_total', help: 'Hits.', labelNames: ['who'] });
    for (let i = 0; i < 600; i++) counter.add(1, `w${i}`);
    const text = await instruments.registry.getSingleMetricAsString('hits_total');
    expect(text.split('\n').length).toBe(2 + 512 + 1);
    expect(text).toContain('hits_total{who="other"} 88');
    expect(counter.total).toBe(600);
  });

  it('keep a histogram’s buckets cumulative and equal in JSON and text', async () => {
    const instruments = new Instruments();
    const instrument = instruments.histogram({
      name: 'took_seconds',
      help: 'Took.',
      labelNames: [],
      buckets: [0.1, 1],
    });
    for (const value of [0.05, 0.1, 0.5, 7]) instrument.observe(value);
    expect(instrument.read()).toEqual({
      count: 4,
      sum: 7.65,
      buckets: [
        [0.1, 2],
        [1, 3],
      ],
    });
    const text = await instruments.registry.getSingleMetricAsString('took_seconds');
    expect(text).toContain('took_seconds_bucket{le="1"} 3\ntook_seconds_bucket{le="+Inf"} 4');
    const { samples } = samplesOf([histogram('h', 'A histogram.', () => instrument.read())], {});
    expect(samples.map((s) => `${s.name}${s.labels.le ?? ''} ${s.value}`)).toEqual([
      'h_bucket0.1 2',
      'h_bucket1 3',
      'h_bucket+Inf 4',
      'h_sum 7.65',
      'h_count 4',
    ]);
  });

  it('end a wait at its limit, and at once when the work has ended', async () => {
    const clock = new FakeClock();
    let done = false;
    void bounded(clock, 1_000, new Promise(() => undefined)).then(() => (done = true));
    await clock.advance(999);
    expect(done).toBe(false);
    await clock.advance(1);
    expect(done).toBe(true);
    await bounded(clock, 1_000, Promise.resolve());
    expect(clock.timers).toBe(0);
  });
});

class Ear extends Sink {
  readonly name = 'ear';
  readonly heard: Observation[] = [];
  override accept(observation: Observation): Promise<void> {
    this.heard.push(observation);
    return Promise.resolve();
  }
}

describe('The queue of a sink', () => {
  it('hands over every observation, at whatever moment it is pushed, before a flush resolves', async () => {
    const instruments = new Instruments();
    const count = (name: string) => instruments.counter({ name, help: 'Counted.', labelNames: ['sink'] });
    for (let gap = 0; gap < 12; gap++) {
      const ear = new Ear();
      const queue = new SinkQueue(
        ear,
        { dropped: count(`d${gap}_total`), failed: count(`f${gap}_total`) },
        () => undefined,
      );
      const observation = { component: 'c' } as Observation;
      queue.push(observation);
      await new Promise((resolve) => setImmediate(resolve));
      // As many microtasks as it takes to meet the moment between the last look and the end of draining.
      for (let i = 0; i < gap; i++) await Promise.resolve();
      queue.push(observation);
      await queue.flush();
      await settle();
      expect([gap, ear.heard.length, queue.length]).toEqual([gap, 2, 0]);
    }
  });
});
