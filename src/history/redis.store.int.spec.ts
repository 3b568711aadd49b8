import { describeBucketStore } from '../../test/contracts/bucket-store.contract.js';
import { type RunningRedis, runRedis } from '../../test/support/redis.js';
import { SystemClock } from '../core/index.js';
import { RedisClient } from '../redis/index.js';
import { RedisBucketStore } from './redis.store.js';
import { tiers } from './tiers.js';

function storeAt(url: string): RedisBucketStore {
  const options = { url, name: 'history-test', timeoutMs: 5_000, selectDatabase: true, binary: true };
  return new RedisBucketStore(new RedisClient(options, new SystemClock()));
}

describe('The Redis store', () => {
  let redis: RunningRedis;
  beforeAll(async () => {
    redis = await runRedis();
  });
  afterAll(() => redis.dispose());

  describeBucketStore('Redis', {
    open: () => Promise.resolve(storeAt(redis.url)),
    wipe: async () => void (await redis.tell('FLUSHALL')),
  });

  it('gives every string its end, and makes it whole again when the server lost it', async () => {
    const store = storeAt(redis.url);
    const minutes = tiers[1];
    if (!minutes) throw new Error('no tier');
    const startMs = Math.floor(Date.now() / 60_000) * 60_000;
    const key = `watchkeeper:history:1m:${Math.floor(startMs / 86_400_000)}:a`;
    const bucket = { count: 1, sum: 2, min: 2, max: 2, last: 2 };
    await store.declare([{ id: 'a', kind: 'counter' }]);
    await store.write([{ id: 'a', tier: minutes, startMs, bucket }]);
    expect(Number(await redis.tell('STRLEN', key))).toBe(1_440 * 40 + 1);
    await redis.tell('FLUSHALL');
    await store.write([{ id: 'a', tier: minutes, startMs, bucket }]);
    expect(Number(await redis.tell('STRLEN', key))).toBe(1_440 * 40 + 1);
    expect(Number(await redis.tell('TTL', key))).toBeGreaterThan(7 * 86_400);
    expect(Number(await redis.tell('TTL', key))).toBeLessThanOrEqual(8 * 86_400 + 3_600);
    expect(await store.pick([{ id: 'a', tier: minutes, startMs }])).toEqual([bucket]);
    expect(await store.series()).toEqual([{ id: 'a', kind: 'counter' }]);
    await store.close();
    await redis.tell('FLUSHALL');
  });
});
