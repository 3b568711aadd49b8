import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type IotdbTable,
  parseAnswer,
  parseCount,
  parseNodes,
  parseRegions,
  parseSize,
  parseVersion,
} from './iotdb.parse.js';

interface Recorded {
  readonly status: number;
  readonly body: string;
}

/** Answers of real servers; the 1.3.3 DataNode had joined a 2.0.1 ConfigNode. */
const recorded = Object.fromEntries(
  ['1.3.3', '2.0.1'].map((version) => [
    version,
    JSON.parse(readFileSync(join(__dirname, 'testdata', `rest-${version}.json`), 'utf8')) as Record<string, Recorded>,
  ]),
);

function bodyOf(version: string, question: string): string {
  const answer = recorded[version]?.[question];
  if (!answer) throw new Error(`nothing recorded for ${question}`);
  return answer.body;
}

function tableOf(body: string): IotdbTable {
  const answer = parseAnswer(body);
  if (answer.kind !== 'table') throw new Error(`${answer.kind} is no table`);
  return answer.table;
}

describe.each(['1.3.3', '2.0.1'])('answers of IoTDB %s', (version) => {
  it.each([
    ['ping', { kind: 'done' }],
    ['nonQuery', { kind: 'done' }],
    ['torn request', { kind: 'foreign' }],
    ['wrong password', { kind: 'refused', code: 801, message: 'WRONG_LOGIN_PASSWORD' }],
    ['colon', { kind: 'refused', code: 303, message: 'Illegal format of authorization header.' }],
    ['row limit', { kind: 'refused', code: 708, message: 'Dataset row size exceeded the given max row size (2)' }],
    ['insert old type', { kind: 'refused', code: 606, message: 'unsupported data type: class java.lang.Double' }],
    [
      'no permission',
      { kind: 'refused', code: 803, message: 'No permissions for this operation, please add privilege MAINTAIN' },
    ],
  ])('tells apart what %s means', (question, expected) => {
    expect(parseAnswer(bodyOf(version, question))).toEqual(expected);
  });

  it('takes a refused statement for a refusal although HTTP says 200', () => {
    for (const question of ['SELEC', 'SHOW DISK_USAGE FROM root.**', 'row limit', 'no permission']) {
      expect(recorded[version]?.[question]?.status).toBe(200);
      expect(parseAnswer(bodyOf(version, question)).kind).toBe('refused');
    }
  });

  it('names the columns of SHOW and of SELECT', () => {
    expect(tableOf(bodyOf(version, 'SHOW VERSION')).columns).toEqual(['Version', 'BuildInfo']);
    expect(tableOf(bodyOf(version, 'SELECT count(t) FROM root.plant.d1'))).toEqual({
      columns: ['count(root.plant.d1.t)'],
      values: [[2000]],
    });
    expect(tableOf(bodyOf(version, 'SELECT * FROM root.nothing.x')).values).toEqual([]);
  });

  it('reads counts', () => {
    expect(parseCount(tableOf(bodyOf(version, 'COUNT DATABASES root.**')))).toBe(2);
    expect(parseCount(tableOf(bodyOf(version, 'COUNT DATABASES root.__*')))).toBe(0);
    expect(parseCount(tableOf(bodyOf(version, 'COUNT TIMESERIES root.**')))).toBe(3);
    expect(parseCount(tableOf(bodyOf(version, 'COUNT DEVICES root.**')))).toBe(2);
  });

  it('reads the version and the nodes with their state', () => {
    const full = version === '2.0.1' ? '2.0.1-beta' : version;
    expect(parseVersion(tableOf(bodyOf(version, 'SHOW VERSION')))).toBe(full);
    expect(parseNodes(tableOf(bodyOf(version, 'SHOW CLUSTER')))).toEqual([
      { id: 0, kind: 'config', state: 'running', version: '2.0.1-beta' },
      { id: 1, kind: 'data', state: 'running', version: full },
    ]);
  });

  it('reads regions, and their size where this version tells it', () => {
    expect(parseRegions(tableOf(bodyOf(version, 'SHOW REGIONS')))).toEqual({
      groups: [
        { kind: 'schema', state: 'running', count: 2 },
        { kind: 'data', state: 'running', count: 2 },
      ],
      dataBytes: version === '2.0.1' ? 1_710 + 325 : null,
    });
  });
});

