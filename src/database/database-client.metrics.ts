import { gauge, type Metric, type Row } from '../collect/index.js';
import type { DatabaseClientSnapshot } from './database-client.snapshot.js';

function quantiles({ queries }: DatabaseClientSnapshot): Row[] {
  const read: readonly (readonly [string, number | null])[] = [
    ['0.5', queries.p50Seconds],
    ['0.95', queries.p95Seconds],
    ['0.99', queries.p99Seconds],
    ['1', queries.maxSeconds],
  ];
  return read.flatMap(([quantile, value]) => (value === null ? [] : [[{ quantile }, value] as const]));
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
    "Duration of this instance's statements over the last 60 s, by quantile (1 is the longest), in seconds.",
    ['quantile'],
    quantiles,
  ),
];
