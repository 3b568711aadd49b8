import { z } from 'zod';
import { histogramBody, histogramView, type Latest, statsBody, statsSchema } from '../../collect/index.js';
import { isoTime } from '../../core/index.js';
import type { DatabaseClientSnapshot } from '../database-client.snapshot.js';
import { largestShown } from '../database-tables.metrics.js';
import type { DatabaseTablesSnapshot } from '../database-tables.snapshot.js';
import { databaseMetrics } from '../database.metrics.js';
import type { DatabaseSnapshot } from '../database.snapshot.js';

const figure = z.number().nullable();
const ms = figure.describe('Milliseconds.');

const pool = z
  .object({ size: z.int(), active: z.int(), idle: z.int(), waiting: z.int() })
  .nullable()
  .describe("This instance's own connection pool; null before the first connection.");

const queries = z
  .object({
    total: z.int(),
    errors: z.int(),
    slow: z.int(),
    mean_ms: ms,
    window_seconds: z.number().describe('The quantiles cover the last so many seconds; the totals the whole process.'),
    window_count: z.int(),
    p50_ms: ms,
    p95_ms: ms,
    p99_ms: ms,
    max_ms: ms,
    recent_slow: z.array(z.object({ at: z.iso.datetime(), duration_ms: z.number(), statement: z.string() })),
  })
  .nullable()
  .describe("This instance's own statements, measured in the client.");

const rates = z
  .object({
    window_seconds: z.number(),
    commits_per_second: z.number(),
    rollbacks_per_second: z.number(),
    rows_read_per_second: z.number(),
    rows_written_per_second: z.number(),
    wal_bytes_per_second: figure,
    cache_hit_ratio: figure,
  })
  .nullable()
  .describe('Between the last two passes; null in the first one and after the counters were reset.');

const extra = {
  version: z.string().nullable().describe('PostgreSQL version: 15.3.'),
  role: z.enum(['primary', 'standby']).nullable(),
  has_monitor_role: z.boolean().nullable().describe('false: GRANT pg_monitor, else sessions of others stay hidden.'),
  size_mb: figure.describe('Size of the database in units of 1024 * 1024 bytes.'),
  size_gb: figure.describe('Size of the database in units of 1024 * 1024 * 1024 bytes.'),
  response_time_ms: ms,
  connection_pool_size: figure,
  connections_active: figure,
  connections_idle: figure,
  queries_total: figure,
  query_duration_seconds: histogramView
    .nullable()
    .describe("Durations of this instance's own statements since the start of the process, in seconds."),
  pool,
  queries,
  rates,
  standbys: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      sync_state: z.string(),
      lag_bytes: figure,
      lag_seconds: figure,
    }),
  ),
  tables_timestamp: z.iso
    .datetime()
    .nullable()
    .describe('When tables and statements were read: they have their own pace.'),
  table_rows: z.array(z.object({ table: z.string(), rows: figure, exact: z.boolean() })),
  largest_tables: z.array(
    z.object({
      table: z.string(),
      total_bytes: z.number(),
      index_bytes: z.number(),
      rows: figure,
      dead_rows: z.number(),
    }),
  ),
  statements: z
    .object({
      statements: z.number(),
      calls: z.number(),
      rows: z.number(),
      mean_ms: ms,
      evictions: z.number().describe('Above 0 the totals are too small: statements were forgotten.'),
    })
    .nullable()
    .describe('Totals of pg_stat_statements; null without the extension.'),
  top_statements: z.array(
    z.object({
      statement: z.string(),
      calls: z.number(),
      total_ms: z.number(),
      mean_ms: z.number(),
      max_ms: z.number(),
      rows: z.number(),
    }),
  ),
};

/** Answer of `GET /api/v1/admin/stats/database`. */
export const databaseStats = statsSchema(databaseMetrics, 'database_', extra).meta({ id: 'DatabaseStats' });

const toMs = (seconds: number | null): number | null => (seconds === null ? null : round(seconds * 1000));
const round = (value: number): number => Math.round(value * 1000) / 1000;
const units = (bytes: number | undefined, unit: number): number | null =>
  bytes === undefined ? null : Math.round((bytes / unit) * 100) / 100;

