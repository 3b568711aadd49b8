import { z } from 'zod';
import {
  type DatabaseCounters,
  type DatabaseSnapshot,
  type DatabaseWindow,
  type SessionState,
  sessionStates,
} from './database.snapshot.js';

const count = z.number();
const seconds = z.number().nullable();

/** The json column of `passStatement`, as PostgreSQL sends it. */
const passFigures = z.object({
  version: z.string(),
  version_number: z.int(),
  started_at: z.number(),
  uptime: z.number(),
  in_recovery: z.boolean(),
  sees_everything: z.boolean(),
  size: count,
  max_connections: z.int(),
  states: z.record(z.string(), count),
  sessions: z.object({
    used: count,
    blocked: count,
    oldest_transaction: seconds,
    oldest_idle_in_transaction: seconds,
    longest_query: seconds,
  }),
  counters: z.object({
    commits: count,
    rollbacks: count,
    deadlocks: count,
    conflicts: count,
    blocks_hit: count,
    blocks_read: count,
    rows_returned: count,
    rows_fetched: count,
    rows_inserted: count,
    rows_updated: count,
    rows_deleted: count,
    temporary_files: count,
    temporary_bytes: count,
  }),
  locks: z.array(z.object({ mode: z.string(), granted: z.boolean(), count })),
  standbys: z.array(
    z.object({
      name: z.string(),
      state: z.string().nullable(),
      sync_state: z.string().nullable(),
      lag_bytes: count.nullable(),
      lag_seconds: seconds,
    }),
  ),
  slots: z.array(z.object({ name: z.string(), active: z.boolean(), retained_bytes: count.nullable() })),
  replay_lag: seconds,
  checkpoints: z.object({ timed: count, requested: count, write_ms: count, sync_ms: count, buffers: count }),
  wal_position: count.nullable(),
  transaction_id_age: count,
  multixact_id_age: count,
});

/** `server_version` without what the packager adds: "15.20 (Debian 15.20-0+deb12u1)" is "15.20". */
export function plainVersion(serverVersion: string): string {
  return serverVersion.split(' ')[0] ?? serverVersion;
}

const stateNames: Readonly<Record<string, SessionState>> = {
  active: 'active',
  idle: 'idle',
  'idle in transaction': 'idle_in_transaction',
  'idle in transaction (aborted)': 'idle_in_transaction_aborted',
  'fastpath function call': 'fastpath',
  disabled: 'disabled',
};

function byState(states: Readonly<Record<string, number>>): Record<SessionState, number> {
  const counts = Object.fromEntries(sessionStates.map((s) => [s, 0])) as Record<SessionState, number>;
  // A state of a future version is counted where the reader looks for what cannot be told.
  for (const [state, n] of Object.entries(states)) counts[stateNames[state] ?? 'hidden'] += n;
  return counts;
}

/** Clocks of server and standby differ by milliseconds, so an age can come out just below zero. */
const notNegative = (value: number | null): number | null => (value === null ? null : Math.max(0, value));

/**
 * Turns the json column of `passStatement` into a snapshot, without its window.
 * @throws ZodError when the answer does not have the form of the statement
 */
export function parsePass(raw: unknown, responseSeconds: number): DatabaseSnapshot {
  const f = passFigures.parse(raw);
  const c = f.counters;
  return {
    version: plainVersion(f.version),
    versionNumber: f.version_number,
    responseSeconds,
    startedAtSeconds: f.started_at,
    uptimeSeconds: f.uptime,
    inRecovery: f.in_recovery,
    seesEverything: f.sees_everything,
    sizeBytes: f.size,
    connections: { used: f.sessions.used, max: f.max_connections, byState: byState(f.states) },
    oldestTransactionSeconds: notNegative(f.sessions.oldest_transaction),
    oldestIdleInTransactionSeconds: notNegative(f.sessions.oldest_idle_in_transaction),
    longestQuerySeconds: notNegative(f.sessions.longest_query),
    blockedSessions: f.sessions.blocked,
    counters: {
      commits: c.commits,
      rollbacks: c.rollbacks,
      deadlocks: c.deadlocks,
      conflicts: c.conflicts,
      blocksHit: c.blocks_hit,
      blocksRead: c.blocks_read,
      rowsReturned: c.rows_returned,
      rowsFetched: c.rows_fetched,
      rowsInserted: c.rows_inserted,
      rowsUpdated: c.rows_updated,
      rowsDeleted: c.rows_deleted,
      temporaryFiles: c.temporary_files,
      temporaryBytes: c.temporary_bytes,
    },
    locks: f.locks,
    standbys: f.standbys.map((s) => ({
      name: s.name,
      state: s.state ?? 'hidden',
      syncState: s.sync_state ?? 'hidden',
      lagBytes: notNegative(s.lag_bytes),
      lagSeconds: notNegative(s.lag_seconds),
    })),
    replayLagSeconds: notNegative(f.replay_lag),
    slots: f.slots.map((s) => ({ name: s.name, active: s.active, retainedBytes: notNegative(s.retained_bytes) })),
    checkpoints: {
      timed: f.checkpoints.timed,
      requested: f.checkpoints.requested,
      writeSeconds: f.checkpoints.write_ms / 1000,
      syncSeconds: f.checkpoints.sync_ms / 1000,
      buffersWritten: f.checkpoints.buffers,
    },
    walPositionBytes: f.wal_position,
    transactionIdAge: f.transaction_id_age,
    multixactIdAge: f.multixact_id_age,
    window: null,
  };
}

/** Share of block reads answered from shared buffers, 0 to 1; null when no block was read. */
export function cacheHitRatio(hit: number, read: number): number | null {
  return hit + read > 0 ? hit / (hit + read) : null;
}

/**
 * What happened between two snapshots of the same server.
 * @param elapsedSeconds between them, from the monotonic clock
 * @returns null when no time passed or any counter went backwards (crash, pg_stat_reset, another server)
 */
export function windowBetween(
  before: DatabaseSnapshot,
  after: DatabaseSnapshot,
  elapsedSeconds: number,
): DatabaseWindow | null {
  const names = Object.keys(after.counters) as (keyof DatabaseCounters)[];
  if (elapsedSeconds <= 0 || names.some((name) => after.counters[name] < before.counters[name])) return null;
  const delta = (...of: readonly (keyof DatabaseCounters)[]): number =>
    of.reduce((sum, name) => sum + after.counters[name] - before.counters[name], 0);
  const wal = (after.walPositionBytes ?? NaN) - (before.walPositionBytes ?? NaN);
  return {
    seconds: elapsedSeconds,
    commitsPerSecond: delta('commits') / elapsedSeconds,
    rollbacksPerSecond: delta('rollbacks') / elapsedSeconds,
    rowsReadPerSecond: delta('rowsReturned') / elapsedSeconds,
    rowsWrittenPerSecond: delta('rowsInserted', 'rowsUpdated', 'rowsDeleted') / elapsedSeconds,
    walBytesPerSecond: wal >= 0 ? wal / elapsedSeconds : null,
    cacheHitRatio: cacheHitRatio(delta('blocksHit'), delta('blocksRead')),
  };
}
