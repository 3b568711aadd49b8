import { counter, gauge, type Metric, status } from '../collect/index.js';
import { cacheHitRatio } from './database.parse.js';
import { type DatabaseSnapshot, sessionStates } from './database.snapshot.js';

const shown = <T>(value: T | null, read: (value: T) => number): number | null => (value === null ? null : read(value));

export const databaseMetrics: readonly Metric<DatabaseSnapshot>[] = [
  status('database_status', '1 while PostgreSQL answered the last pass, 0 while it does not.'),
  gauge(
    'database_response_time_seconds',
    'Round trip of the one statement of the last pass, in seconds.',
    (s) => s.responseSeconds,
  ),
  gauge('database_size_bytes', 'Size of the database on disk (pg_database_size), in bytes.', (s) => s.sizeBytes),
  gauge(
    'database_start_time_seconds',
    'Start of the PostgreSQL server, in seconds since the epoch.',
    (s) => s.startedAtSeconds,
  ),
  gauge('database_uptime_seconds', 'Time since the PostgreSQL server started, in seconds.', (s) => s.uptimeSeconds),
  gauge('database_in_recovery', '1 while the server is a standby that accepts no writes, 0 on a primary.', (s) =>
    s.inRecovery ? 1 : 0,
  ),
  gauge(
    'database_server_connections_used',
    'Client sessions on the whole server at the pass (pg_stat_activity).',
    (s) => s.connections.used,
  ),
  gauge(
    'database_server_connections_max',
    'Client sessions the server accepts: max_connections less the reserved ones.',
    (s) => s.connections.max,
  ),
  gauge(
    'database_server_connections',
    'Client sessions on the whole server at the pass, by state; hidden without pg_monitor.',
    ['state'],
    (s) => sessionStates.map((state) => [{ state }, s.connections.byState[state]]),
  ),
  gauge(
    'database_oldest_transaction_seconds',
    'Age of the oldest open client transaction at the pass, in seconds; absent when there is none.',
    (s) => s.oldestTransactionSeconds,
  ),
  gauge(
    'database_oldest_idle_in_transaction_seconds',
    'Longest idle time inside an open transaction at the pass, in seconds; absent when there is none.',
    (s) => s.oldestIdleInTransactionSeconds,
  ),
  gauge(
    'database_longest_query_seconds',
    'Age of the longest running statement at the pass, in seconds; absent when there is none.',
    (s) => s.longestQuerySeconds,
  ),
  gauge(
    'database_blocked_sessions',
    'Client sessions waiting for a lock at the pass (pg_stat_activity).',
    (s) => s.blockedSessions,
  ),
  gauge('database_locks', 'Locks in the database at the pass (pg_locks), by mode and state.', ['mode', 'state'], (s) =>
    s.locks.map((l) => [{ mode: l.mode, state: l.granted ? 'held' : 'waiting' }, l.count]),
  ),
  counter(
    'database_commits_total',
    'Transactions committed since the statistics were reset (pg_stat_database).',
    (s) => s.counters.commits,
  ),
  counter(
    'database_rollbacks_total',
    'Transactions rolled back since the statistics were reset (pg_stat_database).',
    (s) => s.counters.rollbacks,
  ),
  counter(
    'database_deadlocks_total',
    'Deadlocks since the statistics were reset (pg_stat_database).',
    (s) => s.counters.deadlocks,
  ),
  counter(
    'database_conflicts_total',
    'Statements cancelled by recovery conflicts since the statistics were reset, on a standby (pg_stat_database).',
    (s) => s.counters.conflicts,
  ),
  counter(
    'database_rows_total',
    'Rows touched since the statistics were reset (pg_stat_database), by operation.',
    ['operation'],
    ({ counters }) => [
      [{ operation: 'returned' }, counters.rowsReturned],
      [{ operation: 'fetched' }, counters.rowsFetched],
      [{ operation: 'inserted' }, counters.rowsInserted],
      [{ operation: 'updated' }, counters.rowsUpdated],
      [{ operation: 'deleted' }, counters.rowsDeleted],
    ],
  ),
  counter(
    'database_temporary_files_total',
    'Temporary files written by statements since the statistics were reset (pg_stat_database).',
    (s) => s.counters.temporaryFiles,
  ),
  counter(
    'database_temporary_bytes_total',
    'Bytes written to temporary files since the statistics were reset (pg_stat_database).',
    (s) => s.counters.temporaryBytes,
  ),
  counter(
    'database_blocks_hit_total',
    'Block reads answered from shared buffers since the statistics were reset (pg_stat_database).',
    (s) => s.counters.blocksHit,
  ),
  counter(
    'database_blocks_read_total',
    'Block reads that left shared buffers since the statistics were reset (pg_stat_database).',
    (s) => s.counters.blocksRead,
  ),
  gauge(
    'database_cache_hit_ratio',
    'Share of block reads answered from shared buffers between the last two passes, 0 to 1.',
    (s) => shown(s.window, (w) => w.cacheHitRatio ?? NaN),
  ),
  gauge(
    'database_cache_lifetime_hit_ratio',
    'Share of block reads answered from shared buffers since the statistics were reset, 0 to 1.',
    (s) => cacheHitRatio(s.counters.blocksHit, s.counters.blocksRead),
  ),
  gauge(
    'database_replication_lag_bytes',
    'WAL that a standby has still to replay at the pass, in bytes (pg_stat_replication).',
    ['standby'],
    (s) => s.standbys.flatMap((b) => (b.lagBytes === null ? [] : [[{ standby: b.name }, b.lagBytes] as const])),
  ),
  gauge(
    'database_replication_lag_seconds',
    'Time until a standby replays recent WAL, in seconds; absent while the primary is idle (pg_stat_replication).',
    ['standby'],
    (s) => s.standbys.flatMap((b) => (b.lagSeconds === null ? [] : [[{ standby: b.name }, b.lagSeconds] as const])),
  ),
  gauge(
    'database_replay_lag_seconds',
    'On a standby: age of the last replayed transaction while WAL is waiting, in seconds; absent on a primary.',
    (s) => s.replayLagSeconds,
  ),
  gauge(
    'database_replication_slot_retained_bytes',
    'WAL kept back by a replication slot at the pass, in bytes (pg_replication_slots).',
    ['slot'],
    (s) => s.slots.flatMap((b) => (b.retainedBytes === null ? [] : [[{ slot: b.name }, b.retainedBytes] as const])),
  ),
  counter(
    'database_checkpoints_total',
    'Checkpoints since the statistics were reset, by what started them.',
    ['trigger'],
    (s) => [
      [{ trigger: 'timed' }, s.checkpoints.timed],
      [{ trigger: 'requested' }, s.checkpoints.requested],
    ],
  ),
  counter(
    'database_checkpoint_write_seconds_total',
    'Time spent writing checkpoints since the statistics were reset, in seconds.',
    (s) => s.checkpoints.writeSeconds,
  ),
  counter(
    'database_checkpoint_sync_seconds_total',
    'Time spent syncing checkpoints to disk since the statistics were reset, in seconds.',
    (s) => s.checkpoints.syncSeconds,
  ),
  counter(
    'database_wal_bytes_total',
    'Write-ahead log position since the cluster was created, in bytes; on a standby the replay position.',
    (s) => s.walPositionBytes,
  ),
  gauge(
    'database_transaction_id_age',
    'Age of the oldest unfrozen transaction id of any database, in transactions; writes stop near 2.1e9.',
    (s) => s.transactionIdAge,
  ),
  gauge(
    'database_multixact_id_age',
    'Age of the oldest multixact id of any database, in multixacts; writes stop near 2.1e9.',
    (s) => s.multixactIdAge,
  ),
];
