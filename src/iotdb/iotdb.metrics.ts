import { counter, gauge, histogram, type Metric, type Row, status } from '../collect/index.js';
import { type EngineFigures, type IotdbSnapshot, nodeKinds, nodeStates, regionKinds } from './iotdb.snapshot.js';

function engineGauge(
  name: string,
  help: string,
  figure: (engine: EngineFigures) => number | null,
): Metric<IotdbSnapshot> {
  return gauge(name, `${help}, sum of all DataNodes (Prometheus reporter).`, (s) => s.engine && figure(s.engine));
}

/** Only the parts that are known; the total only when all of them are. IoTDB keeps no index apart from its data. */
function storageRows({ dataBytes, walBytes }: IotdbSnapshot): Row[] {
  const rows: Row[] = [];
  if (dataBytes !== null && walBytes !== null) rows.push([{ type: 'total' }, dataBytes + walBytes]);
  if (dataBytes !== null) rows.push([{ type: 'data' }, dataBytes]);
  if (walBytes !== null) rows.push([{ type: 'wal' }, walBytes]);
  return rows;
}

function nodeRows({ nodes }: IotdbSnapshot): Row[] | null {
  if (!nodes) return null;
  return nodeKinds.flatMap((kind) =>
    nodeStates.map((state): Row => [
      { type: kind, state },
      nodes.filter((node) => node.kind === kind && node.state === state).length,
    ]),
  );
}

function regionRows({ regions }: IotdbSnapshot): Row[] | null {
  if (!regions) return null;
  return regionKinds.flatMap((kind) =>
    nodeStates.map((state): Row => [
      { type: kind, state },
      regions.find((group) => group.kind === kind && group.state === state)?.count ?? 0,
    ]),
  );
}

const serverOrClient =
  'since the start of the DataNodes (Prometheus reporter), or without IOTDB_METRICS_URL of this instance';

export const iotdbMetrics: readonly Metric<IotdbSnapshot>[] = [
  status('iotdb_status', '1 while the DataNode behind IOTDB_URL serves statements (/ping, SHOW VERSION), 0 while not.'),
  gauge(
    'iotdb_storage_groups_total',
    'Databases of the tree model without those of IoTDB itself (COUNT DATABASES).',
    (s) => s.databases,
  ),
  gauge(
    'iotdb_storage_size_bytes',
    'Bytes of TsFiles (data), of closed write-ahead log files (wal; IoTDB does not tell the open one) and their sum (total); types that IoTDB does not tell are absent, and it keeps no index apart.',
    ['type'],
    storageRows,
  ),
  counter(
    'iotdb_data_points_total',
    `Data points written ${serverOrClient}; IoTDB counts rows times columns.`,
    (s) => s.load.pointsWritten,
  ),
  gauge(
    'iotdb_write_rate_per_second',
    'Data points written per second between the last two passes, from iotdb_data_points_total.',
    (s) => s.load.writeRate,
  ),
  gauge(
    'iotdb_read_rate_per_second',
    'Queries per second between the last two passes, from the count of iotdb_read_latency_seconds.',
    (s) => s.load.readRate,
  ),
  histogram(
    'iotdb_write_latency_seconds',
    `Time of inserts ${serverOrClient}, in seconds; a DataNode keeps sum and count but no buckets, so +Inf is the only one.`,
    (s) => s.load.writes,
  ),
  histogram(
    'iotdb_read_latency_seconds',
    `Time of data queries ${serverOrClient} of all its statements, in seconds; a DataNode keeps no buckets, so +Inf is the only one.`,
    (s) => s.load.reads,
  ),
  gauge(
    'iotdb_response_seconds',
    'Round trip of SHOW VERSION over REST in the last pass, in seconds.',
    (s) => s.responseMs / 1000,
  ),
  gauge('iotdb_nodes', 'Nodes of the cluster by type and state (SHOW CLUSTER).', ['type', 'state'], nodeRows),
  gauge(
    'iotdb_regions',
    'Region replicas of user databases by type and state (SHOW REGIONS).',
    ['type', 'state'],
    regionRows,
  ),
  engineGauge('iotdb_tsfiles', 'TsFiles on disk', (e) => e.tsFiles),
  engineGauge('iotdb_open_files', 'Open file descriptors', (e) => e.openFiles),
  engineGauge('iotdb_client_connections', 'Client sessions on the Thrift service', (e) => e.clientConnections),
  engineGauge('iotdb_heap_used_bytes', 'Java heap in use in bytes', (e) => e.heapUsedBytes),
  engineGauge('iotdb_heap_max_bytes', 'Largest Java heap in bytes', (e) => e.heapMaxBytes),
  engineGauge('iotdb_disk_size_bytes', 'Size of the disks that hold data in bytes', (e) => e.diskTotalBytes),
  engineGauge('iotdb_disk_available_bytes', 'Free bytes on the disks that hold data', (e) => e.diskAvailableBytes),
  counter(
    'iotdb_gc_pause_seconds_total',
    'Time that garbage collection stopped the DataNodes since their start, in seconds (Prometheus reporter).',
    (s) => s.engine && s.engine.gcSeconds,
  ),
];
