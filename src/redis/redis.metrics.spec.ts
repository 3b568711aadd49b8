import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { samplesOf, samplesOfFailure, type Row } from '../collect/index.js';
import { commandRows, errorRows, namedCommands, namedErrors } from './redis.labels.js';
import { redisMetrics } from './redis.metrics.js';
import { parseInfo, readInfo } from './redis.parse.js';
import type { RedisSnapshot } from './redis.snapshot.js';
import { stepWindow } from './redis.window.js';

function snapshotOf(text: string): RedisSnapshot {
  const info = readInfo(parseInfo(text));
  const { window, startTimeSeconds } = stepWindow(null, info, 0, 0);
  return { info, infoAnswered: true, pingMs: 0.5, startTimeSeconds, refusal: null, window, slowlogEntries: 2 };
}

const recorded = (name: string): string => readFileSync(join(__dirname, 'testdata', `info-${name}.txt`), 'utf8');
const rowsByLabel = (rows: readonly Row[]): Record<string, number> =>
  Object.fromEntries(rows.map(([labels, value]) => [Object.values(labels)[0], value]));

describe('redisMetrics', () => {
  it('declares every metric of the contract with its name and type', () => {
    const declared = Object.fromEntries(redisMetrics.map((metric) => [metric.name, metric.type]));
    expect(declared).toMatchObject({
      redis_status: 'gauge',
      redis_uptime_seconds: 'counter',
      redis_memory_used_bytes: 'gauge',
      redis_memory_peak_bytes: 'gauge',
      redis_memory_fragmentation_ratio: 'gauge',
      redis_keys_total: 'gauge',
      redis_keys_with_expiry: 'gauge',
      redis_keys_evicted_total: 'counter',
      redis_commands_total: 'counter',
      redis_commands_per_second: 'gauge',
      redis_cache_hit_ratio: 'gauge',
      redis_cache_hits_total: 'counter',
      redis_cache_misses_total: 'counter',
    });
  });

  it('tells a reader of the hit ratio that it is a percentage', () => {
    expect(redisMetrics.find((metric) => metric.name === 'redis_cache_hit_ratio')?.help).toContain('0-100');
  });

  it('reads each figure from its own field', () => {
    const { samples } = samplesOf(redisMetrics, snapshotOf(recorded('redis-7.0.15-primary')));
    const values = Object.fromEntries(
      samples.filter((s) => Object.keys(s.labels).length === 0).map((s) => [s.name, s.value]),
    );
    const fields = parseInfo(recorded('redis-7.0.15-primary')).values;
    const told = (key: string): number => Number(fields.get(key));
    expect(values).toMatchObject({
      redis_status: 1,
      redis_uptime_seconds: told('uptime_in_seconds'),
      redis_response_seconds: 0.0005,
      redis_memory_used_bytes: told('used_memory'),
      redis_memory_peak_bytes: told('used_memory_peak'),
      redis_memory_resident_bytes: told('used_memory_rss'),
      redis_memory_limit_bytes: 268_435_456,
      redis_memory_fragmentation_ratio: 3.52,
      redis_keys_total: 1992,
      redis_keys_with_expiry: 3,
      redis_keys_expired_total: 1,
      redis_keys_evicted_total: 0,
      redis_commands_total: told('total_commands_processed'),
      redis_commands_per_second: told('instantaneous_ops_per_sec'),
      redis_cache_hits_total: told('keyspace_hits'),
      redis_cache_misses_total: told('keyspace_misses'),
      redis_clients_connected: told('connected_clients'),
      redis_clients_limit: 10_000,
      redis_connections_received_total: told('total_connections_received'),
      redis_network_received_bytes_total: told('total_net_input_bytes'),
      redis_network_sent_bytes_total: told('total_net_output_bytes'),
      redis_rdb_changes_since_last_save: told('rdb_changes_since_last_save'),
      redis_rdb_last_save_ok: 1,
      redis_aof_enabled: 1,
      redis_loading: 0,
      redis_replicas_connected: 1,
      redis_replication_lag_bytes: 0,
      redis_slowlog_entries: 2,
      redis_error_replies_total: 4,
    });
    expect(values).not.toHaveProperty('redis_replication_link_up');
  });

  it('exports nothing but its status and round trip where INFO is silent', () => {
    const { samples } = samplesOf(redisMetrics, { ...snapshotOf(''), slowlogEntries: null });
    expect(samples.map((s) => [s.name, s.value])).toEqual([
      ['redis_status', 1],
      ['redis_response_seconds', 0.0005],
    ]);
  });

  it('says 0 while the server refuses work, and after a failed run', () => {
    const { samples } = samplesOf(redisMetrics, {
      ...snapshotOf(recorded('redis-7.0.15-loading')),
      refusal: 'loading',
    });
    expect(samples.find((s) => s.name === 'redis_status')?.value).toBe(0);
    expect(samplesOfFailure(redisMetrics).map((s) => [s.name, s.value])).toEqual([['redis_status', 0]]);
  });
});

describe('labels of commands and errors', () => {
  const { info } = snapshotOf(recorded('redis-7.0.15-primary'));

  it('put the parts of a container command under its name, as servers before 7.0 do', () => {
    const now = rowsByLabel(commandRows(info.commands, (totals) => totals.calls));
    const old = rowsByLabel(
      commandRows(snapshotOf(recorded('redis-6.2.14-derived')).info.commands, (totals) => totals.calls),
    );
    expect(now).toEqual(old);
    expect(now).toMatchObject({ config: 5, zadd: 5000 });
  });

  it('keep what is not named under other, so that the sum stays whole', () => {
    const commands = new Map(info.commands).set('json.set', { calls: 7, seconds: 1, failures: null });
    commands.set('graph.query|x', { calls: 2, seconds: 1, failures: 1 });
    const rows = rowsByLabel(commandRows(commands, (totals) => totals.calls));
    const total = [...commands.values()].reduce((sum, totals) => sum + totals.calls, 0);
    expect(rows.other).toBe(9);
    expect(Object.values(rows).reduce((a, b) => a + b, 0)).toBe(total);
    expect(rowsByLabel(errorRows(info.errorsByPrefix))).toEqual({ ERR: 1, WRONGTYPE: 1, other: 2 });
  });

  it('come from sets that fit into what a metric may have', () => {
    expect(namedCommands.size + namedErrors.size).toBeLessThan(200);
    for (const name of namedCommands) expect(name).toMatch(/^[a-z]+$/);
  });
});
