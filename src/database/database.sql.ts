/**
 * Checkpoint columns by version. Up to 16 they stand in pg_stat_bgwriter; 17 moved them to pg_stat_checkpointer; in 18
 * `num_timed` and `num_requested` still count every trigger, skipped ones included, as they did before.
 */
function checkpointColumns(versionNumber: number): string {
  return versionNumber >= 170_000
    ? `json_build_object('timed', num_timed, 'requested', num_requested, 'write_ms', write_time, 'sync_ms', sync_time,
        'buffers', buffers_written) FROM pg_stat_checkpointer`
    : `json_build_object('timed', checkpoints_timed, 'requested', checkpoints_req, 'write_ms', checkpoint_write_time,
        'sync_ms', checkpoint_sync_time, 'buffers', buffers_checkpoint) FROM pg_stat_bgwriter`;
}

/** Standbys and replication slots shown at most, each. */
const replicaLimit = 16;

/**
 * Everything of one pass, in one statement and one round trip.
 * In: nothing. Out: one row, one column `figures` (json). Reads only; needs no extension, and no privilege beyond
 * CONNECT: what a role without pg_monitor may not see comes back as null or `hidden`. CASE keeps the WAL functions
 * apart that fail on a standby or on a primary.
 * @param versionNumber server_version_num, 140000 and above
 */
export function passStatement(versionNumber: number): string {
  return `
WITH activity AS MATERIALIZED (
  SELECT pid, state, wait_event_type, xact_start, query_start, state_change
  FROM pg_stat_activity
  WHERE backend_type = 'client backend' OR (backend_type IS NULL AND datid IS NOT NULL)
), wal AS MATERIALIZED (
  SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS position
)
SELECT json_build_object(
  'version', current_setting('server_version'),
  'version_number', current_setting('server_version_num')::int,
  'started_at', extract(epoch FROM pg_postmaster_start_time()),
  'uptime', extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()),
  'in_recovery', pg_is_in_recovery(),
  'sees_everything', pg_has_role('pg_read_all_stats', 'USAGE'),
  'size', pg_database_size(current_database()),
  'max_connections', current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true), '0')::int,
  'states', (SELECT json_object_agg(state, n)
    FROM (SELECT coalesce(state, 'hidden') AS state, count(*) AS n FROM activity GROUP BY 1) s),
  'sessions', (SELECT json_build_object(
      'used', count(*),
      'blocked', count(*) FILTER (WHERE wait_event_type = 'Lock'),
      'oldest_transaction', extract(epoch FROM clock_timestamp()
        - min(xact_start) FILTER (WHERE pid <> pg_backend_pid())),
      'oldest_idle_in_transaction', extract(epoch FROM clock_timestamp()
        - min(state_change) FILTER (WHERE state LIKE 'idle in transaction%')),
      'longest_query', extract(epoch FROM clock_timestamp()
        - min(query_start) FILTER (WHERE state = 'active' AND pid <> pg_backend_pid()))) FROM activity),
  'counters', (SELECT json_build_object(
      'commits', xact_commit, 'rollbacks', xact_rollback, 'deadlocks', deadlocks, 'conflicts', conflicts,
      'blocks_hit', blks_hit, 'blocks_read', blks_read, 'rows_returned', tup_returned, 'rows_fetched', tup_fetched,
      'rows_inserted', tup_inserted, 'rows_updated', tup_updated, 'rows_deleted', tup_deleted,
      'temporary_files', temp_files, 'temporary_bytes', temp_bytes)
    FROM pg_stat_database WHERE datname = current_database()),
  'locks', (SELECT coalesce(json_agg(l), '[]') FROM (
      SELECT mode, granted, count(*) AS count FROM pg_locks
      WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND pid IS DISTINCT FROM pg_backend_pid()
      GROUP BY 1, 2 ORDER BY 1, 2) l),
  'standbys', (SELECT coalesce(json_agg(r), '[]') FROM (
      SELECT application_name AS name, min(state) AS state, min(sync_state) AS sync_state,
        max(pg_wal_lsn_diff((SELECT position FROM wal), replay_lsn)) AS lag_bytes,
        max(extract(epoch FROM replay_lag)) AS lag_seconds
      FROM pg_stat_replication WHERE application_name IS NOT NULL GROUP BY 1 ORDER BY 1 LIMIT ${replicaLimit}) r),
  'slots', (SELECT coalesce(json_agg(r), '[]') FROM (
      SELECT slot_name AS name, active, pg_wal_lsn_diff((SELECT position FROM wal), restart_lsn) AS retained_bytes
      FROM pg_replication_slots ORDER BY 3 DESC NULLS LAST LIMIT ${replicaLimit}) r),
  'replay_lag', CASE WHEN pg_is_in_recovery() THEN
      CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
      ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END END,
  'checkpoints', (SELECT ${checkpointColumns(versionNumber)}),
  'wal_position', pg_wal_lsn_diff((SELECT position FROM wal), '0/0'),
  'transaction_id_age', (SELECT max(age(datfrozenxid)) FROM pg_database),
  'multixact_id_age', (SELECT max(mxid_age(datminmxid)) FROM pg_database)
) AS figures`;
}
