import type { Bucket } from '../../src/history/bucket.js';
import type { BucketEntry, BucketStore } from '../../src/history/bucket-store.js';
import { HistoryRecorder } from '../../src/history/history.recorder.js';
import { downsample, type Interval, intervalMs, planFor, type Points } from '../../src/history/history.query.js';
import { retentionSlackMs, type Tier, type TierName, tiers } from '../../src/history/tiers.js';

export interface StoreContract {
  /** The same data behind a store made anew, as after a restart of the process. */
  open(): Promise<BucketStore>;
  /** Removes all data; stores opened before are closed. */
  wipe(): Promise<void>;
}

const tier = (name: TierName): Tier => tiers.find((one) => one.name === name) as Tier;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A generator of equal numbers from equal seeds (mulberry32), 0 to 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface RawSample {
  readonly atMs: number;
  readonly value: number;
}

/** Days of samples with outages of minutes to hours; whole numbers, so that sums are exact in any order. */
function rawSamples(seed: number, fromMs: number, toMs: number, stepMs: number): readonly RawSample[] {
  const next = random(seed);
  const samples: RawSample[] = [];
  let silentUntil = 0;
  for (let at = fromMs; at < toMs; at += stepMs) {
    if (next() < 0.002) silentUntil = at + next() * 2 * hour;
    if (at >= silentUntil)
      samples.push({ atMs: at + Math.floor(next() * 900), value: Math.floor(next() * 20_000) - 10_000 });
  }
  return samples.filter(({ atMs }) => atMs < toMs);
}

/** What a range must answer, computed from the samples alone. */
function expected(samples: readonly RawSample[], fromMs: number, toMs: number, stepMs: number): unknown[] {
  const points: unknown[] = [];
  for (let at = fromMs; at < toMs; at += stepMs) {
    const values = samples.filter((s) => s.atMs >= at && s.atMs < at + stepMs).map((s) => s.value);
    points.push(
      values.length === 0
        ? null
        : {
            min: Math.min(...values),
            max: Math.max(...values),
            avg: values.reduce((a, b) => a + b) / values.length,
            last: values.at(-1),
          },
    );
  }
  return points;
}

function asRows({ min, max, avg, last }: Points): unknown[] {
  return min.map((value, i) => (value === null ? null : { min: value, max: max[i], avg: avg[i], last: last[i] }));
}

const family = { name: 'probe', help: 'A probe.', type: 'gauge', labelNames: [] } as const;
const sampleOf = (name: string, value: number) => ({ family: { ...family, name }, name, labels: {}, value });
const silent = { dropped: () => undefined, lost: () => undefined };

