import { samplesOf } from '../collect/index.js';
import { systemMetrics } from './system.metrics.js';
import type { SystemSnapshot, Traffic } from './system.snapshot.js';

const traffic = (bytes: number): Traffic => ({ bytes, packets: 1, errors: 2, drops: 3, bytesPerSecond: null });
const root = {
  path: '/',
  device: '/dev/sda1',
  type: 'ext4',
  readOnly: false,
  totalBytes: 536870912000,
  usedBytes: 268435456000,
  freeBytes: 268435456000,
  usagePercent: 50,
  inodes: null,
};
const snapshot: SystemSnapshot = {
  hostname: 'host',
  platform: 'Linux',
  runtimeVersion: '20.0.0',
  uptimeSeconds: 60,
  bootedAtMs: 1_000_500,
  inventory: null,
  cpu: {
    usagePercent: 45.2,
    usagePercentAvg5Min: null,
    usagePercentAvg15Min: 50.1,
    observedSeconds: 900,
    coreCount: 8,
    limitedBy: 'host',
    host: { usagePercent: 45.2, coreCount: 8 },
    throttledSeconds: null,
    cores: [
      { core: 0, usagePercent: 10 },
      { core: 1, usagePercent: null },
    ],
    modeSeconds: { user: 1, nice: 2, system: 3, idle: 4, iowait: 5, irq: 6, softirq: 7, steal: 8 },
    loadAverage: [2.5, 2.3, 2.1],
    frequencyMhz: 2400.5,
    contextSwitches: 9,
  },
  memory: {
    totalBytes: 17179869184,
    usedBytes: 8589934592,
    freeBytes: 1,
    availableBytes: 8589934592,
    usagePercent: 50,
    buffersBytes: null,
    cachedBytes: 2,
    limitedBy: 'cgroup',
    host: { totalBytes: 3, availableBytes: 4 },
    swap: { totalBytes: 0, usedBytes: 0, freeBytes: 0, usagePercent: null },
  },
  fileSystems: [root],
  unreadableFileSystems: [{ path: '/mnt/nas', type: 'nfs4', reason: 'timeout' }],
  network: {
    sent: traffic(1073741824),
    received: traffic(2147483648),
    interfaces: [{ name: 'eth0', sent: traffic(5), received: traffic(6) }],
  },
  disks: [],
  processes: { running: 1, blocked: 0, started: 100 },
  openFiles: { open: 500, limit: null },
  pressure: { cpu: { waitingSeconds: 1.5, stalledSeconds: null, waitingPercent: [0, 0, 0] }, memory: null, io: null },
};

const lines = samplesOf(systemMetrics, snapshot).samples.map((sample) => {
  const labels = Object.entries(sample.labels).map(([name, value]) => `${name}="${value}"`);
  return `${sample.name}${labels.length > 0 ? `{${labels.join(',')}}` : ''} ${sample.value}`;
});

describe('systemMetrics', () => {
  it.each([
    ['system_cpu_usage_percent', 'gauge', []],
    ['system_cpu_count', 'gauge', []],
    ['system_memory_total_bytes', 'gauge', []],
    ['system_memory_used_bytes', 'gauge', []],
    ['system_memory_usage_percent', 'gauge', []],
    ['system_disk_total_bytes', 'gauge', ['path']],
    ['system_disk_used_bytes', 'gauge', ['path']],
    ['system_disk_usage_percent', 'gauge', ['path']],
    ['network_bytes_sent_total', 'counter', []],
    ['network_bytes_received_total', 'counter', []],
  ])('declares %s of the contract as a %s with its labels', (name, type, labelNames) => {
    expect(systemMetrics.find((metric) => metric.name === name)).toMatchObject({ type, labelNames });
  });

  it.each([
    'system_cpu_usage_percent 45.2',
    'system_cpu_count 8',
    'system_cpu_usage_avg15_percent 50.1',
    'system_cpu_core_usage_percent{core="0"} 10',
    'system_cpu_seconds_total{mode="iowait"} 5',
    'system_cpu_frequency_hertz 2400500000',
    'system_load5 2.3',
    'system_memory_total_bytes 17179869184',
    'system_memory_used_bytes 8589934592',
    'system_memory_host_total_bytes 3',
    'system_swap_total_bytes 0',
    'system_disk_total_bytes{path="/"} 536870912000',
    'system_disk_usage_percent{path="/"} 50',
    'system_disk_answers{path="/"} 1',
    'system_disk_answers{path="/mnt/nas"} 0',
    'network_bytes_sent_total 1073741824',
    'network_bytes_received_total 2147483648',
    'network_interface_bytes_received_total{interface="eth0"} 6',
    'network_interface_drops_sent_total{interface="eth0"} 3',
    'network_errors_received_total 2',
    'system_boot_time_seconds 1000.5',
    'system_pressure_waiting_seconds_total{resource="cpu"} 1.5',
  ])('yields %s', (line) => {
    expect(lines).toContain(line);
  });

  it.each([
    'system_cpu_usage_avg5_percent',
    'system_cpu_core_usage_percent{core="1"}',
    'system_cpu_throttled_seconds_total',
    'system_swap_usage_percent',
    'system_memory_buffers_bytes',
    'network_bytes_sent_per_second',
    'system_disk_inodes{path="/"}',
    'system_open_files_limit',
    'system_pressure_stalled_seconds_total{resource="cpu"}',
    'system_pressure_waiting_seconds_total{resource="io"}',
  ])('leaves %s out while its source is silent', (name) => {
    expect(lines.filter((line) => line.startsWith(`${name} `))).toEqual([]);
  });
});