describe('parseAnswer', () => {
  it.each(['', 'null', '[]', '"ok"', '{}', '{"code":"200"}', '{"values":[1]}', '{"values":[[1]', '<html></html>'])(
    'takes %j for foreign',
    (body) => {
      expect(parseAnswer(body)).toEqual({ kind: 'foreign' });
    },
  );
});

describe('parseCount', () => {
  it.each([
    ['no rows, which is how IoTDB says that nothing matched', [], 0],
    ['a number', [[7]], 7],
    ['a null', [[null]], null],
    ['a text', [['7']], null],
    ['an empty column', [[]], null],
    ['a number that JavaScript cannot hold', [[2 ** 60]], null],
  ])('reads %s', (_what, values, expected) => {
    expect(parseCount({ columns: ['count'], values })).toBe(expected);
  });
});

describe('parseNodes', () => {
  it('maps every state, with or without a reason in brackets', () => {
    const nodes = parseNodes({
      columns: ['NodeID', 'NodeType', 'Status'],
      values: [
        [1, 2, 3, 4, 5],
        ['DataNode', 'DataNode', 'AINode', 'ConfigNode', 'DataNode'],
        ['ReadOnly(DiskFull)', 'Unknown', 'Running', 'Removing', 'Dancing'],
      ],
    });
    expect(nodes.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'data read_only',
      'data unknown',
      'other running',
      'config removing',
      'data other',
    ]);
  });
});

describe('parseSize', () => {
  it.each([
    ['0 B', 0],
    ['512 B', 512],
    ['8.27 KB', 8_270],
    ['1.71 KB', 1_710],
    ['8.51 MB', 8_510_000],
    ['1.50 GB', 1_500_000_000],
    ['2.00 TB', 2_000_000_000_000],
    ['Unknown', null],
    ['', null],
    ['8,27 KB', null],
    ['8.27 KiB', null],
    ['-1 B', null],
    [null, null],
    [8_270, null],
  ])('reads %j in decimal units', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });
});

describe('parseRegions', () => {
  const columns = ['Type', 'Status', 'Database', 'Role', 'TsFileSize'];

  it('counts replicas, adds up the size of leaders only, and leaves internal databases out of the count', () => {
    const values = [
      ['DataRegion', 'DataRegion', 'DataRegion', 'SchemaRegion'],
      ['Running', 'Unknown', 'Running', 'Running'],
      ['root.a', 'root.a', 'root.__system', 'root.a'],
      ['Leader', 'Follower', 'Leader', 'Leader'],
      ['2.00 KB', '2.00 KB', '100 B', ''],
    ];
    expect(parseRegions({ columns, values })).toEqual({
      groups: [
        { kind: 'data', state: 'running', count: 1 },
        { kind: 'data', state: 'unknown', count: 1 },
        { kind: 'schema', state: 'running', count: 1 },
      ],
      dataBytes: 2_100,
    });
  });

  it('knows no size as long as one leader does not tell its own', () => {
    const values = [
      ['DataRegion', 'DataRegion'],
      ['Running', 'Running'],
      ['root.a', 'root.b'],
      ['Leader', 'Leader'],
      ['2.00 KB', 'Unknown'],
    ];
    expect(parseRegions({ columns, values }).dataBytes).toBeNull();
  });

  it('reads zero bytes from a server without regions', () => {
    expect(parseRegions({ columns, values: [] })).toEqual({ groups: [], dataBytes: 0 });
  });
});
