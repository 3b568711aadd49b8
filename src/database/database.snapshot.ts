/** Session states of `pg_stat_activity`; `hidden` are sessions of others that the role may not see (no pg_monitor). */
export const sessionStates = [
  'active',
  'idle',
  'idle_in_transaction',
  'idle_in_transaction_aborted',
  'fastpath',
  'disabled',
  'hidden',
] as const;
export type SessionState = (typeof sessionStates)[number];

/** Running totals of `pg_stat_database` for the watched database. They start again at 0 after a crash or a reset. */
export interface DatabaseCounters {
  readonly commits: number;
  readonly rollbacks: number;
  readonly deadlocks: number;
  readonly conflicts: number;
  readonly blocksHit: number;
  readonly blocksRead: number;
  readonly rowsReturned: number;
  readonly rowsFetched: number;
  readonly rowsInserted: number;
  readonly rowsUpdated: number;
  readonly rowsDeleted: number;
  readonly temporaryFiles: number;
  readonly temporaryBytes: number;
}

/** What happened between two passes. */
export interface DatabaseWindow {
  readonly seconds: number;
  readonly commitsPerSecond: number;
  readonly rollbacksPerSecond: number;
  readonly rowsReadPerSecond: number;
  readonly rowsWrittenPerSecond: number;
  readonly walBytesPerSecond: number | null;
  /** Share of block reads answered from shared buffers, 0 to 1; null when no block was read. */
  readonly cacheHitRatio: number | null;
}

export interface Standby {
  /** `application_name` of the standby. */
  readonly name: string;
  readonly state: string;
  readonly syncState: string;
  /** WAL that the standby has still to replay; null when the role may not see it. */
  readonly lagBytes: number | null;
  /** null on an idle primary: the server then measures none. */
  readonly lagSeconds: number | null;
}

/** One pass over the server: catalogue and statistics views of PostgreSQL 14 to 18. */
export interface DatabaseSnapshot {
  /** "15.3": without the packager's suffix. */
  readonly version: string;
  /** server_version_num: 150003. */
  readonly versionNumber: number;
  /** Round trip of the pass's one statement. */
  readonly responseSeconds: number;
  readonly startedAtSeconds: number;
  readonly uptimeSeconds: number;
  /** A standby, which accepts no writes. */
  readonly inRecovery: boolean;
  /** Whether the role sees the sessions of others (pg_read_all_stats, part of pg_monitor). */
  readonly seesEverything: boolean;
  readonly sizeBytes: number;
  /** Client sessions on the whole server, ours included. `max` leaves out what is reserved for superusers. */
  readonly connections: {
    readonly used: number;
    readonly max: number;
    readonly byState: Readonly<Record<SessionState, number>>;
  };
  /** Age of the oldest open transaction of any client; null when there is none. */
  readonly oldestTransactionSeconds: number | null;
  /** Longest time a client has sat in an open transaction without sending anything. */
  readonly oldestIdleInTransactionSeconds: number | null;
  readonly longestQuerySeconds: number | null;
  readonly blockedSessions: number;
  readonly counters: DatabaseCounters;
  readonly locks: readonly { readonly mode: string; readonly granted: boolean; readonly count: number }[];
  readonly standbys: readonly Standby[];
  /** On a standby: how far it is behind; null on a primary. */
  readonly replayLagSeconds: number | null;
  readonly slots: readonly { readonly name: string; readonly active: boolean; readonly retainedBytes: number | null }[];
  readonly checkpoints: {
    readonly timed: number;
    readonly requested: number;
    readonly writeSeconds: number;
    readonly syncSeconds: number;
    readonly buffersWritten: number;
  };
  /** Bytes of WAL since the cluster was created: its write position, on a standby its replay position. */
  readonly walPositionBytes: number | null;
  /** Age of the oldest unfrozen transaction id of any database; the server stops accepting writes near 2.1e9. */
  readonly transactionIdAge: number;
  readonly multixactIdAge: number;
  /** null in the first pass, and after the server's counters were reset. */
  readonly window: DatabaseWindow | null;
}
