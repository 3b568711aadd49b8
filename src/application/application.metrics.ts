import { counter, durationBuckets, gauge, type InstrumentFamily, type Metric } from '../collect/index.js';
import type { ApplicationSnapshot } from './application.snapshot.js';

/** Observed at every request; canonical names of C-24. */
export const httpInstruments = {
  requests: {
    name: 'http_requests_total',
    help: 'HTTP requests answered since the start of the process, by method, route template and status.',
    labelNames: ['method', 'endpoint', 'status'],
  },
  duration: {
    name: 'http_request_duration_seconds',
    help: 'Duration of HTTP requests in seconds, from the first byte in to the last byte out, by method and route template.',
    labelNames: ['method', 'endpoint'],
    buckets: durationBuckets,
  },
  inProgress: {
    name: 'http_requests_in_progress',
    help: 'HTTP requests being served now.',
    labelNames: [],
  },
} as const satisfies Record<string, InstrumentFamily>;

const window = 'over the last 60 s, from a quantile sketch with 1 % relative error';

export const applicationMetrics: readonly Metric<ApplicationSnapshot>[] = [
  gauge('app_info', 'The running application; the value is always 1.', ['version'], (s) => [
    [{ version: s.version }, 1],
  ]),
  gauge('nodejs_info', 'The runtime; the value is always 1.', ['version', 'implementation'], (s) => [
    [{ version: s.runtimeVersion, implementation: 'Node.js' }, 1],
  ]),
  counter('app_uptime_seconds', 'Time since the start of the process in seconds.', (s) => s.uptimeSeconds),
  gauge('app_start_time_seconds', 'Start of the process, seconds since the epoch.', (s) => s.startedAtMs / 1000),
  gauge('http_requests_per_second', 'HTTP requests per second over the last 60 s.', (s) => s.requests.perSecond),
  gauge(
    'http_error_percent',
    'Share of the HTTP requests of the last 60 s answered with 4xx or 5xx, 0 to 100.',
    (s) => s.requests.errorPercent,
  ),
  gauge(
    'http_server_error_percent',
    'Share of the HTTP requests of the last 60 s answered with 5xx, 0 to 100.',
    (s) => s.requests.serverErrorPercent,
  ),
  gauge(
    'http_request_duration_mean_seconds',
    `Mean duration of HTTP requests in seconds ${window}.`,
    (s) => s.requests.latency.mean,
  ),
  gauge(
    'http_request_duration_p50_seconds',
    `Median duration of HTTP requests in seconds ${window}.`,
    (s) => s.requests.latency.p50,
  ),
  gauge(
    'http_request_duration_p95_seconds',
    `95th percentile of HTTP request durations in seconds ${window}.`,
    (s) => s.requests.latency.p95,
  ),
  gauge(
    'http_request_duration_p99_seconds',
    `99th percentile of HTTP request durations in seconds ${window}.`,
    (s) => s.requests.latency.p99,
  ),
  counter('http_responses_total', 'HTTP answers since the start of the process, by status class.', ['class'], (s) =>
    Object.entries(s.requests.statusClasses).map(([name, count]) => [{ class: name }, count] as const),
  ),
  gauge('http_connections_open', 'Open TCP connections of the HTTP server.', (s) => s.openConnections),
  gauge('app_streams_open', 'Open live streams, by transport.', ['transport'], (s) =>
    Object.entries(s.openStreams).map(([transport, count]) => [{ transport }, count] as const),
  ),
  gauge('task_queue_length', 'Entries waiting in this process, by queue.', ['queue'], (s) =>
    s.queues.map(([queue, length]) => [{ queue }, length] as const),
  ),
  gauge('app_workers', 'Processes that serve HTTP in this instance, by state at the last pass.', ['state'], (s) => [
    [{ state: 'active' }, s.workers.active],
    [{ state: 'idle' }, s.workers.idle],
  ]),
  gauge(
    'nodejs_eventloop_delay_mean_seconds',
    'Mean event-loop delay of the last pass in seconds.',
    (s) => s.eventLoop.meanSeconds,
  ),
  gauge(
    'nodejs_eventloop_delay_p50_seconds',
    'Median event-loop delay of the last pass in seconds.',
    (s) => s.eventLoop.p50Seconds,
  ),
  gauge(
    'nodejs_eventloop_delay_p99_seconds',
    '99th percentile of the event-loop delay of the last pass in seconds.',
    (s) => s.eventLoop.p99Seconds,
  ),
  gauge(
    'nodejs_eventloop_delay_max_seconds',
    'Longest event-loop delay of the last pass in seconds.',
    (s) => s.eventLoop.maxSeconds,
  ),
  gauge(
    'nodejs_eventloop_utilization_percent',
    'Share of the last pass the event loop was busy, 0 to 100.',
    (s) => s.eventLoop.utilizationPercent,
  ),
  counter('nodejs_gc_runs_total', 'Garbage collections since the start of the process, by kind.', ['kind'], (s) =>
    s.garbageCollection.map((gc) => [{ kind: gc.kind }, gc.runs] as const),
  ),
  counter(
    'nodejs_gc_seconds_total',
    'Time spent in garbage collection since the start of the process in seconds, by kind.',
    ['kind'],
    (s) => s.garbageCollection.map((gc) => [{ kind: gc.kind }, gc.seconds] as const),
  ),
  gauge('nodejs_heap_size_total_bytes', 'Heap that V8 has reserved, bytes.', (s) => s.memory.heapTotalBytes),
  gauge('nodejs_heap_size_used_bytes', 'Heap in use, bytes.', (s) => s.memory.heapUsedBytes),
  gauge('nodejs_heap_size_limit_bytes', 'Heap size at which V8 gives up, bytes.', (s) => s.memory.heapLimitBytes),
  gauge(
    'nodejs_external_memory_bytes',
    'Memory of buffers and other objects outside the heap, bytes.',
    (s) => s.memory.externalBytes,
  ),
  gauge('process_resident_memory_bytes', 'Resident memory of the process, bytes.', (s) => s.memory.residentBytes),
  counter(
    'process_cpu_seconds_total',
    'CPU time of the process, user and system, in seconds.',
    (s) => s.cpu.userSeconds + s.cpu.systemSeconds,
  ),
  gauge('process_start_time_seconds', 'Start of the process, seconds since the epoch.', (s) => s.startedAtMs / 1000),
];
