import { internalPrefix, type IotdbNode, type NodeKind, type NodeState, type RegionGroup } from './iotdb.snapshot.js';

/** A result of `/rest/v2/query`. Column-oriented: `columns[i]` names `values[i]`. An empty result has no columns of values. */
export interface IotdbTable {
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** What a body says, whatever the HTTP status: IoTDB answers 200 to statements that it could not run. */
export type IotdbAnswer =
  | { readonly kind: 'table'; readonly table: IotdbTable }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: number; readonly message: string }
  | { readonly kind: 'foreign' };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function texts(value: unknown): readonly string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}

/** Reads a body. SHOW and COUNT name their columns in `column_names`, SELECT in `expressions`; a success has code 200. */
export function parseAnswer(body: string): IotdbAnswer {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { kind: 'foreign' };
  }
  if (!isRecord(json)) return { kind: 'foreign' };
  if (Array.isArray(json.values) && json.values.every((column) => Array.isArray(column))) {
    const columns = texts(json.column_names) ?? texts(json.expressions) ?? [];
    return { kind: 'table', table: { columns, values: json.values } };
  }
  if (typeof json.code !== 'number') return { kind: 'foreign' };
  if (json.code === 200) return { kind: 'done' };
  return { kind: 'refused', code: json.code, message: typeof json.message === 'string' ? json.message : '' };
}

function column(table: IotdbTable, name: string): readonly unknown[] | null {
  const index = table.columns.indexOf(name);
  return index < 0 ? null : (table.values[index] ?? []);
}

function textAt(values: readonly unknown[] | null, index: number): string | null {
  const value = values?.[index];
  return typeof value === 'string' && value !== '' ? value.slice(0, 64) : null;
}

/** Version of the DataNode from SHOW VERSION; null when there is none. */
export function parseVersion(table: IotdbTable): string | null {
  return textAt(column(table, 'Version'), 0);
}

/** The one number of a COUNT statement. IoTDB answers a count that matches nothing with no rows at all. */
export function parseCount(table: IotdbTable): number | null {
  if (table.values.length === 0) return 0;
  const value = table.values[0]?.[0];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Older versions add the reason in brackets: `ReadOnly(DiskFull)`. */
function stateOf(text: unknown): NodeState {
  const word = typeof text === 'string' ? text.replace(/\(.*$/, '') : '';
  if (word === 'Running') return 'running';
  if (word === 'Unknown') return 'unknown';
  if (word === 'Removing') return 'removing';
  return word === 'ReadOnly' ? 'read_only' : 'other';
}

function nodeKindOf(text: unknown): NodeKind {
  if (text === 'ConfigNode') return 'config';
  if (text === 'DataNode') return 'data';
  return 'other';
}

/** Rows of SHOW CLUSTER. */
export function parseNodes(table: IotdbTable): readonly IotdbNode[] {
  const ids = column(table, 'NodeID') ?? [];
  const kinds = column(table, 'NodeType');
  const states = column(table, 'Status');
  const versions = column(table, 'Version');
  return ids.map((id, row) => ({
    id: typeof id === 'number' ? id : -1,
    kind: nodeKindOf(kinds?.[row]),
    state: stateOf(states?.[row]),
    version: textAt(versions, row),
  }));
}

const unitBytes: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15, EB: 1e18 };

/**
 * Bytes of a size as IoTDB writes it: `512 B`, `8.27 KB`. Units are decimal (humanReadableByteCountSI) and the text
 * has two digits after the point, so the figure is exact to half a percent. Null for `Unknown` and anything else.
 */
export function parseSize(text: unknown): number | null {
  const match = typeof text === 'string' ? /^(\d{1,15}(?:\.\d{1,3})?) ([KMGTPE]?B)$/.exec(text) : null;
  const unit = unitBytes[match?.[2] ?? ''];
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : null;
}

export interface Regions {
  readonly groups: readonly RegionGroup[];
  /** TsFile bytes of all data regions, each counted once; null when IoTDB does not (1.3) or not yet tell. */
  readonly dataBytes: number | null;
}

/** SHOW REGIONS: one row per replica. Those of internal databases are left out of the count, not of the size. */
export function parseRegions(table: IotdbTable): Regions {
  const kinds = column(table, 'Type') ?? [];
  const states = column(table, 'Status');
  const databases = column(table, 'Database');
  const roles = column(table, 'Role');
  const sizes = column(table, 'TsFileSize');
  const counts = new Map<string, RegionGroup>();
  let dataBytes: number | null = sizes === null && kinds.length > 0 ? null : 0;
  kinds.forEach((type, row) => {
    const isData = type === 'DataRegion';
    if (isData && roles?.[row] === 'Leader') {
      const size = parseSize(sizes?.[row]);
      dataBytes = size === null || dataBytes === null ? null : dataBytes + size;
    }
    if (String(databases?.[row]).startsWith(internalPrefix)) return;
    const kind = isData ? 'data' : 'schema';
    const state = stateOf(states?.[row]);
    const key = `${kind} ${state}`;
    counts.set(key, { kind, state, count: (counts.get(key)?.count ?? 0) + 1 });
  });
  return { groups: [...counts.values()], dataBytes };
}
