import { addSample, bucketOf, BucketRun, recordBytes, writeRecord, type Bucket } from './bucket.js';
import { allowedIntervals, downsample, intervalMs, planFor, refusalOf, tierFor } from './history.query.js';

const minute = 60_000;
const day = 86_400_000;
const nowMs = Date.UTC(2026, 5, 15, 12, 0, 30);

function runOf(fromMs: number, buckets: readonly (readonly number[])[]): BucketRun {
  const run = new BucketRun(fromMs, minute, buckets.length);
  const bytes = new Uint8Array(buckets.length * recordBytes);
  for (const [i, values] of buckets.entries()) {
    const [first, ...rest] = values;
    if (first === undefined) continue;
    const bucket: Bucket = bucketOf(first);
    for (const value of rest) addSample(bucket, value);
    writeRecord(new DataView(bytes.buffer), i * recordBytes, bucket);
  }
  run.fill(0, bytes);
  return run;
}

describe('A range of history', () => {
  it.each([
    ['10s', '10s'],
    ['1m', '1m'],
    ['5m', '1m'],
    ['15m', '1m'],
    ['1h', '1h'],
    ['1d', '1d'],
  ] as const)('of %s is read from the tier of %s', (interval, tier) => {
    expect(tierFor(interval).name).toBe(tier);
  });

  it('covers whole intervals, from the one that holds the start to the one that holds the end', () => {
    const plan = planFor(nowMs - 90 * minute, nowMs, '1h');
    expect([plan.fromMs, plan.toMs]).toEqual([Date.UTC(2026, 5, 15, 10), Date.UTC(2026, 5, 15, 13)]);
    const exact = planFor(Date.UTC(2026, 5, 15, 10), Date.UTC(2026, 5, 15, 12), '1h');
    expect([exact.fromMs, exact.toMs]).toEqual([Date.UTC(2026, 5, 15, 10), Date.UTC(2026, 5, 15, 12)]);
  });

  it.each([
    ['seven days of minutes', 7 * day, '1m', null],
    ['a minute more', 7 * day + minute, '1m', 'too_many_points'],
    ['28 hours of 10 s', 28 * 60 * minute, '10s', 'too_old'],
    ['two years of days', 730 * day, '1d', null],
    ['90 days of hours', 90 * day, '1h', null],
    ['91 days of hours', 91 * day, '1h', 'too_old'],
  ] as const)('of %s is answered or refused for its reason', (_what, length, interval, refusal) => {
    expect(refusalOf(nowMs - length, nowMs, interval, nowMs)).toBe(refusal);
  });

  it('that is refused is allowed with every interval that is named', () => {
    expect(allowedIntervals(nowMs - 30 * day, nowMs, nowMs)).toEqual(['1h', '1d']);
    expect(allowedIntervals(nowMs - 60 * minute, nowMs, nowMs)).toEqual(Object.keys(intervalMs));
    expect(allowedIntervals(nowMs - 800 * day, nowMs, nowMs)).toEqual([]);
  });

  it('averages samples, not averages', () => {
    const fromMs = Date.UTC(2026, 5, 15, 10);
    const plan = planFor(fromMs, fromMs + 5 * minute, '5m');
    const points = downsample(runOf(fromMs, [[10, 10, 10, 10], [20], [], [], []]), plan);
    expect([points.avg, points.summary.avg]).toEqual([[12], 12]);
  });

  it('counts what a counter grew, over a restart of its source too, and says nothing over a gap', () => {
    const fromMs = Date.UTC(2026, 5, 15, 10);
    const plan = planFor(fromMs + minute, fromMs + 6 * minute, '1m');
    const points = downsample(runOf(fromMs, [[40], [50, 100], [30], [], [1_000], [1_060]]), plan);
    expect(points.rate).toEqual([1, 0.5, null, null, 1]);
    expect(points.last).toEqual([100, 30, null, 1_000, 1_060]);
  });
});
