import { clientLoad, countsOfTraffic, type LoadBase, nextBase, ratesBetween, serverLoad } from './iotdb.load.js';
import { DurationHistogram, IotdbTraffic } from './iotdb.traffic.js';

const base = (atMs: number, ...counts: [points: number | null, reads: number | null][]): LoadBase => ({
  atMs,
  counts: counts.map(([pointsWritten, reads]) => ({ pointsWritten, reads })),
});

describe('ratesBetween', () => {
  it.each<[string, LoadBase | null, LoadBase, number | null, number | null]>([
    ['the first pass', null, base(0, [5, 5]), null, null],
    ['ten seconds', base(0, [100, 10]), base(10_000, [600, 30]), 50, 2],
    ['an idle server', base(0, [100, 10]), base(10_000, [100, 10]), 0, 0],
    ['the very first write', base(0, [null, 1]), base(10_000, [100, 1]), 10, 0],
    ['nothing of the kind ever', base(0, [null, null]), base(10_000, [null, null]), null, null],
    ['a restart', base(0, [100, 10]), base(10_000, [20, 11]), null, 0.1],
    ['a restart before anything was written again', base(0, [100, 10]), base(10_000, [null, 20]), null, 1],
    ['two DataNodes', base(0, [100, 1], [50, 1]), base(10_000, [200, 2], [150, 2]), 20, 0.2],
    ['a restart of one, hidden by the other', base(0, [100, 1], [50, 1]), base(10_000, [900, 2], [10, 2]), null, 0.2],
    ['another number of DataNodes', base(0, [100, 1]), base(10_000, [100, 1], [5, 1]), null, null],
    ['a pass right after another', base(0, [100, 1]), base(500, [200, 2]), null, null],
  ])('of %s', (_what, before, now, writeRate, readRate) => {
    expect(ratesBetween(before, now)).toEqual({ writeRate, readRate });
  });

  it('keeps its start over passes that are too close, so that their window grows', () => {
    const first = base(0, [0, 0]);
    const second = base(500, [10, 1]);
    const third = base(1_000, [20, 2]);
    const kept = nextBase(first, second);
    expect(kept).toBe(first);
    expect(ratesBetween(kept, third).writeRate).toBe(20);
    expect(nextBase(kept, third)).toBe(third);
  });
});

describe('serverLoad', () => {
  it('is silent while the DataNodes do not tell', () => {
    expect(serverLoad(null, { writeRate: null, readRate: null })).toEqual({
      source: 'server',
      pointsWritten: null,
      writes: null,
      reads: null,
      writeRate: null,
      readRate: null,
    });
  });
});

describe('the load of our own requests', () => {
  it('is absent until there was one', () => {
    const traffic = new IotdbTraffic();
    expect(countsOfTraffic(traffic)).toEqual([{ pointsWritten: null, reads: null }]);
    expect(clientLoad(traffic, { writeRate: null, readRate: null })).toMatchObject({ writes: null, reads: null });
  });

  it('counts requests and points', () => {
    const traffic = new IotdbTraffic();
    traffic.writes.observe(0.02);
    traffic.countPoints(10);
    traffic.countPoints(5);
    traffic.reads.observe(0.2);
    expect(countsOfTraffic(traffic)).toEqual([{ pointsWritten: 15, reads: 1 }]);
    expect(clientLoad(traffic, { writeRate: 1, readRate: 2 })).toMatchObject({
      source: 'client',
      pointsWritten: 15,
      writes: { count: 1, sum: 0.02 },
      writeRate: 1,
      readRate: 2,
    });
  });
});

describe('DurationHistogram', () => {
  it('has cumulative buckets whose bounds include their value, and the exact sum and count', () => {
    const histogram = new DurationHistogram();
    for (const seconds of [0.005, 0.006, 0.3, 60]) histogram.observe(seconds);
    const value = histogram.value();
    expect(value).toMatchObject({ count: 4, sum: expect.closeTo(60.311, 9) as number });
    const counts = new Map(value?.buckets);
    expect([counts.get(0.005), counts.get(0.01), counts.get(0.25), counts.get(0.5), counts.get(10)]).toEqual([
      1, 2, 2, 3, 3,
    ]);
  });
});
