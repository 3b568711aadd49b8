import { Latest } from '../collect/index.js';
import type { AssessedCheck } from '../health/index.js';
import { systemMetricsView } from './system-dialect.metrics.js';

/** Every alert threshold is 80 here: the view shows it, the alerts judge by it. */
const thresholds = { valueOf: () => 80 };

interface Loads {
  readonly cpu: number;
  readonly memory: number;
  readonly disk: number;
  readonly databaseMs: number;
  readonly p95: number;
}

const quiet: Loads = { cpu: 10, memory: 10, disk: 10, databaseMs: 5, p95: 0.01 };

function check(name: string, verdict: AssessedCheck['verdict'], figures: Record<string, number> = {}): AssessedCheck {
  return {
    name,
    component: name,
    verdict,
    message: 'as it is',
    figures,
    limit: null,
    loadPercent: null,
    sinceMs: null,
  };
}

function view(loads: Loads, redis: AssessedCheck['verdict'] = 'ok') {
  const latest = new Latest();
  const run = { scope: 'process', startedAtMs: 1_000, durationMs: 1, samples: [], checks: [], outcome: 'ok' } as const;
  const traffic = { bytes: 1, packets: 1, errors: 0, drops: 0 };
  const fs = { path: '/', device: '/dev/sda1', totalBytes: 2 ** 30, usedBytes: 2 ** 29, freeBytes: 2 ** 29 };
  latest.put({
    ...run,
    component: 'system',
    snapshot: {
      cpu: {
        usagePercent: loads.cpu,
        usagePercentAvg5Min: 1,
        usagePercentAvg15Min: 1,
        coreCount: 4,
        frequencyMhz: null,
      },
      memory: {
        totalBytes: 2 ** 34,
        usedBytes: 2 ** 33,
        availableBytes: 2 ** 33,
        usagePercent: loads.memory,
        swap: { totalBytes: 0, usagePercent: null },
      },
      fileSystems: [{ ...fs, usagePercent: loads.disk }],
      network: { received: traffic, sent: traffic },
    },
  });
  latest.put({
    ...run,
    component: 'application',
    snapshot: {
      openStreams: { websocket: 2, sse: 1 },
      requests: {
        perSecond: 1,
        perMinute: 60,
        errorPercent: 0,
        statusClasses: {},
        latency: { p50: 0.1, p95: loads.p95, p99: 0.3, mean: 0.1 },
      },
    },
  });
  const checks = [check('database', 'ok', { response_time_ms: loads.databaseMs }), check('redis', redis)];
  return systemMetricsView({
    latest,
    checks,
    thresholds,
    colours: { yellowPercent: 70, redPercent: 85 },
    nowMs: 2_000,
  });
}

describe('The snapshot of the system dashboard', () => {
  it('has binary gigabytes, the colour of each partition, and the open sockets', () => {
    const found = view({ ...quiet, disk: 86 });
    expect(found.memory).toMatchObject({ total_gb: 16, used_gb: 8, swap_used_percent: null });
    expect(found.disk.partitions).toMatchObject([{ total_gb: 1, used_gb: 0.5, usage_percent: 86, status: 'critical' }]);
    expect(view({ ...quiet, disk: 70 }).disk.partitions[0]?.status).toBe('warning');
    expect(view({ ...quiet, disk: 69.9 }).disk.partitions[0]?.status).toBe('healthy');
    expect(found.websocket).toEqual({ active_connections: 2 });
    expect([found.cpu.threshold, found.disk.threshold]).toEqual([80, 80]);
  });

  it.each([
    ['ok', true],
    ['degraded', true],
    ['down', false],
    ['unknown', null],
    ['absent', null],
  ] as const)('says that a Redis that is %s works: %s', (verdict, working) => {
    expect(view(quiet, verdict).redis.working).toBe(working);
  });

  it('is all null, never zero, before the first pass', () => {
    const latest = new Latest();
    const empty = systemMetricsView({
      latest,
      checks: [],
      thresholds,
      colours: { yellowPercent: 70, redPercent: 85 },
      nowMs: 0,
    });
    expect(empty.cpu).toMatchObject({ current_percent: null, core_count: null, status: 'unknown' });
    expect(empty.database).toMatchObject({ response_time_ms: null, connection_pool_size: null });
  });
});
