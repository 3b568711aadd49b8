import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../collect/index.js';
import { judgeRedis } from './redis.judge.js';
import { parseInfo, readInfo } from './redis.parse.js';
import type { RedisInfo, RedisSnapshot } from './redis.snapshot.js';
import { stepWindow } from './redis.window.js';

const limits = { responseMsMax: 250, memoryPercentMax: 90, clientsPercentMax: 90 };
const primary = readInfo(parseInfo(readFileSync(join(__dirname, 'testdata', 'info-redis-7.0.15-primary.txt'), 'utf8')));

function judged(info: Partial<RedisInfo> = {}, rest: Partial<RedisSnapshot> = {}): Check {
  const all = { ...primary, ...info };
  const snapshot: RedisSnapshot = {
    info: all,
    infoAnswered: true,
    pingMs: 0.514,
    startTimeSeconds: 1,
    refusal: null,
    window: stepWindow(null, all, 0, 0).window,
    slowlogEntries: 0,
    ...rest,
  };
  const checks = judgeRedis(snapshot, limits);
  expect(checks.map((check) => check.name)).toEqual(['redis']);
  return checks[0] as Check;
}

const window = stepWindow(null, primary, 0, 0).window;
const full = 268_435_456;

describe('judgeRedis', () => {
  it('names product and version of a healthy server, with its figures and the nearest limit', () => {
    expect(judged()).toEqual({
      name: 'redis',
      verdict: 'ok',
      message: 'Connected to Redis 7.0.15',
      figures: { response_time_ms: 0.51, memory_used_percent: 1.06, clients_used_percent: 0.01 },
      limit: { figure: 'response_time_ms', operator: '>=', value: 250 },
      loadPercent: null,
    });
    expect(judged({ product: 'valkey', version: '8.1.1' }).message).toBe('Connected to Valkey 8.1.1');
  });

  it.each<[string, Partial<RedisInfo>, Partial<RedisSnapshot>, RegExp]>([
    ['loads its data', { loadingPercent: 8.67 }, { refusal: 'loading' }, /loading its data.*8\.67 %/],
    ['is blocked by a script', {}, { refusal: 'busy' }, /SCRIPT KILL/],
    ['is cut off from its primary and serves nothing', {}, { refusal: 'primary_down' }, /MASTERDOWN/],
    ['has lost its primary', { role: 'replica', primaryLinkUp: false }, {}, /link to its primary/],
    ['failed to write a snapshot', { snapshotOk: false }, {}, /snapshot failed/],
    ['cannot write its append-only file', { appendFileWriteOk: false }, {}, /append-only file fails/],
    ['failed to rewrite its append-only file', { appendFileRewriteOk: false }, {}, /rewrite.*failed/],
    ['refused connections just now', {}, { window: { ...window, connectionsRejected: 3 } }, /3 connections/],
  ])('is degraded, with the reason, when the server %s', (_case, info, rest, message) => {
    const check = judged(info, rest);
    expect(check).toMatchObject({ verdict: 'degraded', limit: null });
    expect(check.message).toMatch(message);
  });

  it.each([
    [249.99, 'ok'],
    [250, 'degraded'],
  ])('judges a PING of %d ms as %s', (pingMs, verdict) => {
    const check = judged({}, { pingMs });
    expect(check).toMatchObject({ verdict, limit: { figure: 'response_time_ms', operator: '>=', value: 250 } });
  });

  it.each<[string, number, string, Partial<RedisInfo>]>([
    ['that may not evict, below the limit', 0.899, 'ok', { memoryPolicy: 'noeviction' }],
    ['that may not evict, at the limit', 0.9, 'degraded', { memoryPolicy: 'noeviction' }],
    ['that may evict any key', 1, 'ok', { memoryPolicy: 'allkeys-lru' }],
    ['that may evict keys with a time to live and has some', 1, 'ok', { memoryPolicy: 'volatile-ttl' }],
    [
      'that may evict keys with a time to live and has none',
      1,
      'degraded',
      { memoryPolicy: 'volatile-ttl', keysWithExpiry: 0 },
    ],
  ])('judges the memory of a server %s', (_case, share, verdict, info) => {
    const check = judged({ ...info, memoryUsedBytes: Math.ceil(full * share) });
    expect(check.verdict).toBe(verdict);
    if (verdict === 'degraded')
      expect(check.limit).toEqual({ figure: 'memory_used_percent', operator: '>=', value: 90 });
  });

  it('has a load only where memory is finite and cannot be made by eviction', () => {
    expect(judged({ memoryPolicy: 'noeviction' }).loadPercent).toBe(1.06);
    expect(judged({ memoryPolicy: 'allkeys-lfu' }).loadPercent).toBeNull();
    expect(judged({ memoryLimitBytes: null })).toMatchObject({ loadPercent: null, verdict: 'ok' });
    expect(judged({ memoryLimitBytes: null }).figures).not.toHaveProperty('memory_used_percent');
  });

  it('is degraded when nearly all connections are taken', () => {
    expect(judged({ clientsConnected: 9_000 })).toMatchObject({
      verdict: 'degraded',
      limit: { figure: 'clients_used_percent', operator: '>=', value: 90 },
    });
  });

  it('tells every fault, and names the limit that was crossed', () => {
    const check = judged({ snapshotOk: false }, { pingMs: 300 });
    expect(check.message).toMatch(/snapshot failed.*; Redis took 300 ms/);
    expect(check.limit?.figure).toBe('response_time_ms');
  });

  it('does not take missing figures for bad ones', () => {
    const nothing = readInfo(parseInfo(''));
    const check = judged(nothing, {
      infoAnswered: false,
      pingMs: null,
      window: stepWindow(null, nothing, 0, 0).window,
    });
    expect(check).toMatchObject({ verdict: 'ok', figures: {}, loadPercent: null });
    expect(check.message).toContain('INFO is refused');
  });
});
