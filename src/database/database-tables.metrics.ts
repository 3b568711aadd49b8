import { gauge, type Metric, type Row } from '../collect/index.js';
import type { DatabaseTablesSnapshot, TableFigures } from './database-tables.snapshot.js';

/** Tables whose sizes are exported; all of them have their rows exported. */
export const largestShown = 10;

const largest = (s: DatabaseTablesSnapshot, value: (table: TableFigures) => number): readonly Row[] =>
  s.tables.slice(0, largestShown).map((t) => [{ table: t.table }, value(t)]);

export const databaseTablesMetrics: readonly Metric<DatabaseTablesSnapshot>[] = [
  gauge(
    'database_table_rows',
    'Rows of a table with its partitions at the pass: counted below 10000, else the corrected estimate of the planner.',
    ['table'],
    (s) => s.tables.flatMap((t) => (t.rows === null ? [] : [[{ table: t.table }, t.rows] as const])),
  ),
  gauge(
    'database_table_dead_rows',
    'Dead rows of the ten largest tables, as estimated by the statistics at the pass.',
    ['table'],
    (s) => largest(s, (t) => t.deadRows),
  ),
  gauge(
    'database_table_size_bytes',
    'Size of the ten largest tables with TOAST, indexes and partitions at the pass, in bytes.',
    ['table'],
    (s) => largest(s, (t) => t.totalBytes),
  ),
  gauge(
    'database_table_indexes_size_bytes',
    'Size of the indexes of the ten largest tables at the pass, in bytes.',
    ['table'],
    (s) => largest(s, (t) => t.indexBytes),
  ),
  gauge(
    'database_tables',
    'User tables in the database at the pass, a partitioned one counted once.',
    (s) => s.tableCount,
  ),
];
