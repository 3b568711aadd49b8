import { isoTime } from '../core/index.js';
import type { HistoryService } from '../history/index.js';
import type { SystemHistoryAnswer, SystemHistoryPoint, SystemHistoryQuery } from './dto/system-history.dto.js';

const minuteMs = 60_000;
const minutesOf: Readonly<Record<SystemHistoryQuery['period'], number>> = { '1h': 60, '24h': 1_440, '7d': 10_080 };

/** The families behind the dialect's figures. */
const families = {
  cpu: 'system_cpu_usage_percent',
  memory: 'system_memory_usage_percent',
  disk: 'system_disk_usage_percent',
  database: 'database_response_time_seconds',
  redis: 'redis_response_seconds',
  requests: 'http_requests_per_second',
  errors: 'http_error_percent',
  p50: 'http_request_duration_p50_seconds',
  p95: 'http_request_duration_p95_seconds',
  p99: 'http_request_duration_p99_seconds',
} as const;
type Figure = keyof typeof families;
type Column = readonly (number | null)[];

function rounded(value: number | null | undefined, factor: number, unit = 1): number | null {
  return value === null || value === undefined ? null : Math.round(value * unit * factor) / factor;
}

/** The greatest of several series of one family in each minute: the fullest file system. */
function greatest(columns: readonly Column[], length: number): Column {
  return Array.from({ length }, (_, i) => {
    const values = columns.map((column) => column[i] ?? null).filter((value) => value !== null);
    return values.length === 0 ? null : Math.max(...values);
  });
}

async function columnOf(history: HistoryService, family: string, fromMs: number, toMs: number): Promise<Column> {
  const all = await history.seriesNamed(family);
  const columns = await Promise.all(
    all.map(async (series) => (await history.points(history.range(series, fromMs, toMs, '1m'))).avg),
  );
  return columns.length === 1 ? (columns[0] ?? []) : greatest(columns, (toMs - fromMs) / minuteMs);
}

function pointAt(timestampMs: number, i: number, columns: Readonly<Record<Figure, Column>>): SystemHistoryPoint {
  const percent = (figure: Figure): number | null => rounded(columns[figure][i], 10);
  const ms = (figure: Figure): number | null => rounded(columns[figure][i], 1000, 1000);
  return {
    timestamp: isoTime(timestampMs),
    cpu: { current_percent: percent('cpu') },
    memory: { used_percent: percent('memory') },
    disk: { usage_percent: percent('disk') },
    database: { response_time_ms: ms('database') },
    redis: { response_time_ms: ms('redis') },
    requests: { per_second: rounded(columns.requests[i], 100) },
    errors: { error_rate_percent: rounded(columns.errors[i], 100) },
    latency: { p50_ms: ms('p50'), p95_ms: ms('p95'), p99_ms: ms('p99') },
  };
}

/** The minutes of a period up to now, or of one page of it. A cursor is the first minute of the next page. */
export async function systemHistory(
  history: HistoryService,
  query: SystemHistoryQuery,
  nowMs: number,
): Promise<SystemHistoryAnswer> {
  const endMs = Math.ceil((nowMs + 1) / minuteMs) * minuteMs;
  const startMs = endMs - minutesOf[query.period] * minuteMs;
  // Pages that are read slowly lose what left the period meanwhile, and repeat nothing.
  const asked = query.cursor === undefined ? startMs : Number(query.cursor) * 1000;
  const fromMs = Math.min(endMs, Math.max(startMs, Math.floor(asked / minuteMs) * minuteMs));
  const toMs = Math.min(endMs, fromMs + query.limit * minuteMs);
  const names = Object.keys(families) as Figure[];
  const read = await Promise.all(names.map((name) => columnOf(history, families[name], fromMs, toMs)));
  const columns = Object.fromEntries(names.map((name, i) => [name, read[i] ?? []])) as Record<Figure, Column>;
  const count = (toMs - fromMs) / minuteMs;
  return {
    success: true,
    data: {
      period: query.period,
      interval_seconds: 60,
      start_time: isoTime(startMs),
      end_time: isoTime(endMs),
      count,
      total: (endMs - fromMs) / minuteMs,
      points: Array.from({ length: count }, (_, i) => pointAt(fromMs + i * minuteMs, i, columns)),
      next_cursor: toMs < endMs ? String(toMs / 1000) : null,
    },
  };
}
