import { samplesOf } from '../collect/index.js';
import { databaseClientMetrics } from './database-client.metrics.js';
import type { DatabaseClientSnapshot } from './database-client.snapshot.js';

const queries: DatabaseClientSnapshot['queries'] = {
  total: 4,
  errors: 0,
  slow: 0,
  meanSeconds: 0.2,
  duration: { buckets: [], sum: 0, count: 0 },
  windowSeconds: 60,
  windowCount: 4,
  p50Seconds: 0.1,
  p95Seconds: 0.3,
  p99Seconds: 0.4,
  maxSeconds: 0.5,
  recentSlow: [],
};
const printed = (s: DatabaseClientSnapshot): string[] =>
  samplesOf(databaseClientMetrics, s).samples.map((x) => `${x.name}${JSON.stringify(x.labels)} ${x.value}`);

it('the own pool has the names of the contract', () => {
  expect(printed({ pool: { size: 20, active: 5, idle: 15, waiting: 0 }, queries })).toEqual([
    'database_connection_pool_size{} 20',
    'database_connections_active{} 5',
    'database_connections_idle{} 15',
    'database_connections_waiting{} 0',
    'database_query_latency_seconds{"percentile":"50"} 0.1',
    'database_query_latency_seconds{"percentile":"95"} 0.3',
    'database_query_latency_seconds{"percentile":"99"} 0.4',
    'database_query_latency_seconds{"percentile":"100"} 0.5',
  ]);
});

it('nothing is exported before the first connection and the first statement', () => {
  const none = { p50Seconds: null, p95Seconds: null, p99Seconds: null, maxSeconds: null };
  expect(printed({ pool: null, queries: { ...queries, ...none } })).toEqual([]);
});
