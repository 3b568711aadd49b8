import { counter, gauge, type Metric } from '../collect/index.js';
import { rowsBy, type Figure } from './system-rows.metrics.js';
import type { Disk, FileSystem, NetworkInterface, SystemSnapshot, TrafficCounters } from './system.snapshot.js';

type S = SystemSnapshot;

const byPath = (figure: Figure<FileSystem>) =>
  rowsBy(
    'path',
    (s) => s.fileSystems,
    (one) => one.path,
    figure,
  );
const byInterface = (figure: Figure<NetworkInterface>) =>
  rowsBy(
    'interface',
    (s) => s.network.interfaces,
    (one) => one.name,
    figure,
  );
const byDevice = (figure: Figure<Disk>) =>
  rowsBy(
    'device',
    (s) => s.disks,
    (one) => one.device,
    figure,
  );

export const fileSystemMetrics: readonly Metric<S>[] = [
  gauge(
    'system_disk_total_bytes',
    'Size of the file system, in bytes.',
    ['path'],
    byPath((f) => f.totalBytes),
  ),
  gauge(
    'system_disk_used_bytes',
    'Space in use, in bytes.',
    ['path'],
    byPath((f) => f.usedBytes),
  ),
  gauge(
    'system_disk_free_bytes',
    'Space free to users without privileges, in bytes, as df calls it available.',
    ['path'],
    byPath((f) => f.freeBytes),
  ),
  gauge(
    'system_disk_usage_percent',
    'Used / (used + free) as df computes it, not rounded, 0 to 100.',
    ['path'],
    byPath((f) => f.usagePercent),
  ),
  gauge(
    'system_disk_inodes',
    'Inodes of the file system.',
    ['path'],
    byPath((f) => f.inodes?.total ?? null),
  ),
  gauge(
    'system_disk_inodes_used',
    'Inodes in use.',
    ['path'],
    byPath((f) => f.inodes?.used ?? null),
  ),
  gauge(
    'system_disk_readonly',
    '1 while the file system is mounted read-only, else 0.',
    ['path'],
    byPath((f) => (f.readOnly ? 1 : 0)),
  ),
  gauge('system_disk_answers', '1 while the file system tells its space, 0 while it hangs or fails.', ['path'], (s) => [
    ...s.fileSystems.map((f) => [{ path: f.path }, 1] as const),
    ...s.unreadableFileSystems.map((f) => [{ path: f.path }, 0] as const),
  ]),
];

/** The same counter in both directions and per interface. */
function trafficOf(figure: 'packets' | 'errors' | 'drops', what: string): readonly Metric<S>[] {
  const ways = ['sent', 'received'] as const;
  return [
    ...ways.map((way) =>
      counter<S>(
        `network_${figure}_${way}_total`,
        `${what} ${way} since the interfaces came up, summed over all interfaces but loopback.`,
        (s) => s.network[way][figure],
      ),
    ),
    ...ways.map((way) => interfaceCounter(figure, way, what)),
  ];
}

function interfaceCounter(figure: keyof TrafficCounters, way: 'sent' | 'received', what: string): Metric<S> {
  return counter(
    `network_interface_${figure}_${way}_total`,
    `${what} ${way} by each interface since it came up.`,
    ['interface'],
    byInterface((one) => one[way][figure]),
  );
}

export const networkMetrics: readonly Metric<S>[] = [
  counter(
    'network_bytes_sent_total',
    'Bytes sent since the interfaces came up, summed over all interfaces but loopback.',
    (s) => s.network.sent.bytes,
  ),
  counter(
    'network_bytes_received_total',
    'Bytes received since the interfaces came up, summed over all interfaces but loopback.',
    (s) => s.network.received.bytes,
  ),
  gauge(
    'network_bytes_sent_per_second',
    'Bytes sent per second since the pass before, over all interfaces but loopback.',
    (s) => s.network.sent.bytesPerSecond,
  ),
  gauge(
    'network_bytes_received_per_second',
    'Bytes received per second since the pass before, over all interfaces but loopback.',
    (s) => s.network.received.bytesPerSecond,
  ),
  interfaceCounter('bytes', 'sent', 'Bytes'),
  interfaceCounter('bytes', 'received', 'Bytes'),
  ...trafficOf('packets', 'Packets'),
  ...trafficOf('errors', 'Packets lost to errors while they were'),
  ...trafficOf('drops', 'Packets dropped while they were'),
];

export const diskMetrics: readonly Metric<S>[] = [
  counter(
    'system_disk_io_reads_total',
    'Read requests since boot.',
    ['device'],
    byDevice((d) => d.read.operations),
  ),
  counter(
    'system_disk_io_writes_total',
    'Write requests since boot.',
    ['device'],
    byDevice((d) => d.written.operations),
  ),
  counter(
    'system_disk_io_read_bytes_total',
    'Bytes read since boot.',
    ['device'],
    byDevice((d) => d.read.bytes),
  ),
  counter(
    'system_disk_io_written_bytes_total',
    'Bytes written since boot.',
    ['device'],
    byDevice((d) => d.written.bytes),
  ),
  counter(
    'system_disk_io_read_seconds_total',
    'Seconds that read requests took in sum since boot.',
    ['device'],
    byDevice((d) => d.read.seconds),
  ),
  counter(
    'system_disk_io_write_seconds_total',
    'Seconds that write requests took in sum since boot.',
    ['device'],
    byDevice((d) => d.written.seconds),
  ),
  counter(
    'system_disk_io_busy_seconds_total',
    'Seconds with at least one request in progress since boot.',
    ['device'],
    byDevice((d) => d.busySeconds),
  ),
  gauge(
    'system_disk_io_in_progress',
    'Requests in progress now.',
    ['device'],
    byDevice((d) => d.inProgress),
  ),
  gauge(
    'system_disk_io_busy_percent',
    'Share of time with a request in progress since the pass before, 0 to 100.',
    ['device'],
    byDevice((d) => d.busyPercent),
  ),
];
