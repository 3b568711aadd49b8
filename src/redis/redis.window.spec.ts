import { parseInfo, readInfo } from './redis.parse.js';
import type { RedisInfo } from './redis.snapshot.js';
import { hitPercent, stepWindow } from './redis.window.js';

function info(fields: Record<string, string | number>): RedisInfo {
  const lines = Object.entries({ run_id: 'a', uptime_in_seconds: 100, instantaneous_ops_per_sec: 7, ...fields });
  return readInfo(parseInfo(lines.map(([key, value]) => `${key}:${value}`).join('\r\n')));
}

const before = info({
  total_commands_processed: 1000,
  keyspace_hits: 900,
  keyspace_misses: 100,
  rejected_connections: 5,
  evicted_keys: 40,
});
const base = stepWindow(null, before, 50_000, 0).base;

describe('stepWindow', () => {
  it('takes the first pass from the life of the counters, and blames nothing on the present', () => {
    expect(stepWindow(null, before, 50_000, 0).window).toEqual({
      seconds: null,
      cacheHitPercent: 90,
      commandsPerSecond: 7,
      connectionsRejected: 0,
      keysEvicted: 0,
    });
  });

  it('takes later passes from what moved since the earlier one', () => {
    const now = info({
      uptime_in_seconds: 110,
      total_commands_processed: 1500,
      keyspace_hits: 901,
      keyspace_misses: 103,
      rejected_connections: 7,
      evicted_keys: 41,
    });
    expect(stepWindow(base, now, 60_000, 0).window).toEqual({
      seconds: 10,
      cacheHitPercent: 25,
      commandsPerSecond: 50,
      connectionsRejected: 2,
      keysEvicted: 1,
    });
  });

  it('has no hit ratio where nothing was looked up', () => {
    const now = info({
      total_commands_processed: 1010,
      keyspace_hits: 900,
      keyspace_misses: 100,
      rejected_connections: 5,
      evicted_keys: 40,
    });
    expect(stepWindow(base, now, 60_000, 0).window.cacheHitPercent).toBeNull();
    expect(hitPercent(0, 0)).toBeNull();
    expect(hitPercent(null, 3)).toBeNull();
  });

  it.each([
    [
      'another run id',
      {
        run_id: 'b',
        total_commands_processed: 9999,
        keyspace_hits: 9999,
        keyspace_misses: 9999,
        rejected_connections: 9,
        evicted_keys: 99,
      },
    ],
    [
      'a shorter uptime',
      {
        uptime_in_seconds: 3,
        total_commands_processed: 9999,
        keyspace_hits: 9999,
        keyspace_misses: 9999,
        rejected_connections: 9,
        evicted_keys: 99,
      },
    ],
    [
      'fewer hits',
      {
        total_commands_processed: 9999,
        keyspace_hits: 1,
        keyspace_misses: 9999,
        rejected_connections: 9,
        evicted_keys: 99,
      },
    ],
    [
      'fewer commands',
      {
        total_commands_processed: 1,
        keyspace_hits: 9999,
        keyspace_misses: 9999,
        rejected_connections: 9,
        evicted_keys: 99,
      },
    ],
    [
      'fewer evictions',
      {
        total_commands_processed: 9999,
        keyspace_hits: 9999,
        keyspace_misses: 9999,
        rejected_connections: 9,
        evicted_keys: 0,
      },
    ],
  ])('begins anew after %s', (_case, fields) => {
    const step = stepWindow(base, info(fields), 60_000, 0);
    expect(step.window).toMatchObject({ seconds: null, commandsPerSecond: 7, connectionsRejected: 0, keysEvicted: 0 });
    expect(step.base.atMs).toBe(60_000);
  });

  it('lets a window that is too short for a rate go on growing', () => {
    const now = info({
      total_commands_processed: 1002,
      keyspace_hits: 903,
      keyspace_misses: 101,
      rejected_connections: 5,
      evicted_keys: 40,
    });
    const short = stepWindow(base, now, 50_010, 0);
    expect(short.window).toMatchObject({ commandsPerSecond: 7, cacheHitPercent: 75 });
    expect(short.base).toBe(base);
    expect(stepWindow(short.base, now, 51_000, 0).window.commandsPerSecond).toBe(2);
  });

  it('keeps the start of a server from wavering with the fractions of its clock, and follows a clock that was set', () => {
    const at = (usec: string, uptime: number): RedisInfo => info({ server_time_usec: usec, uptime_in_seconds: uptime });
    const first = stepWindow(null, at('1700000010900000', 10), 0, 0);
    expect(first.startTimeSeconds).toBe(1_700_000_000);
    const second = stepWindow(first.base, at('1700000021000000', 20), 10_000, 0);
    expect(second.startTimeSeconds).toBe(1_700_000_000);
    const set = stepWindow(second.base, at('1700003630000000', 30), 20_000, 0);
    expect(set.startTimeSeconds).toBe(1_700_003_600);
  });

  it('takes the start from our clock where the server does not tell its own, and from none without an uptime', () => {
    expect(stepWindow(null, info({ uptime_in_seconds: 60 }), 0, 1_700_000_060_500).startTimeSeconds).toBe(
      1_700_000_000,
    );
    expect(stepWindow(null, readInfo(parseInfo('')), 0, 1_700_000_060_500).startTimeSeconds).toBeNull();
  });
});
