import { Latest, samplesOf } from '../collect/index.js';
import { SystemClock } from '../core/index.js';
import { iotdbStats } from './dto/iotdb-stats.dto.js';
import { IotdbController } from './iotdb.controller.js';
import { iotdbMetrics } from './iotdb.metrics.js';
import type { IotdbSnapshot } from './iotdb.snapshot.js';
import { iotdbSchemaMetrics } from './iotdb-schema.metrics.js';

const snapshot: IotdbSnapshot = {
  version: '2.0.1-beta',
  responseMs: 12.3456,
  nodes: [{ id: 1, kind: 'data', state: 'running', version: '2.0.1-beta' }],
  databases: 5,
  regions: [{ kind: 'data', state: 'running', count: 3 }],
  dataBytes: 3 * 1024 ** 3,
  walBytes: 1024 ** 3,
  engine: null,
  diskUsedPercent: 70.123,
  load: {
    source: 'server',
    pointsWritten: 50_000_000,
    writes: { buckets: [], sum: 26, count: 5_000 },
    reads: null,
    writeRate: 5_000,
    readRate: null,
  },
  gaps: [],
};
const schema = { timeseries: 1_500, devices: 150, timeseriesActive: null, activeSeconds: 300 };

function latestWith(): Latest {
  const latest = new Latest();
  const run = { scope: 'shared', durationMs: 1, checks: [], outcome: 'ok' } as const;
  const main = samplesOf(iotdbMetrics, snapshot).samples;
  latest.put({ ...run, component: 'iotdb', startedAtMs: 10_000, samples: main, snapshot });
  const counted = samplesOf(iotdbSchemaMetrics, schema).samples;
  latest.put({ ...run, component: 'iotdb-schema', startedAtMs: 5_000, samples: counted, snapshot: schema });
  return latest;
}

describe('GET /api/v1/admin/stats/iotdb', () => {
  it('shows every figure of both passes in the documented form', () => {
    const body = new IotdbController(latestWith(), new SystemClock()).get();
    expect(iotdbStats.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      timestamp: '1970-01-01T00:00:10.000Z',
      schema_timestamp: '1970-01-01T00:00:05.000Z',
      status: 'up',
      version: '2.0.1-beta',
      response_time_ms: 12.35,
      storage_groups_total: 5,
      storage_size_bytes: [
        { type: 'total', value: 4 * 1024 ** 3 },
        { type: 'data', value: 3 * 1024 ** 3 },
        { type: 'wal', value: 1024 ** 3 },
      ],
      storage_size_mb: 4_096,
      storage_size_gb: 4,
      timeseries_total: 1_500,
      timeseries_active: null,
      devices_total: 150,
      data_points_total: 50_000_000,
      write_rate_per_second: 5_000,
      read_rate_per_second: null,
      write_latency_seconds: { sum: 26, count: 5_000, buckets: [{ le: '+Inf', count: 5_000 }] },
      read_latency_seconds: null,
      load_source: 'server',
      cluster_nodes: [{ id: 1, type: 'data', state: 'running', version: '2.0.1-beta' }],
    });
  });

  it('says that IoTDB is absent with what to do, in the same form', () => {
    const latest = new Latest();
    latest.put({
      component: 'iotdb',
      scope: 'shared',
      startedAtMs: 1_000,
      durationMs: 0,
      samples: [],
      checks: [],
      outcome: 'absent',
      reason: 'No IoTDB is configured. Set IOTDB_URL to watch one.',
    });
    const body = new IotdbController(latest, new SystemClock()).get();
    expect(iotdbStats.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      status: 'absent',
      message: 'No IoTDB is configured. Set IOTDB_URL to watch one.',
      version: null,
    });
  });
});
