import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { databaseTablesMetrics } from './database-tables.metrics.js';
import {
  parseCounts,
  parseStatements,
  parseTables,
  tableFigures,
  type TableRow,
  tablesToCount,
} from './database-tables.parse.js';
import { countStatement, statementsStatement } from './database-tables.sql.js';
import { samplesOf } from '../collect/index.js';

const recorded = (name: string): unknown => JSON.parse(readFileSync(join(__dirname, 'testdata', name), 'utf8'));
const row = (name: string, more: Partial<TableRow> = {}): TableRow => ({
  name,
  quoted: `public.${name}`,
  rows: 10,
  dead_rows: 0,
  total_bytes: 8192,
  index_bytes: 0,
  countable: true,
  ...more,
});

describe('the tables', () => {
  it.each(['tables-15.json', 'tables-18.json'])('of %s are read, a partitioned one once', (file) => {
    const answer = parseTables(recorded(file));
    expect(answer.statements_schema).toBe('public');
    expect(answer.tables.find((t) => t.name === 'readings')).toMatchObject({ rows: 20_000 });
    expect(answer.tables.some((t) => t.name === 'readings_1')).toBe(false);
  });

  it('are counted only where that is allowed, useful and cheap', () => {
    const chosen = tablesToCount([
      row('small'),
      row('estimate_may_be_double', { rows: 19_999 }),
      row('unknown', { rows: null }),
      row('many', { rows: 20_000 }),
      row('unreadable', { countable: false }),
      row('bloated', { total_bytes: 65 * 2 ** 20 }),
      row('large_index_only', { total_bytes: 65 * 2 ** 20, index_bytes: 64 * 2 ** 20 }),
    ]);
    expect(chosen.map((t) => t.name).sort()).toEqual([
      'estimate_may_be_double',
      'large_index_only',
      'small',
      'unknown',
    ]);
  });

  it('are counted smallest first until the budget of the pass is spent', () => {
    const tables = Array.from({ length: 20 }, (_, i) => row(`t${i}`, { total_bytes: (20 - i) * 2 ** 21 }));
    const chosen = tablesToCount(tables);
    expect(chosen[0]?.name).toBe('t19');
    const bytes = chosen.reduce((sum, t) => sum + t.total_bytes, 0);
    expect(bytes).toBeLessThanOrEqual(256 * 2 ** 20);
    expect(bytes).toBeGreaterThan(200 * 2 ** 20);
  });

  it.each([
    ['an exact count', 10, 12, { rows: 12, exact: true }],
    ['no count', 30_000, undefined, { rows: 30_000, exact: false }],
    ['a count that reached its limit above the estimate', 9_000, 10_000, { rows: 10_000, exact: false }],
    ['a count that reached its limit below the estimate', 15_000, 10_000, { rows: 15_000, exact: false }],
    ['neither estimate nor count', null, undefined, { rows: null, exact: false }],
    ['a count where no estimate is', null, 7, { rows: 7, exact: true }],
  ])('with %s', (_case, estimate, counted, expected) => {
    const counts = new Map(counted === undefined ? [] : [['public.a', counted]]);
    expect(tableFigures([row('a', { rows: estimate })], counts)[0]).toMatchObject(expected);
  });

  it('export the rows of all, the sizes of the ten largest, and nothing for unknown rows', () => {
    const tables = tableFigures(
      Array.from({ length: 15 }, (_, i) => row(`t${i}`, { total_bytes: i * 8192, rows: i === 3 ? null : i })),
      new Map(),
    );
    const { samples } = samplesOf(databaseTablesMetrics, { tables, tableCount: 15, statements: null });
    const of = (name: string): string[] => samples.filter((s) => s.name === name).map((s) => s.labels.table ?? '');
    expect(of('database_table_rows')).toHaveLength(14);
    expect(of('database_table_rows')).not.toContain('t3');
    expect(of('database_table_size_bytes')).toEqual(['t14', 't13', 't12', 't11', 't10', 't9', 't8', 't7', 't6', 't5']);
  });
});

describe('statements made of names', () => {
  it('count tables with quotes in their names', () => {
    expect(countStatement([`public."it's"`], 10)).toContain(`'public."it''s"' AS name`);
  });

  it('quote the schema of the extension', () => {
    expect(statementsStatement('a"b')).toContain('"a""b".pg_stat_statements');
  });
});

it.each(['statements-15.json', 'statements-18.json'])('statement statistics of %s are read in seconds', (file) => {
  const s = parseStatements(recorded(file));
  expect(s.top).toHaveLength(10);
  expect(s.top.map((t) => t.totalSeconds)).toEqual(s.top.map((t) => t.totalSeconds).sort((a, b) => b - a));
  expect(s.totalSeconds).toBeGreaterThan(s.top[0]?.totalSeconds ?? Infinity);
  expect(s.calls).toBeGreaterThanOrEqual(s.statements);
});

it('an answer without a single count is an empty one', () => {
  expect(parseCounts({ counts: null }).size).toBe(0);
});
