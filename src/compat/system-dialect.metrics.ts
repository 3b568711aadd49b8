import type { Thresholds } from '../alerts/index.js';
import type { ApplicationSnapshot } from '../application/index.js';
import type { Latest } from '../collect/index.js';
import { isoTime } from '../core/index.js';
import type { AssessedCheck } from '../health/index.js';
import type { FileSystem, SystemSnapshot } from '../system/index.js';
import type { SystemMetricsView } from './dto/system-dialect.dto.js';
import { colourComponent, type ColourLimits, type ComponentWord } from './system-dialect.health.js';

const bytesPerGigabyte = 2 ** 30;

const gigabytes = (bytes: number | undefined): number | null =>
  bytes === undefined ? null : Math.round((bytes / bytesPerGigabyte) * 100) / 100;
const rounded = (value: number | null | undefined, factor = 10): number | null =>
  value === null || value === undefined ? null : Math.round(value * factor) / factor;
const milliseconds = (seconds: number | null | undefined): number | null =>
  seconds === null || seconds === undefined ? null : rounded(seconds * 1000, 1000);

/** Everything the snapshot is made of. */
export interface DialectInput {
  readonly latest: Latest;
  readonly checks: readonly AssessedCheck[];
  readonly thresholds: Pick<Thresholds, 'valueOf'>;
  readonly colours: ColourLimits;
  readonly nowMs: number;
}

function wordOf(input: DialectInput, name: string): ComponentWord {
  const check = input.checks.find((c) => c.name === name);
  return check ? colourComponent(check, input.colours).word : 'unknown';
}

function figure(input: DialectInput, check: string, name: string): number | null {
  return input.checks.find((c) => c.name === check)?.figures[name] ?? null;
}

function partition(fs: FileSystem, colours: ColourLimits): SystemMetricsView['disk']['partitions'][number] {
  const word =
    fs.usagePercent > colours.redPercent
      ? 'critical'
      : fs.usagePercent >= colours.yellowPercent
        ? 'warning'
        : 'healthy';
  return {
    mountpoint: fs.path,
    device: fs.device,
    total_gb: gigabytes(fs.totalBytes) ?? 0,
    used_gb: gigabytes(fs.usedBytes) ?? 0,
    free_gb: gigabytes(fs.freeBytes) ?? 0,
    usage_percent: rounded(fs.usagePercent) ?? 0,
    status: word,
  };
}

function hostPart(
  input: DialectInput,
  s: SystemSnapshot | undefined,
): Pick<SystemMetricsView, 'cpu' | 'memory' | 'disk' | 'network'> {
  const { thresholds } = input;
  const received = s?.network.received;
  const sent = s?.network.sent;
  return {
    cpu: {
      current_percent: rounded(s?.cpu.usagePercent),
      avg_5min_percent: rounded(s?.cpu.usagePercentAvg5Min),
      avg_15min_percent: rounded(s?.cpu.usagePercentAvg15Min),
      core_count: s?.cpu.coreCount ?? null,
      frequency_mhz: rounded(s?.cpu.frequencyMhz),
      status: wordOf(input, 'cpu'),
      threshold: thresholds.valueOf('cpu_usage'),
    },
    memory: {
      total_gb: gigabytes(s?.memory.totalBytes),
      used_gb: gigabytes(s?.memory.usedBytes),
      available_gb: gigabytes(s?.memory.availableBytes),
      used_percent: rounded(s?.memory.usagePercent),
      swap_total_gb: gigabytes(s?.memory.swap.totalBytes),
      swap_used_percent: rounded(s?.memory.swap.usagePercent),
      status: wordOf(input, 'memory'),
      threshold: thresholds.valueOf('memory_usage'),
    },
    disk: {
      partitions: (s?.fileSystems ?? []).map((fs) => partition(fs, input.colours)),
      status: wordOf(input, 'disk_space'),
      threshold: thresholds.valueOf('disk_usage'),
    },
    network: {
      bytes_in: received?.bytes ?? null,
      bytes_out: sent?.bytes ?? null,
      packets_in: received?.packets ?? null,
      packets_out: sent?.packets ?? null,
      errors_in: received?.errors ?? null,
      errors_out: sent?.errors ?? null,
      dropped_in: received?.drops ?? null,
      dropped_out: sent?.drops ?? null,
    },
  };
}

function serverPart(input: DialectInput): Pick<SystemMetricsView, 'database' | 'redis'> {
  const redisWord = wordOf(input, 'redis');
  return {
    database: {
      response_time_ms: figure(input, 'database', 'response_time_ms'),
      connection_pool_size: input.latest.samplesOf('database_connection_pool_size')[0]?.value ?? null,
      status: wordOf(input, 'database'),
      threshold: 1000 * input.thresholds.valueOf('database_latency'),
    },
    redis: {
      response_time_ms: figure(input, 'redis', 'response_time_ms'),
      working: redisWord === 'absent' || redisWord === 'unknown' ? null : redisWord !== 'critical',
      status: redisWord,
    },
  };
}

type ApplicationPart = Pick<SystemMetricsView, 'websocket' | 'requests' | 'errors' | 'latency'>;

function applicationPart(input: DialectInput, s: ApplicationSnapshot | undefined): ApplicationPart {
  const latency = s?.requests.latency;
  return {
    websocket: { active_connections: s?.openStreams.websocket ?? null },
    requests: {
      per_second: rounded(s?.requests.perSecond, 100),
      per_minute: s?.requests.perMinute ?? null,
      status: wordOf(input, 'requests'),
    },
    errors: {
      count_4xx: s?.requests.statusClasses['4xx'] ?? null,
      count_5xx: s?.requests.statusClasses['5xx'] ?? null,
      error_rate_percent: rounded(s?.requests.errorPercent, 100),
      status: wordOf(input, 'errors'),
    },
    latency: {
      p50_ms: milliseconds(latency?.p50),
      p95_ms: milliseconds(latency?.p95),
      p99_ms: milliseconds(latency?.p99),
      avg_ms: milliseconds(latency?.mean),
      window_seconds: 60,
      threshold: 1000 * input.thresholds.valueOf('api_latency'),
    },
  };
}

/** The dialect's snapshot from the latest observations. */
export function systemMetricsView(input: DialectInput): SystemMetricsView {
  const system = input.latest.snapshot<SystemSnapshot>('system');
  const application = input.latest.snapshot<ApplicationSnapshot>('application');
  return {
    timestamp: isoTime(system?.atMs ?? input.nowMs),
    ...hostPart(input, system?.snapshot),
    ...serverPart(input),
    ...applicationPart(input, application?.snapshot),
  };
}
