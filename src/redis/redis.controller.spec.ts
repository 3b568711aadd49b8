import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Latest, samplesOf, samplesOfFailure, type Observation } from '../collect/index.js';
import { SystemClock } from '../core/index.js';
import { redisStats } from './dto/redis-stats.dto.js';
import { RedisController } from './redis.controller.js';
import { redisMetrics } from './redis.metrics.js';
import { parseInfo, readInfo } from './redis.parse.js';
import type { RedisSnapshot } from './redis.snapshot.js';
import { stepWindow } from './redis.window.js';

class FixedClock extends SystemClock {
  override nowMs(): number {
    return Date.UTC(2026, 0, 2, 3, 4, 5);
  }
}

const run = {
  component: 'redis',
  scope: 'shared',
  startedAtMs: Date.UTC(2026, 0, 2, 3, 4, 0),
  durationMs: 1,
  checks: [],
} as const;

function answerTo(observation: Observation | null): Record<string, unknown> {
  const latest = new Latest();
  if (observation) latest.put(observation);
  const body = new RedisController(latest, new FixedClock()).get();
  // What the schema does not declare would be cut off on the way out.
  expect(redisStats.parse(body)).toEqual(body);
  return body;
}

function snapshot(): RedisSnapshot {
  const text = readFileSync(join(__dirname, 'testdata', 'info-redis-7.0.15-primary.txt'), 'utf8');
  const info = readInfo(parseInfo(text));
  const { window, startTimeSeconds } = stepWindow(null, info, 0, 0);
  return { info, infoAnswered: true, pingMs: 0.51234, startTimeSeconds, refusal: null, window, slowlogEntries: 0 };
}

describe('GET /api/v1/admin/stats/redis', () => {
  it('answers with the figures of the last pass, one field for each metric, timestamp first', () => {
    const read = snapshot();
    const { samples } = samplesOf(redisMetrics, read);
    const body = answerTo({ ...run, outcome: 'ok', snapshot: read, samples });
    expect(Object.keys(body)[0]).toBe('timestamp');
    expect(body).toMatchObject({
      timestamp: '2026-01-02T03:04:00.000Z',
      age_seconds: 5,
      status: 'up',
      message: null,
      server: 'redis',
      version: '7.0.15',
      mode: 'standalone',
      role: 'primary',
      response_time_ms: 0.512,
      memory_used_mb: 2.72,
      memory_limit_mb: 256,
      memory_used_percent: 1.06,
      window_seconds: null,
      keys_total: 1992,
      keys_with_expiry: 3,
      cache_hits_total: read.info.cacheHits,
      databases: [
        { database: 0, keys: 1989, keys_with_expiry: 0, average_ttl_seconds: null },
        { database: 2, keys: 3, keys_with_expiry: 3, average_ttl_seconds: 3576.598 },
      ],
    });
    for (const metric of redisMetrics) expect(body).toHaveProperty(metric.name.slice('redis_'.length));
  });

  it('answers with nulls and the reason while the server is down', () => {
    const error = { code: 'redis.timeout', kind: 'unavailable', message: 'Redis did not answer.' } as const;
    const samples = samplesOfFailure(redisMetrics);
    expect(answerTo({ ...run, outcome: 'failed', error, samples })).toMatchObject({
      status: 'down',
      message: 'Redis did not answer.',
      version: null,
      memory_used_bytes: null,
      keys_evicted_recently: null,
      databases: [],
    });
  });

  it('tells absent from not yet read', () => {
    const absent: Observation = { ...run, outcome: 'absent', reason: 'Set REDIS_URL.', samples: [] };
    expect(answerTo(absent)).toMatchObject({ status: 'absent', message: 'Set REDIS_URL.', keys_total: null });
    expect(answerTo(null)).toMatchObject({ status: 'unknown', keys_total: null });
  });
});
