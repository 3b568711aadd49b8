import { z } from 'zod';
import { statsSchema } from '../../collect/index.js';
import { iotdbMetrics } from '../iotdb.metrics.js';
import { type IotdbSnapshot, nodeKinds, nodeStates } from '../iotdb.snapshot.js';
import { iotdbSchemaMetrics } from '../iotdb-schema.metrics.js';

/** Nodes listed at most; `iotdb_nodes` counts all of them. */
const maxNodes = 100;

const extra = {
  version: z.string().nullable().describe('Version of the DataNode that answers.'),
  response_time_ms: z.number().nullable().describe('Round trip of a trivial statement in milliseconds.'),
  storage_size_mb: z
    .number()
    .nullable()
    .describe('Bytes on disk in MiB: the total, or the data while the WAL is unknown.'),
  storage_size_gb: z.number().nullable().describe('The same in GiB.'),
  disk_used_percent: z.number().nullable().describe("Used share (0-100) of the fullest DataNode's disks."),
  load_source: z
    .enum(['server', 'client'])
    .nullable()
    .describe('Whose writes and reads are counted: all of the DataNodes, or only those that this application sends.'),
  cluster_nodes: z
    .array(
      z.object({
        id: z.int(),
        type: z.enum(nodeKinds),
        state: z.enum(nodeStates),
        version: z.string().nullable(),
      }),
    )
    .describe('Nodes of the cluster, at most 100.'),
  missing: z.array(z.string()).describe('What could not be read although IoTDB answers, and what to do.'),
};

/** Figures of the slower pass, with its own time. */
const schemaFields = statsSchema(iotdbSchemaMetrics, 'iotdb_', {}).omit({
  timestamp: true,
  age_seconds: true,
  status: true,
  message: true,
});

export const iotdbStats = statsSchema(iotdbMetrics, 'iotdb_', {
  ...extra,
  ...schemaFields.shape,
  schema_timestamp: z.iso.datetime().describe('Start of the pass that counted series and devices.'),
}).meta({ id: 'IotdbStats' });

type Extra = { [K in keyof typeof extra]: z.infer<(typeof extra)[K]> };

function rounded(value: number | null | undefined): number | null {
  return value == null ? null : Math.round(value * 100) / 100;
}

/** Snapshot to wire; all null while IoTDB is not up. */
export function iotdbExtra(snapshot: IotdbSnapshot | null): Extra {
  const data = snapshot?.dataBytes ?? null;
  const bytes = data === null ? null : data + (snapshot?.walBytes ?? 0);
  return {
    version: snapshot?.version ?? null,
    response_time_ms: rounded(snapshot?.responseMs),
    storage_size_mb: bytes === null ? null : rounded(bytes / 1024 ** 2),
    storage_size_gb: bytes === null ? null : rounded(bytes / 1024 ** 3),
    disk_used_percent: rounded(snapshot?.diskUsedPercent),
    load_source: snapshot?.load.source ?? null,
    cluster_nodes: (snapshot?.nodes ?? []).slice(0, maxNodes).map(({ id, kind, state, version }) => ({
      id,
      type: kind,
      state,
      version,
    })),
    missing: (snapshot?.gaps ?? []).map((gap) => gap.message),
  };
}
