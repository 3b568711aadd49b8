import { isoTime } from '../../core/index.js';
import { shown } from '../system.rates.js';
import type { Disk, FileSystem, NetworkInterface, SystemMemory, SystemSnapshot, Traffic } from '../system.snapshot.js';
import type { SystemStats } from './system-stats.dto.js';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** A duration as Python prints a timedelta, which is the form of S0: "5 days, 6:04:00", "1 day, 0:00:09", "6:04:00". */
export function durationText(seconds: number): string {
  const total = Math.floor(seconds);
  const days = Math.floor(total / 86_400);
  const two = (n: number): string => String(n % 60).padStart(2, '0');
  const clock = `${Math.floor((total % 86_400) / 3600)}:${two(Math.floor(total / 60))}:${two(total)}`;
  return days === 0 ? clock : `${days} day${days === 1 ? '' : 's'}, ${clock}`;
}

const shownOrNull = (value: number | null): number | null => (value === null ? null : shown(value));

function spaceView(one: FileSystem) {
  return {
    total_gb: Math.floor(one.totalBytes / gibibyte),
    used_gb: Math.floor(one.usedBytes / gibibyte),
    free_gb: Math.floor(one.freeBytes / gibibyte),
    percent_used: shown(one.usagePercent),
    total_bytes: one.totalBytes,
    used_bytes: one.usedBytes,
    free_bytes: one.freeBytes,
    capacity_percent: Math.ceil(one.usagePercent),
  };
}

function fileSystemView(one: FileSystem) {
  return {
    path: one.path,
    device: one.device,
    type: one.type,
    read_only: one.readOnly,
    ...spaceView(one),
    inodes_total: one.inodes?.total ?? null,
    inodes_used: one.inodes?.used ?? null,
  };
}

function directionView({ bytesPerSecond, ...counters }: Traffic) {
  return { ...counters, bytes_per_sec: bytesPerSecond };
}

function interfaceView(one: NetworkInterface) {
  return { name: one.name, received: directionView(one.received), sent: directionView(one.sent) };
}

function diskView(disk: Disk) {
  const transfer = ({ operationsPerSecond, bytesPerSecond, ...counters }: Disk['read']) => ({
    ...counters,
    operations_per_sec: operationsPerSecond,
    bytes_per_sec: bytesPerSecond,
  });
  return {
    device: disk.device,
    read: transfer(disk.read),
    written: transfer(disk.written),
    in_progress: disk.inProgress,
    busy_percent: shownOrNull(disk.busyPercent),
  };
}

function memoryView(memory: SystemMemory) {
  return {
    total_mb: Math.floor(memory.totalBytes / mebibyte),
    used_mb: Math.floor(memory.usedBytes / mebibyte),
    free_mb: Math.floor(memory.freeBytes / mebibyte),
    available_mb: Math.floor(memory.availableBytes / mebibyte),
    percent_used: shown(memory.usagePercent),
    total_bytes: memory.totalBytes,
    used_bytes: memory.usedBytes,
    free_bytes: memory.freeBytes,
    available_bytes: memory.availableBytes,
    cached_bytes: memory.cachedBytes,
    limited_by: memory.limitedBy,
    host_total_bytes: memory.host.totalBytes,
    host_available_bytes: memory.host.availableBytes,
  };
}

function hostView(s: SystemSnapshot) {
  return {
    uptime: durationText(s.uptimeSeconds),
    uptime_seconds: Math.floor(s.uptimeSeconds),
    boot_time: isoTime(s.bootedAtMs),
    python_version: s.runtimeVersion,
    runtime_version: s.runtimeVersion,
    hostname: s.hostname,
    platform: s.platform,
    operating_system: s.inventory?.operatingSystem ?? null,
    cpu_model: s.inventory?.cpuModel ?? null,
    virtualization: s.inventory?.virtualization ?? null,
  };
}

function cpuView({ cpu }: SystemSnapshot) {
  return {
    usage_percent: shownOrNull(cpu.usagePercent),
    count: cpu.coreCount,
    load_average: cpu.loadAverage && [...cpu.loadAverage],
    avg_5min_percent: shownOrNull(cpu.usagePercentAvg5Min),
    avg_15min_percent: shownOrNull(cpu.usagePercentAvg15Min),
    observed_seconds: Math.round(cpu.observedSeconds),
    limited_by: cpu.limitedBy,
    host_count: cpu.host.coreCount,
    host_usage_percent: shownOrNull(cpu.host.usagePercent),
    frequency_mhz: cpu.frequencyMhz,
    cores: cpu.cores.map((one) => ({ core: one.core, usage_percent: shownOrNull(one.usagePercent) })),
  };
}

function networkView({ network: { sent, received } }: SystemSnapshot) {
  return {
    bytes_sent: sent.bytes,
    bytes_recv: received.bytes,
    packets_sent: sent.packets,
    packets_recv: received.packets,
    bytes_sent_per_sec: sent.bytesPerSecond,
    bytes_recv_per_sec: received.bytesPerSecond,
    errors_out: sent.errors,
    errors_in: received.errors,
    drops_out: sent.drops,
    drops_in: received.drops,
  };
}

/** Root where there is one; a Windows machine has drives, of which the first stands for it. */
function rootOf(s: SystemSnapshot): FileSystem | undefined {
  const rootIsSilent = s.unreadableFileSystems.some((one) => one.path === '/');
  return s.fileSystems.find((one) => one.path === '/') ?? (rootIsSilent ? undefined : s.fileSystems[0]);
}

/** @param atMs start of the pass that read the snapshot */
export function systemStatsView(s: SystemSnapshot, atMs: number, nowMs: number): SystemStats {
  const root = rootOf(s);
  const { swap } = s.memory;
  return {
    timestamp: isoTime(atMs),
    age_seconds: Math.max(0, Math.round((nowMs - atMs) / 100) / 10),
    status: 'up',
    system: hostView(s),
    cpu: cpuView(s),
    memory: memoryView(s.memory),
    swap: {
      total_bytes: swap.totalBytes,
      used_bytes: swap.usedBytes,
      free_bytes: swap.freeBytes,
      percent_used: shownOrNull(swap.usagePercent),
    },
    disk: root ? spaceView(root) : null,
    network: networkView(s),
    file_systems: s.fileSystems.map(fileSystemView),
    unreadable_file_systems: s.unreadableFileSystems.map((one) => ({ ...one })),
    interfaces: s.network.interfaces.map(interfaceView),
    disks: s.disks.map(diskView),
  };
}
