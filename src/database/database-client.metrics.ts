import { gauge, type Metric, type Row } from '../collect/index.js';
import type { DatabaseClientSnapshot } from './database-client.snapshot.js';

function percentiles({ queries }: DatabaseClientSnapshot): Row[] {
  const read: readonly (readonly [string, number | null])[] = [
    ['50', queries.p50Seconds],
    ['95', queries.p95Seconds],
    ['99', queries.p99Seconds],
    ['100', queries.maxSeconds],
  ];
  return read.flatMap(([percentile, value]) => (value === null ? [] : [[{ percentile }, value] as const]));
}

export const databaseClientMetrics: readonly Metric<DatabaseClientSnapshot>[] = [
  gauge(
    'database_connection_pool_size',
    "Connections that this instance's pool may open at most.",
    (s) => s.pool?.size ?? null,
  ),
  gauge(
    'database_connections_active',
    "Connections of this instance's pool in use at the pass.",
    (s) => s.pool?.active ?? null,
  ),
  gauge(
    'database_connections_idle',
    "Open connections of this instance's pool that nobody uses at the pass.",
    (s) => s.pool?.idle ?? null,
  ),
  gauge(
    'database_connections_waiting',
    "Callers queueing for a connection of this instance's pool at the pass.",
    (s) => s.pool?.waiting ?? null,
  ),
  gauge(
    'database_query_latency_seconds',
    "Duration of this instance's statements over the last 60 s, by percentile (100 is the longest), in seconds.",
    ['percentile'],
    percentiles,
  ),
];
