/** Tables reported at most; further ones are only counted. */
export const tableLimit = 200;
/** Statements listed at most, and characters kept of each. */
const statementLimit = 10;
const statementTextKept = 300;

/**
 * Every user table with its size and its estimated rows, partitions and children folded into their root.
 * Out: one row; `tables` (json), `table_count`, `statements_schema` (schema of pg_stat_statements when it can be read).
 *
 * Rows of a part are `reltuples / relpages` (of the last ANALYZE or VACUUM) times its pages of now, as the planner
 * does it, but not more than `n_live_tup`, which knows of deletions. n_live_tup alone is doubled after an INSERT and
 * ANALYZE in one session and starts at 0 after a crash: it is believed only where the statistics remember an analyze.
 * A part that was never analysed and whose statistics a crash has taken makes the rows null: nobody knows them.
 * A relation under an ACCESS EXCLUSIVE lock would make the size functions wait, so it counts with its catalogue pages.
 */
export const tablesStatement = `
WITH RECURSIVE locked AS MATERIALIZED (
  SELECT DISTINCT coalesce(i.indrelid, l.relation) AS relation
  FROM pg_locks l LEFT JOIN pg_index i ON i.indexrelid = l.relation
  WHERE l.mode = 'AccessExclusiveLock' AND l.relation IS NOT NULL
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
), tree AS (
  SELECT c.oid AS root, c.oid AS part
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
    AND n.nspname !~ '^(pg_catalog|pg_toast|information_schema|_timescaledb_)'
    AND NOT EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = c.oid)
  UNION ALL
  SELECT t.root, i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.part
), parts AS (
  SELECT t.root, c.oid, c.relkind, c.reltuples, c.relpages, l.relation IS NOT NULL AS locked,
    current_setting('block_size')::bigint AS block,
    coalesce(pg_stat_get_live_tuples(c.oid), 0) AS live,
    coalesce(pg_stat_get_dead_tuples(c.oid), 0) AS dead,
    coalesce(pg_stat_get_tuples_inserted(c.oid), 0) AS inserted,
    coalesce(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid),
      pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid)) IS NOT NULL AS remembered
  FROM tree t JOIN pg_class c ON c.oid = t.part LEFT JOIN locked l ON l.relation = c.oid
), sized AS MATERIALIZED (
  SELECT p.*,
    CASE WHEN locked THEN relpages ELSE coalesce(pg_relation_size(oid), 0) / block END AS pages,
    CASE WHEN locked THEN relpages * block ELSE coalesce(pg_total_relation_size(oid), 0) END AS total_bytes,
    CASE WHEN locked THEN 0 ELSE coalesce(pg_indexes_size(oid), 0) END AS index_bytes
  FROM parts p
), folded AS (
  SELECT root, bool_or(locked) AS locked, sum(total_bytes) AS total_bytes, sum(index_bytes) AS index_bytes,
    sum(dead) AS dead,
    CASE WHEN NOT bool_or(relkind <> 'p' AND reltuples < 0 AND inserted = 0 AND pages > 0) THEN sum(CASE
      WHEN relkind = 'p' THEN 0
      WHEN reltuples <= 0 OR relpages = 0 THEN live
      WHEN remembered THEN least(live, reltuples::float8 / relpages * pages)
      ELSE reltuples::float8 / relpages * pages
    END) END AS rows
  FROM sized GROUP BY root
)
SELECT
  (SELECT count(*)::int FROM folded) AS table_count,
  (SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_stat_statements' AND current_setting('pg_stat_statements.max', true) IS NOT NULL
      AND has_schema_privilege(n.oid, 'USAGE')
      AND to_regclass(format('%I.pg_stat_statements_info', n.nspname)) IS NOT NULL) AS statements_schema,
  (SELECT coalesce(json_agg(t), '[]') FROM (
    SELECT CASE WHEN n.nspname = current_schema() THEN c.relname ELSE n.nspname || '.' || c.relname END AS name,
      format('%I.%I', n.nspname, c.relname) AS quoted, round(f.rows) AS rows, f.dead AS dead_rows,
      f.total_bytes, f.index_bytes,
      NOT f.locked AND c.relispopulated AND has_schema_privilege(n.oid, 'USAGE')
        AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid) AS countable
    FROM folded f JOIN pg_class c ON c.oid = f.root JOIN pg_namespace n ON n.oid = c.relnamespace
    ORDER BY (n.nspname = current_schema()) DESC NULLS LAST, f.total_bytes DESC, c.oid LIMIT ${tableLimit}) t) AS tables`;

/**
 * Counts the given tables, each up to `limit` rows.
 * Out: one row, `counts` (json): table name -> rows; a value of `limit` says "that many or more".
 * @param tables `quoted` names of `tablesStatement`
 */
export function countStatement(tables: readonly string[], limit: number): string {
  const each = tables.map((t) => {
    const literal = `'${t.replaceAll("'", "''")}'`;
    return `SELECT ${literal} AS name, (SELECT count(*) FROM (SELECT FROM ${t} LIMIT ${limit}) r) AS rows`;
  });
  return `SELECT json_object_agg(name, rows) AS counts FROM (${each.join(' UNION ALL ')}) c`;
}

/**
 * Totals and the most expensive statements of this database.
 * Out: one row, `statements` (json). Fails where the view cannot be read; then there is nothing to show.
 * @param schema of the extension, from `tablesStatement`
 */
export function statementsStatement(schema: string): string {
  const prefix = `"${schema.replaceAll('"', '""')}"`;
  return `
WITH own AS MATERIALIZED (
  SELECT query, calls, total_exec_time, mean_exec_time, max_exec_time, rows FROM ${prefix}.pg_stat_statements
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
)
SELECT json_build_object(
  'statements', count(*), 'calls', coalesce(sum(calls), 0), 'total_ms', coalesce(sum(total_exec_time), 0),
  'rows', coalesce(sum(rows), 0), 'evictions', (SELECT dealloc FROM ${prefix}.pg_stat_statements_info),
  'top', (SELECT coalesce(json_agg(t), '[]') FROM (
    SELECT left(query, ${statementTextKept}) AS text, calls, total_exec_time AS total_ms, mean_exec_time AS mean_ms,
      max_exec_time AS max_ms, rows
    FROM own ORDER BY total_exec_time DESC LIMIT ${statementLimit}) t)
) AS statements FROM own`;
}
