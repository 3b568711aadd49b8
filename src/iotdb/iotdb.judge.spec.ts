import { judgeIotdb } from './iotdb.judge.js';
import type { IotdbNode, IotdbSnapshot } from './iotdb.snapshot.js';

const limits = { responseMsMax: 1_000, diskPercentMax: 90 };
const node = (id: number, kind: IotdbNode['kind'], state: IotdbNode['state']): IotdbNode => ({
  id,
  kind,
  state,
  version: '1.3.3',
});
const healthy: IotdbSnapshot = {
  version: '1.3.3',
  responseMs: 12.345,
  nodes: [node(0, 'config', 'running'), node(1, 'data', 'running')],
  databases: 2,
  regions: [],
  dataBytes: 1,
  walBytes: 1,
  engine: null,
  diskUsedPercent: 42,
  load: { source: 'server', pointsWritten: null, writes: null, reads: null, writeRate: null, readRate: null },
  gaps: [],
};
const judge = (change: Partial<IotdbSnapshot>) => judgeIotdb({ ...healthy, ...change }, limits)[0];

describe('judgeIotdb', () => {
  it('finds nothing wrong with a healthy cluster', () => {
    expect(judge({})).toEqual({
      name: 'iotdb',
      verdict: 'ok',
      message: 'Connected to IoTDB 1.3.3',
      figures: { response_time_ms: 12.35, nodes: 2, nodes_running: 2, disk_used_percent: 42 },
      limit: { figure: 'response_time_ms', operator: '>=', value: 1_000 },
      loadPercent: 42,
    });
  });

  it.each<[string, Partial<IotdbSnapshot>, RegExp]>([
    ['a node that the cluster does not reach', { nodes: [node(3, 'data', 'unknown')] }, /^DataNode 3 does not answer/],
    ['a read-only node', { nodes: [node(2, 'data', 'read_only')] }, /^DataNode 2 is read-only: its disk is full/],
    ['a ConfigNode on its way out', { nodes: [node(0, 'config', 'removing')] }, /^ConfigNode 0 is being removed$/],
    ['a state of a later version', { nodes: [node(0, 'data', 'other')] }, /in a state unknown to us/],
    ['a full disk', { diskUsedPercent: 90 }, /^The disk of a DataNode is 90 % full$/],
    ['a slow answer', { responseMs: 1_000 }, /^IoTDB needed 1000 ms for a trivial statement$/],
    ['a part that cannot be read', { gaps: [{ part: 'reporters', message: 'It is gone.' }] }, /^It is gone$/],
  ])('calls IoTDB degraded for %s and says so', (_what, change, message) => {
    expect(judge(change)).toMatchObject({ verdict: 'degraded', message: expect.stringMatching(message) as string });
  });

  it('says each trouble once, however many nodes have it, and lists five of them', () => {
    const nodes = [1, 2, 3, 4, 5, 6, 7].map((id) => node(id, 'data', 'unknown'));
    const gaps = [
      { part: 'nodes', message: 'No ConfigNode.' },
      { part: 'regions', message: 'No ConfigNode.' },
    ] as const;
    expect(judge({ nodes, gaps })?.message).toBe(
      'DataNode 1, 2, 3, 4, 5 and 2 more does not answer the cluster (Unknown); No ConfigNode',
    );
  });

  it('names the limit that was crossed', () => {
    expect(judge({ diskUsedPercent: 95.5 })?.limit).toEqual({ figure: 'disk_used_percent', operator: '>=', value: 90 });
    expect(judge({ nodes: [node(1, 'data', 'unknown')] })?.limit).toBeNull();
  });

  it('shows no figure that is not known', () => {
    const check = judge({ nodes: null, diskUsedPercent: null, version: null });
    expect(check).toMatchObject({ message: 'Connected to IoTDB', loadPercent: null });
    expect(check?.figures).toEqual({ response_time_ms: 12.35 });
  });
});
