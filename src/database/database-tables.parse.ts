import { z } from 'zod';
import type { StatementStatistics, TableFigures } from './database-tables.snapshot.js';

const tableRow = z.object({
  name: z.string(),
  quoted: z.string(),
  rows: z.number().nullable(),
  dead_rows: z.number(),
  total_bytes: z.number(),
  index_bytes: z.number(),
  countable: z.boolean(),
});
export type TableRow = z.infer<typeof tableRow>;

const tablesAnswer = z.object({
  table_count: z.int(),
  statements_schema: z.string().nullable(),
  tables: z.array(tableRow),
});
export type TablesAnswer = z.infer<typeof tablesAnswer>;

const countsAnswer = z.object({ counts: z.record(z.string(), z.number()).nullable() });

const statementsAnswer = z.object({
  statements: z.object({
    statements: z.number(),
    calls: z.number(),
    total_ms: z.number(),
    rows: z.number(),
    evictions: z.number(),
    top: z.array(
      z.object({
        text: z.string().nullable(),
        calls: z.number(),
        total_ms: z.number(),
        mean_ms: z.number(),
        max_ms: z.number(),
        rows: z.number(),
      }),
    ),
  }),
});

/** Below this many rows a table is counted instead of estimated. */
export const exactBelow = 10_000;
/** Bytes that counting may read, of one table and in one pass: a count ends at its limit, but reads dead rows too. */
const countedBytesOfTable = 64 * 2 ** 20;
const countedBytesOfPass = 256 * 2 ** 20;

/** The row of `tablesStatement`. */
export function parseTables(row: unknown): TablesAnswer {
  return tablesAnswer.parse(row);
}

/** The tables worth counting, smallest first, within the budget. An estimate may be off by a factor of two. */
export function tablesToCount(tables: readonly TableRow[]): readonly TableRow[] {
  const heapBytes = (t: TableRow): number => t.total_bytes - t.index_bytes;
  let budget = countedBytesOfPass;
  return tables
    .filter((t) => t.countable && (t.rows ?? 0) < 2 * exactBelow && heapBytes(t) <= countedBytesOfTable)
    .sort((a, b) => heapBytes(a) - heapBytes(b))
    .filter((t) => (budget -= heapBytes(t)) >= 0);
}

/** Rows by quoted table name, from the row of `countStatement`. */
export function parseCounts(row: unknown): ReadonlyMap<string, number> {
  return new Map(Object.entries(countsAnswer.parse(row).counts ?? {}));
}

/** Estimates, replaced by counts where a count ended below its limit. Largest table first. */
export function tableFigures(tables: readonly TableRow[], counts: ReadonlyMap<string, number>): TableFigures[] {
  return tables
    .map((t) => {
      const counted = counts.get(t.quoted);
      const exact = counted !== undefined && counted < exactBelow;
      return {
        table: t.name,
        // A count that reached its limit says "at least so many".
        rows: exact || t.rows === null ? (counted ?? null) : Math.max(t.rows, counted ?? 0),
        exact,
        deadRows: t.dead_rows,
        totalBytes: t.total_bytes,
        indexBytes: t.index_bytes,
      };
    })
    .sort((a, b) => b.totalBytes - a.totalBytes || (a.table < b.table ? -1 : 1));
}

/** The row of `statementsStatement`. */
export function parseStatements(row: unknown): StatementStatistics {
  const s = statementsAnswer.parse(row).statements;
  return {
    statements: s.statements,
    calls: s.calls,
    totalSeconds: s.total_ms / 1000,
    rows: s.rows,
    evictions: s.evictions,
    top: s.top.map((t) => ({
      text: t.text ?? '',
      calls: t.calls,
      totalSeconds: t.total_ms / 1000,
      meanSeconds: t.mean_ms / 1000,
      maxSeconds: t.max_ms / 1000,
      rows: t.rows,
    })),
  };
}
