import { counter, gauge, type Metric, type Row } from '../collect/index.js';
import { cpuModes, pressureResources } from './system.snapshot.js';
import { diskMetrics, fileSystemMetrics, networkMetrics } from './system-devices.metrics.js';
import { rowsBy } from './system-rows.metrics.js';
import type { Pressure, SystemSnapshot } from './system.snapshot.js';

type S = SystemSnapshot;
const cpu: readonly Metric<S>[] = [
  gauge(
    'system_cpu_usage_percent',
    'Busy share of the CPU cores this process may use, since the pass before, 0 to 100.',
    (s) => s.cpu.usagePercent,
  ),
  gauge(
    'system_cpu_usage_avg5_percent',
    'Mean of system_cpu_usage_percent over the last 5 minutes, shorter after the start, 0 to 100.',
    (s) => s.cpu.usagePercentAvg5Min,
  ),
  gauge(
    'system_cpu_usage_avg15_percent',
    'Mean of system_cpu_usage_percent over the last 15 minutes, shorter after the start, 0 to 100.',
    (s) => s.cpu.usagePercentAvg15Min,
  ),
  gauge(
    'system_cpu_count',
    'CPU cores this process may use, by the cgroup v2 quota, its cpuset or the machine; a quota may be a fraction.',
    (s) => s.cpu.coreCount,
  ),
  gauge(
    'system_cpu_host_usage_percent',
    'Busy share of all cores of the machine since the pass before, from /proc/stat, 0 to 100.',
    (s) => s.cpu.host.usagePercent,
  ),
  gauge('system_cpu_host_cores', 'Online CPU cores of the machine.', (s) => s.cpu.host.coreCount),
  gauge(
    'system_cpu_core_usage_percent',
    'Busy share of each core of the machine since the pass before, 0 to 100.',
    ['core'],
    rowsBy(
      'core',
      (s) => s.cpu.cores,
      (one) => String(one.core),
      (one) => one.usagePercent,
    ),
  ),
  counter(
    'system_cpu_seconds_total',
    'Processor seconds of the machine since boot, over all cores, by mode, from /proc/stat.',
    ['mode'],
    ({ cpu: { modeSeconds } }) => modeSeconds && cpuModes.map((mode) => [{ mode }, modeSeconds[mode]] as const),
  ),
  counter(
    'system_cpu_throttled_seconds_total',
    'Seconds the tasks of this cgroup were held back by its CPU quota; absent without a quota.',
    (s) => s.cpu.throttledSeconds,
  ),
  gauge(
    'system_cpu_frequency_hertz',
    'Mean clock of the cores now, in hertz; absent where the machine does not tell.',
    (s) => s.cpu.frequencyMhz && s.cpu.frequencyMhz * 1e6,
  ),
  gauge('system_load1', 'Load average of the machine over 1 minute, in tasks.', (s) => s.cpu.loadAverage?.[0] ?? null),
  gauge('system_load5', 'Load average of the machine over 5 minutes, in tasks.', (s) => s.cpu.loadAverage?.[1] ?? null),
  gauge(
    'system_load15',
    'Load average of the machine over 15 minutes, in tasks.',
    (s) => s.cpu.loadAverage?.[2] ?? null,
  ),
  counter(
    'system_context_switches_total',
    'Context switches of the machine since boot, from /proc/stat.',
    (s) => s.cpu.contextSwitches,
  ),
];

const memory: readonly Metric<S>[] = [
  gauge(
    'system_memory_total_bytes',
    'Memory this process may use, in bytes: of the machine, or the tightest cgroup v2 limit.',
    (s) => s.memory.totalBytes,
  ),
  gauge(
    'system_memory_used_bytes',
    'Memory held by programs, in bytes, without cache that can be dropped.',
    (s) => s.memory.usedBytes,
  ),
  gauge(
    'system_memory_usage_percent',
    'system_memory_used_bytes of system_memory_total_bytes, 0 to 100.',
    (s) => s.memory.usagePercent,
  ),
  gauge('system_memory_free_bytes', 'Memory that holds nothing, not even cache, in bytes.', (s) => s.memory.freeBytes),
  gauge(
    'system_memory_available_bytes',
    'Memory programs can still get without swapping, in bytes.',
    (s) => s.memory.availableBytes,
  ),
  gauge(
    'system_memory_buffers_bytes',
    'Buffers of block devices, in bytes; absent under a cgroup limit.',
    (s) => s.memory.buffersBytes,
  ),
  gauge('system_memory_cached_bytes', 'File cache with reclaimable slab, in bytes.', (s) => s.memory.cachedBytes),
  gauge('system_memory_host_total_bytes', 'Memory of the machine, in bytes.', (s) => s.memory.host.totalBytes),
  gauge(
    'system_memory_host_available_bytes',
    'Memory of the machine that programs can still get, in bytes.',
    (s) => s.memory.host.availableBytes,
  ),
  gauge('system_swap_total_bytes', 'Swap space, in bytes; 0 without swap.', (s) => s.memory.swap.totalBytes),
  gauge('system_swap_used_bytes', 'Swap space in use, in bytes.', (s) => s.memory.swap.usedBytes),
  gauge('system_swap_free_bytes', 'Swap space not in use, in bytes.', (s) => s.memory.swap.freeBytes),
  gauge(
    'system_swap_usage_percent',
    'Used share of the swap space, 0 to 100; absent without swap.',
    (s) => s.memory.swap.usagePercent,
  ),
];

const byResource =
  (figure: (pressure: Pressure) => number | null) =>
  (s: S): readonly Row[] =>
    pressureResources.flatMap((resource) => {
      const pressure = s.pressure[resource];
      const value = pressure && figure(pressure);
      return value === null ? [] : [[{ resource }, value] as const];
    });

const kernel: readonly Metric<S>[] = [
  gauge('system_uptime_seconds', 'Seconds since the machine booted.', (s) => s.uptimeSeconds),
  gauge('system_boot_time_seconds', 'Time of boot, in seconds since the epoch.', (s) => s.bootedAtMs / 1000),
  gauge('system_processes_running', 'Tasks of the machine that can run now.', (s) => s.processes?.running ?? null),
  gauge('system_processes_blocked', 'Tasks that wait for I/O now.', (s) => s.processes?.blocked ?? null),
  counter(
    'system_processes_started_total',
    'Tasks started on the machine since boot, from /proc/stat.',
    (s) => s.processes?.started ?? null,
  ),
  gauge('system_open_files', 'Open file descriptions of the machine.', (s) => s.openFiles?.open ?? null),
  gauge(
    'system_open_files_limit',
    'Open file descriptions the machine allows; absent where there is practically no limit.',
    (s) => s.openFiles?.limit ?? null,
  ),
  counter(
    'system_pressure_waiting_seconds_total',
    'Seconds since boot in which some task waited for the resource, from /proc/pressure.',
    ['resource'],
    byResource((pressure) => pressure.waitingSeconds),
  ),
  counter(
    'system_pressure_stalled_seconds_total',
    'Seconds since boot in which no task could go on for want of the resource, from /proc/pressure.',
    ['resource'],
    byResource((pressure) => pressure.stalledSeconds),
  ),
];

export const systemMetrics: readonly Metric<SystemSnapshot>[] = [
  ...cpu,
  ...memory,
  ...fileSystemMetrics,
  ...networkMetrics,
  ...diskMetrics,
  ...kernel,
];
