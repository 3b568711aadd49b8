import type { Check, Limit } from '../collect/index.js';
import type { IotdbNode, IotdbSnapshot, NodeState } from './iotdb.snapshot.js';

/** Limits of the judgement; see the variables of the same name in iotdb.config.ts. */
export interface IotdbLimits {
  readonly responseMsMax: number;
  readonly diskPercentMax: number;
}

/** Something that is wrong, with the limit it crossed if it is a comparison. */
interface Fault {
  readonly message: string;
  readonly limit: Limit | null;
}

const kindNames = { config: 'ConfigNode', data: 'DataNode', other: 'node' } as const;
const stateTexts: Readonly<Record<Exclude<NodeState, 'running'>, string>> = {
  unknown: 'does not answer the cluster (Unknown)',
  removing: 'is being removed',
  read_only: 'is read-only: its disk is full or someone set it so',
  other: 'is in a state unknown to us',
};

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The same trouble of several nodes is one sentence, however large the cluster. */
function nodeFaults(nodes: readonly IotdbNode[]): string[] {
  const groups = new Map<string, number[]>();
  for (const { id, kind, state } of nodes) {
    if (state === 'running') continue;
    const text = `${kindNames[kind]} # ${stateTexts[state]}`;
    const ids = groups.get(text);
    if (ids) ids.push(id);
    else groups.set(text, [id]);
  }
  return [...groups].map(([text, ids]) => {
    const more = ids.length > 5 ? ` and ${ids.length - 5} more` : '';
    return text.replace('#', `${ids.slice(0, 5).join(', ')}${more}`);
  });
}

function over(figure: string, value: number | null, bound: number, message: (value: number) => string): Fault[] {
  if (value === null || value < bound) return [];
  return [{ message: message(value), limit: { figure, operator: '>=', value: bound } }];
}

/** The one check of IoTDB. A server that answers is at worst degraded; one that does not is a failed run, and down. */
export function judgeIotdb(snapshot: IotdbSnapshot, limits: IotdbLimits): readonly Check[] {
  const { nodes, gaps, version } = snapshot;
  const responseMs = rounded(snapshot.responseMs);
  const diskPercent = snapshot.diskUsedPercent === null ? null : rounded(snapshot.diskUsedPercent);
  const faults: readonly Fault[] = [
    ...nodeFaults(nodes ?? []).map((message) => ({ message, limit: null })),
    ...over('disk_used_percent', diskPercent, limits.diskPercentMax, (v) => `The disk of a DataNode is ${v} % full`),
    ...over(
      'response_time_ms',
      responseMs,
      limits.responseMsMax,
      (v) => `IoTDB needed ${v} ms for a trivial statement`,
    ),
    ...[...new Set(gaps.map((gap) => gap.message.replace(/\.$/, '')))].map((message) => ({ message, limit: null })),
  ];
  const running = nodes?.filter((node) => node.state === 'running').length;
  return [
    {
      name: 'iotdb',
      verdict: faults.length > 0 ? 'degraded' : 'ok',
      message:
        faults.length > 0
          ? faults.map((fault) => fault.message).join('; ')
          : `Connected to IoTDB${version === null ? '' : ` ${version}`}`,
      figures: {
        response_time_ms: responseMs,
        ...(nodes && running !== undefined ? { nodes: nodes.length, nodes_running: running } : {}),
        ...(diskPercent === null ? {} : { disk_used_percent: diskPercent }),
      },
      limit:
        faults.length > 0
          ? (faults.find((fault) => fault.limit !== null)?.limit ?? null)
          : { figure: 'response_time_ms', operator: '>=', value: limits.responseMsMax },
      loadPercent: diskPercent,
    },
  ];
}