function queriesView(client: DatabaseClientSnapshot | undefined): z.infer<typeof queries> {
  if (!client) return null;
  const q = client.queries;
  return {
    total: q.total,
    errors: q.errors,
    slow: q.slow,
    mean_ms: toMs(q.meanSeconds),
    window_seconds: q.windowSeconds,
    window_count: q.windowCount,
    p50_ms: toMs(q.p50Seconds),
    p95_ms: toMs(q.p95Seconds),
    p99_ms: toMs(q.p99Seconds),
    max_ms: toMs(q.maxSeconds),
    recent_slow: q.recentSlow.map((s) => ({
      at: isoTime(s.atMs),
      duration_ms: round(s.durationMs),
      statement: s.text,
    })),
  };
}

function clientView(client: DatabaseClientSnapshot | undefined): Record<string, unknown> {
  const p = client?.pool ?? null;
  return {
    connection_pool_size: p?.size ?? null,
    connections_active: p?.active ?? null,
    connections_idle: p?.idle ?? null,
    queries_total: client?.queries.total ?? null,
    query_duration_seconds: client ? histogramBody(client.queries.duration) : null,
    pool: p,
    queries: queriesView(client),
  };
}

function tablesView(read: { snapshot: DatabaseTablesSnapshot; atMs: number } | undefined): Record<string, unknown> {
  const tables = read?.snapshot.tables ?? [];
  const s = read?.snapshot.statements ?? null;
  return {
    tables_timestamp: read ? isoTime(read.atMs) : null,
    table_rows: tables.map(({ table, rows, exact }) => ({ table, rows, exact })),
    largest_tables: tables.slice(0, largestShown).map((t) => ({
      table: t.table,
      total_bytes: t.totalBytes,
      index_bytes: t.indexBytes,
      rows: t.rows,
      dead_rows: t.deadRows,
    })),
    statements: s && {
      statements: s.statements,
      calls: s.calls,
      rows: s.rows,
      mean_ms: s.calls > 0 ? round((s.totalSeconds / s.calls) * 1000) : null,
      evictions: s.evictions,
    },
    top_statements: (s?.top ?? []).map((t) => ({
      statement: t.text,
      calls: t.calls,
      total_ms: toMs(t.totalSeconds),
      mean_ms: toMs(t.meanSeconds),
      max_ms: toMs(t.maxSeconds),
      rows: t.rows,
    })),
  };
}

function ratesView(s: DatabaseSnapshot | null): z.infer<typeof rates> {
  const w = s?.window;
  if (!w) return null;
  return {
    window_seconds: round(w.seconds),
    commits_per_second: round(w.commitsPerSecond),
    rollbacks_per_second: round(w.rollbacksPerSecond),
    rows_read_per_second: round(w.rowsReadPerSecond),
    rows_written_per_second: round(w.rowsWrittenPerSecond),
    wal_bytes_per_second: w.walBytesPerSecond === null ? null : round(w.walBytesPerSecond),
    cache_hit_ratio: w.cacheHitRatio === null ? null : round(w.cacheHitRatio),
  };
}

function serverView(s: DatabaseSnapshot | null): Record<string, unknown> {
  return {
    version: s?.version ?? null,
    role: s ? (s.inRecovery ? 'standby' : 'primary') : null,
    has_monitor_role: s?.seesEverything ?? null,
    size_mb: units(s?.sizeBytes, 2 ** 20),
    size_gb: units(s?.sizeBytes, 2 ** 30),
    response_time_ms: s ? toMs(s.responseSeconds) : null,
    rates: ratesView(s),
    standbys: (s?.standbys ?? []).map((b) => ({
      name: b.name,
      state: b.state,
      sync_state: b.syncState,
      lag_bytes: b.lagBytes,
      lag_seconds: b.lagSeconds,
    })),
  };
}

/** The answer from the latest passes of the server, its tables, and this process as its client. */
export function databaseStatsBody(latest: Latest, nowMs: number): Record<string, unknown> {
  const client = latest.snapshot<DatabaseClientSnapshot>('database-client')?.snapshot;
  const tables = latest.snapshot<DatabaseTablesSnapshot>('database-tables');
  return statsBody(latest, 'database', databaseMetrics, 'database_', nowMs, (s: DatabaseSnapshot | null) => ({
    ...serverView(s),
    ...clientView(client),
    ...tablesView(tables),
  }));
}
