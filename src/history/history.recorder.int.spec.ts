import { type RunningRedis, runRedis } from '../../test/support/redis.js';
import { SystemClock } from '../core/index.js';
import { RedisClient } from '../redis/index.js';
import { HistoryRecorder } from './history.recorder.js';
import { RedisBucketStore } from './redis.store.js';
import { type Tier, tiers } from './tiers.js';

const fine = tiers[0] as Tier;
const sample = (name: string, value: number) => ({
  family: { name, help: 'A probe.', type: 'gauge' as const, labelNames: [] },
  name,
  labels: {},
  value,
});

describe('The recorder', () => {
  let redis: RunningRedis;
  let store: RedisBucketStore;
  const startMs = Math.floor(Date.now() / 10_000) * 10_000 - 60_000;
  const counts = async (name: string): Promise<number[]> =>
    Array.from((await store.read(name, fine, startMs, startMs + 60_000)).count);

  beforeAll(async () => {
    redis = await runRedis();
  });
  afterAll(() => redis.dispose());
  beforeEach(async () => {
    await redis.tell('FLUSHALL');
    const options = { url: redis.url, name: 'history-test', timeoutMs: 2_000, selectDatabase: true, binary: true };
    store = new RedisBucketStore(new RedisClient(options, new SystemClock()));
  });
  afterEach(() => store.close());

  it('writes what it gathered while the store was away, once the store is back', async () => {
    const recorder = new HistoryRecorder(store, 10, { dropped: fail, lost: fail });
    await recorder.record(startMs, [sample('a', 1)]);
    await redis.kill();
    await expect(recorder.record(startMs + 10_000, [sample('a', 2)])).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(recorder.record(startMs + 20_000, [sample('a', 3)])).rejects.toMatchObject({ kind: 'unavailable' });
    await redis.start();
    await recorder.record(startMs + 30_000, [sample('a', 4)]);
    expect((await counts('a')).slice(1)).toEqual([1, 1, 1, 0, 0]);
  });

  it('goes on from the bucket of the process before it, when it takes over after a silence', async () => {
    const first = new HistoryRecorder(store, 10, { dropped: fail, lost: fail });
    const second = new HistoryRecorder(store, 10, { dropped: fail, lost: fail });
    const minutes = tiers[1] as Tier;
    const minuteMs = Math.floor(startMs / 60_000) * 60_000;
    await first.record(minuteMs, [sample('a', 1)]);
    await second.record(minuteMs + 10_000, [sample('a', 2)]);
    await first.record(minuteMs + 30_000, [sample('a', 3)]);
    const [bucket] = await store.pick([{ id: 'a', tier: minutes, startMs: minuteMs }]);
    expect(bucket).toEqual({ count: 3, sum: 6, min: 1, max: 3, last: 3 });
  });

  it('leaves series beyond its limit out, counts them, and keeps the others', async () => {
    let dropped = 0;
    const recorder = new HistoryRecorder(store, 2, { dropped: (n) => (dropped += n), lost: fail });
    await recorder.record(
      startMs,
      ['a', 'b', 'c', 'd'].map((name) => sample(name, 1)),
    );
    expect(dropped).toBe(2);
    expect((await store.series()).map(({ id }) => id).sort()).toEqual(['a', 'b']);
    expect((await counts('b'))[0]).toBe(1);
  });

  it('adds to the bucket that a clock set back leads to', async () => {
    const recorder = new HistoryRecorder(store, 10, { dropped: fail, lost: fail });
    for (const offset of [0, 10_000, 1_000, 12_000]) await recorder.record(startMs + offset, [sample('a', 1)]);
    expect((await counts('a')).slice(0, 3)).toEqual([2, 2, 0]);
  });
});

function fail(): never {
  throw new Error('nothing may be left out here');
}
