import { z } from 'zod';
import { statsSchema } from '../../collect/index.js';
import { memoryUsedPercent } from '../redis.judge.js';
import { redisMetrics } from '../redis.metrics.js';
import type { RedisSnapshot } from '../redis.snapshot.js';

/** Databases listed at most; the total covers all of them. */
const maxDatabases = 16;

const extra = {
  server: z.enum(['redis', 'valkey']).nullable().describe('Which of the two products answers.'),
  version: z.string().nullable().describe('Version of the product.'),
  mode: z.enum(['standalone', 'cluster', 'sentinel']).nullable(),
  cluster_enabled: z.boolean().nullable().describe('In a cluster all figures are of this one node.'),
  role: z.enum(['primary', 'replica']).nullable().describe('Role in replication.'),
  refusal: z
    .enum(['loading', 'primary_down', 'busy'])
    .nullable()
    .describe('Why the server answers but refuses work; null while it serves.'),
  response_time_ms: z.number().nullable().describe('Round trip of one PING in milliseconds.'),
  memory_used_mb: z.number().nullable().describe('Allocated memory in MiB.'),
  memory_peak_mb: z.number().nullable().describe('Most memory allocated since the start, in MiB.'),
  memory_limit_mb: z.number().nullable().describe('maxmemory in MiB; null without a limit.'),
  memory_used_percent: z.number().nullable().describe('Share of maxmemory in use (0-100); null without a limit.'),
  memory_policy: z.string().nullable().describe('What happens at maxmemory: noeviction, allkeys-lru, ...'),
  window_seconds: z
    .number()
    .nullable()
    .describe('Time that cache_hit_ratio and commands_per_second cover; null: since the counters began.'),
  keys_evicted_recently: z.int().nullable().describe('Keys evicted within the window.'),
  databases: z
    .array(
      z.object({
        database: z.int(),
        keys: z.int(),
        keys_with_expiry: z.int(),
        average_ttl_seconds: z.number().nullable(),
      }),
    )
    .describe('The numbered databases that hold keys, at most 16.'),
};

export const redisStats = statsSchema(redisMetrics, 'redis_', extra).meta({ id: 'RedisStats' });

type Extra = { [K in keyof typeof extra]: z.infer<(typeof extra)[K]> };

function toMegabytes(bytes: number | null): number | null {
  return bytes === null ? null : Math.round(bytes / 10_485.76) / 100;
}

function toTenth(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}

/** Snapshot to wire; all null while the server is not up. */
export function redisExtra(snapshot: RedisSnapshot | null): Extra {
  const info = snapshot?.info;
  return {
    server: info?.product ?? null,
    version: info?.version ?? null,
    mode: info?.mode ?? null,
    cluster_enabled: info?.clusterEnabled ?? null,
    role: info?.role ?? null,
    refusal: snapshot?.refusal ?? null,
    response_time_ms: snapshot?.pingMs == null ? null : Math.round(snapshot.pingMs * 1000) / 1000,
    memory_used_mb: toMegabytes(info?.memoryUsedBytes ?? null),
    memory_peak_mb: toMegabytes(info?.memoryPeakBytes ?? null),
    memory_limit_mb: toMegabytes(info?.memoryLimitBytes ?? null),
    memory_used_percent: info ? memoryUsedPercent(info) : null,
    memory_policy: info?.memoryPolicy ?? null,
    window_seconds: toTenth(snapshot?.window.seconds ?? null),
    keys_evicted_recently: snapshot?.window.keysEvicted ?? null,
    databases: (info?.databases ?? []).slice(0, maxDatabases).map((database) => ({
      database: database.index,
      keys: database.keys,
      keys_with_expiry: database.keysWithExpiry,
      average_ttl_seconds: database.averageTtlMs === null ? null : database.averageTtlMs / 1000,
    })),
  };
}