/** The guarantees of every adapter of BucketStore. */
export function describeBucketStore(name: string, contract: StoreContract): void {
  describe(`${name} keeps the bucket store contract`, () => {
    // Near the present: a server may drop what is old by its own clock.
    const nowMs = Math.floor(Date.now() / minute) * minute;
    let store: BucketStore;
    const entry = (id: string, of: TierName, startMs: number, bucket: Bucket): BucketEntry => ({
      id,
      tier: tier(of),
      startMs,
      bucket,
    });
    const bucket: Bucket = { count: 6, sum: 0.6, min: -0.1, max: 0.3, last: 1e-300 };

    beforeEach(async () => {
      store = await contract.open();
    });
    afterEach(async () => {
      await store.close();
      await contract.wipe();
    });

    it('knows nothing at first: no series, and every bucket is a gap', async () => {
      expect(await store.series()).toEqual([]);
      const run = await store.read('none', tier('1m'), nowMs - hour, nowMs);
      expect([run.length, [...run.count].every((count) => count === 0)]).toEqual([60, true]);
      expect(await store.pick([{ id: 'none', tier: tier('1m'), startMs: nowMs }])).toEqual([null]);
    });

    it('keeps the catalogue over a restart, each series once, names of any characters', async () => {
      const series = [
        { id: 'a', kind: 'gauge' },
        { id: 'b{path="/ä \\"x\\" \\n"}', kind: 'counter' },
      ] as const;
      await store.declare(series);
      await store.declare([series[1], { id: 'c', kind: 'gauge' }]);
      await store.close();
      store = await contract.open();
      const sorted = [...(await store.series())].sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(sorted).toEqual([...series, { id: 'c', kind: 'gauge' }]);
    });

    it.each(tiers.map((one) => one.name))('gives back every bit of a bucket of %s, after a restart too', async (of) => {
      const { stepMs } = tier(of);
      const startMs = Math.floor(nowMs / stepMs) * stepMs - stepMs;
      await store.declare([{ id: 'a', kind: 'gauge' }]);
      await store.write([entry('a', of, startMs, bucket)]);
      await store.close();
      store = await contract.open();
      expect(await store.pick([{ id: 'a', tier: tier(of), startMs }])).toEqual([bucket]);
      const run = await store.read('a', tier(of), startMs - stepMs, startMs + 2 * stepMs);
      expect([0, 1, 2].map((i) => run.at(i))).toEqual([null, bucket, null]);
    });

    it('writes over a bucket and leaves its neighbours, in time and among series, alone', async () => {
      const ids = Array.from({ length: 600 }, (_, i) => `series_${i}`);
      await store.declare(ids.map((id) => ({ id, kind: 'gauge' })));
      const of = (id: string, at: number): Bucket => ({ ...bucket, sum: ids.indexOf(id), last: at });
      const times = [nowMs - 2 * minute, nowMs - minute, nowMs];
      await store.write(ids.flatMap((id) => times.map((at) => entry(id, '1m', at, of(id, at)))));
      await store.write([entry('series_300', '1m', nowMs - minute, bucket)]);
      for (const id of ['series_0', 'series_255', 'series_256', 'series_299', 'series_300', 'series_599']) {
        const run = await store.read(id, tier('1m'), nowMs - 2 * minute, nowMs + minute);
        const middle = id === 'series_300' ? bucket : of(id, nowMs - minute);
        expect([0, 1, 2].map((i) => run.at(i))).toEqual([of(id, times[0] ?? 0), middle, of(id, nowMs)]);
      }
    });

    it.each(tiers.map((one) => one.name))('drops buckets of %s beyond the retention, and no others', async (of) => {
      const { stepMs, retentionMs, chunkMs } = tier(of);
      const align = (at: number): number => Math.floor(at / stepMs) * stepMs;
      const present = Date.now();
      const old = align(present - retentionMs - chunkMs - retentionSlackMs - stepMs);
      const kept = align(present - retentionMs + stepMs);
      await store.declare([{ id: 'a', kind: 'gauge' }]);
      await store.write([entry('a', of, old, bucket), entry('a', of, kept, bucket)]);
      await store.expire(present);
      await store.close();
      store = await contract.open();
      const places = [old, kept].map((startMs) => ({ id: 'a', tier: tier(of), startMs }));
      expect(await store.pick(places)).toEqual([null, bucket]);
    });

    it('a recorder that restarts in the middle of every bucket neither loses nor doubles a sample', async () => {
      const samples = Array.from({ length: 40 }, (_, i) => ({ atMs: nowMs + i * 3_000, value: i * i }));
      for (const { atMs, value } of samples) {
        await new HistoryRecorder(store, 10, silent).record(atMs, [sampleOf('probe', value)]);
        await store.close();
        store = await contract.open();
      }
      for (const interval of ['10s', '1m', '1h', '1d'] as const) {
        const plan = planFor(nowMs, nowMs + 2 * minute, interval);
        const run = await store.read('probe', plan.tier, plan.fromMs, plan.toMs);
        const wanted = expected(samples, plan.fromMs, plan.toMs, intervalMs[interval]);
        expect(asRows(downsample(run, plan))).toEqual(wanted);
      }
    });

    it('answers every interval and edge as a computation over the raw samples does', async () => {
      const seeds = [11, 12, 13];
      const fromMs = nowMs - 2 * day;
      const raw = seeds.map((seed) => rawSamples(seed, fromMs, nowMs, 30_000));
      const recorder = new HistoryRecorder(store, 10, silent);
      const cursors = seeds.map(() => 0);
      for (let at = fromMs; at < nowMs; at += 30_000) {
        const due = raw.flatMap((samples, i) => {
          const sample = samples[cursors[i] ?? 0];
          if (!sample || sample.atMs >= at + 30_000) return [];
          cursors[i] = (cursors[i] ?? 0) + 1;
          return [{ i, sample }];
        });
        for (const { i, sample } of due) await recorder.record(sample.atMs, [sampleOf(`probe_${i}`, sample.value)]);
      }
      const next = random(99);
      for (let round = 0; round < 60; round++) {
        const series = Math.floor(next() * seeds.length);
        const interval = (['1m', '5m', '15m', '1h', '1d'] as Interval[])[round % 5] as Interval;
        const startMs = fromMs - hour + Math.floor(next() * 2 * day);
        const plan = planFor(startMs, startMs + 1 + Math.floor(next() * (nowMs + hour - startMs)), interval);
        const run = await store.read(`probe_${series}`, plan.tier, plan.fromMs - plan.tier.stepMs, plan.toMs);
        const points = downsample(run, plan);
        const step = intervalMs[interval];
        expect(asRows(points)).toEqual(expected(raw[series] ?? [], plan.fromMs, plan.toMs, step));
        const [whole] = expected(
          raw[series] ?? [],
          plan.fromMs,
          plan.toMs,
          plan.toMs - plan.fromMs,
        ) as Points['summary'][];
        expect(points.summary).toEqual(
          whole ? { min: whole.min, max: whole.max, avg: whole.avg } : { min: null, max: null, avg: null },
        );
      }
    });
  });
}
