import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addEngines, diskUsedPercent, readEngine } from './iotdb.engine.js';

const recorded = (version: string): string =>
  readFileSync(join(__dirname, 'testdata', `reporter-${version}.txt`), 'utf8');

/** One tablet and one INSERT were written, some SHOW and COUNT were run, and some data was queried. */
describe('readEngine', () => {
  it('reads the reporter of 1.3.3', () => {
    expect(readEngine(recorded('1.3.3'))).toEqual({
      pointsWritten: 7,
      writes: { buckets: [], sum: expect.closeTo(0.712991883 + 0.279478872, 9), count: 2 },
      reads: { buckets: [], sum: expect.closeTo(0.238761246, 9), count: 5 },
      dataBytes: 252 + 364,
      walBytes: 0,
      tsFiles: 2,
      openFiles: 221,
      clientConnections: 0,
      heapUsedBytes: 94_836_624 + 25_607_376,
      heapMaxBytes: 143_130_624 + 17_891_328 + 357_957_632,
      gcSeconds: expect.closeTo(0.081, 9),
      diskTotalBytes: 270_553_174_016,
      diskAvailableBytes: 83_851_489_280,
    });
  });

  it('reads the reporter of 2.0.1, whose labels hold whole statements', () => {
    expect(readEngine(recorded('2.0.1'))).toMatchObject({
      pointsWritten: 7,
      writes: { count: 2, sum: expect.closeTo(0.712853893 + 0.2621276, 9) as number },
      reads: { count: 1, sum: expect.closeTo(0.19612825, 9) as number },
      dataBytes: 346 + 457,
      walBytes: 0,
    });
  });

  it('leaves the databases of IoTDB itself out of the points', () => {
    const line = (database: string): string => `leader_quantity_total{name="points_in",database="${database}",} 5\n`;
    expect(readEngine(line('root.a') + line('root.__system') + line('root.__audit')).pointsWritten).toBe(5);
  });

  it.each([
    ['leaders before replicas', 'leader_quantity_total{name="points_in"} 3\nquantity_total{name="points_in"} 9\n', 3],
    ['replicas where leaders are not counted apart', 'quantity_total{name="pointsIn"} 9\n', 9],
    ['no derived rates', 'quantity_total{name="pointsIn"} 9\nquantity_total{name="pointsIn",rate="m1"} 4\n', 9],
    ['no other quantities', 'quantity_total{name="flushed"} 9\n', null],
  ])('counts %s', (_what, text, points) => {
    expect(readEngine(text).pointsWritten).toBe(points);
  });

  it.each([
    ['insertTablet', 'BATCH_INSERT', 'writes'],
    ['insertRecordsOfOneDevice', 'BATCH_INSERT_ROWS', 'writes'],
    ['executeNonQueryPlan', 'INSERT', 'writes'],
    ['executeNonQueryPlan', 'STORAGE_GROUP_SCHEMA', null],
    ['executeNonQueryPlan', 'FLUSH', null],
    ['queryLatency', 'QUERY', 'reads'],
    ['queryLatency', 'GROUP_BY_TIME', 'reads'],
    ['queryLatency', 'Query{queryBody=x}', 'reads'],
    ['queryLatency', 'INSERT', null],
    ['queryLatency', 'SHOW', null],
    ['queryLatency', 'SHOW_QUERIES', null],
    ['queryLatency', 'COUNT', null],
    ['executeQueryStatement', 'QUERY', null],
    ['fetchResults', 'QUERY', null],
  ])('takes %s of type %s for %s', (operation, type, expected) => {
    const labels = `{interface="${operation}",type="${type}",}`;
    const figures = readEngine(
      `performance_overview_seconds_sum${labels} 2\nperformance_overview_seconds_count${labels} 4\n`,
    );
    const value = { buckets: [], sum: 2, count: 4 };
    expect(figures.writes).toEqual(expected === 'writes' ? value : null);
    expect(figures.reads).toEqual(expected === 'reads' ? value : null);
  });

  it('knows nothing from an answer that tells nothing', () => {
    expect(Object.values(readEngine('')).every((figure) => figure === null)).toBe(true);
  });

  it('reads no data files yet as zero bytes when the WAL is told', () => {
    expect(readEngine('file_size{name="wal",} 10\n')).toMatchObject({ dataBytes: 0, walBytes: 10 });
  });

  it('reads the sizes of servers before 1.3', () => {
    const text = 'file_size{name="seq",} 5\nfile_size{name="unseq",} 6\nfile_size{name="wal",} 7\n';
    expect(readEngine(text)).toMatchObject({ dataBytes: 11, walBytes: 7 });
  });

  it('does not let the negative size that 1.3.3 tells of a dropped database lower the sum', () => {
    const text =
      'file_global_size{name="seq",database="root.a"} 1619\nfile_global_size{name="seq",database="root.b"} -7\n';
    expect(readEngine(text).dataBytes).toBe(1_619);
  });
});

describe('addEngines', () => {
  const both = readEngine(recorded('1.3.3'));

  it('adds up two DataNodes', () => {
    expect(addEngines(both, both)).toMatchObject({
      pointsWritten: 14,
      writes: { count: 4, buckets: [] },
      dataBytes: 1_232,
      walBytes: 0,
      tsFiles: 4,
    });
  });

  it('knows a size only when both tell theirs, but counts writes of the one that had some', () => {
    const silent = readEngine('');
    expect(addEngines(both, silent)).toMatchObject({
      dataBytes: null,
      walBytes: null,
      heapUsedBytes: null,
      pointsWritten: 7,
    });
    expect(addEngines(silent, both).writes).toEqual(both.writes);
  });
});

describe('diskUsedPercent', () => {
  const engine = readEngine('');
  it.each([
    [200, 50, 75],
    [200, 200, 0],
    [0, 0, null],
    [null, 50, null],
    [200, null, null],
  ])('of %p bytes with %p available is %p', (diskTotalBytes, diskAvailableBytes, expected) => {
    expect(diskUsedPercent({ ...engine, diskTotalBytes, diskAvailableBytes })).toBe(expected);
  });
});
