/** Keys of one numbered database. Databases without keys have no line in INFO and none here. */
export interface RedisDatabase {
  readonly index: number;
  readonly keys: number;
  readonly keysWithExpiry: number;
  /** Mean time to live of the keys with expiry; null when there are none. An estimate of the server. */
  readonly averageTtlMs: number | null;
}

/** Totals of one command since the start, or since `CONFIG RESETSTAT`. */
export interface RedisCommandTotals {
  readonly calls: number;
  readonly seconds: number;
  /** Errors while it ran, and refusals before it ran; null where the server does not count them (before 6.2). */
  readonly failures: number | null;
}

/**
 * What one answer of INFO holds. Every figure may be null: older servers lack fields, managed ones hide some, and a
 * user without the right to INFO gets none. Counters count since the server's start or since `CONFIG RESETSTAT`.
 */
export interface RedisInfo {
  /** Valkey calls itself `redis_version:7.2.4` for old clients; its own name and version are told apart here. */
  readonly product: 'redis' | 'valkey' | null;
  readonly version: string | null;
  readonly mode: 'standalone' | 'cluster' | 'sentinel' | null;
  /** Random name of this very start of the server. */
  readonly runId: string | null;
  readonly uptimeSeconds: number | null;
  /** The server's own clock, epoch seconds. */
  readonly serverTimeSeconds: number | null;
  readonly clusterEnabled: boolean | null;

  readonly memoryUsedBytes: number | null;
  readonly memoryPeakBytes: number | null;
  readonly memoryResidentBytes: number | null;
  /** `maxmemory`; null when there is no limit. */
  readonly memoryLimitBytes: number | null;
  /** `maxmemory_policy`: noeviction, allkeys-lru, volatile-ttl, ... */
  readonly memoryPolicy: string | null;
  /** Resident over used bytes. Says little below some 100 MB; under 1 the server is swapped out. */
  readonly memoryFragmentationRatio: number | null;
  readonly systemMemoryBytes: number | null;

  readonly databases: readonly RedisDatabase[] | null;
  readonly keys: number | null;
  readonly keysWithExpiry: number | null;
  readonly keysExpired: number | null;
  readonly keysEvicted: number | null;
  readonly cacheHits: number | null;
  readonly cacheMisses: number | null;

  readonly clientsConnected: number | null;
  readonly clientsBlocked: number | null;
  readonly clientsLimit: number | null;
  readonly connectionsReceived: number | null;
  readonly connectionsRejected: number | null;

  readonly commandsProcessed: number | null;
  /** The server's own mean over its last 16 samples of 100 ms. */
  readonly commandsPerSecondNow: number | null;
  /** By command name as the server writes it; `config|get` for parts of container commands since 7.0. */
  readonly commands: ReadonlyMap<string, RedisCommandTotals>;
  readonly networkReceivedBytes: number | null;
  readonly networkSentBytes: number | null;
  readonly cpuSystemSeconds: number | null;
  readonly cpuUserSeconds: number | null;
  readonly errorReplies: number | null;
  /** By the first word of the error: WRONGTYPE, OOM, ... */
  readonly errorsByPrefix: ReadonlyMap<string, number>;

  /** Reading its data from disk; commands are answered with LOADING. */
  readonly loading: boolean | null;
  readonly loadingPercent: number | null;
  readonly snapshotLastSeconds: number | null;
  readonly snapshotOk: boolean | null;
  readonly snapshotRunning: boolean | null;
  readonly changesSinceSnapshot: number | null;
  readonly appendFileEnabled: boolean | null;
  readonly appendFileWriteOk: boolean | null;
  readonly appendFileRewriteOk: boolean | null;

  readonly role: 'primary' | 'replica' | null;
  readonly replicasConnected: number | null;
  /** Bytes that the slowest online replica has not acknowledged; null without one. */
  readonly replicationLagBytes: number | null;
  /** Of a replica: whether the link to its primary is up; null on a primary. */
  readonly primaryLinkUp: boolean | null;
  readonly primaryLinkIdleSeconds: number | null;
}

/** What moved between two passes of the same start of the server. */
export interface RedisWindow {
  /** Length of the window; null when there is none yet, or the server was restarted or its statistics were reset. */
  readonly seconds: number | null;
  /** Hits in percent of all lookups in the window, or since the counters began; null when there were none. */
  readonly cacheHitPercent: number | null;
  readonly commandsPerSecond: number | null;
  readonly connectionsRejected: number;
  readonly keysEvicted: number;
}

/** Why the server refuses work although it answers. */
export type RedisRefusal = 'loading' | 'primary_down' | 'busy';

/** One Redis or Valkey server at one moment. */
export interface RedisSnapshot {
  readonly info: RedisInfo;
  /** False when INFO is refused: the figures are absent then, and say nothing about the server's health. */
  readonly infoAnswered: boolean;
  /** Round trip of a PING; null when our user may not send one. */
  readonly pingMs: number | null;
  /** Start of the server, epoch seconds; the same number for the whole life of a process. */
  readonly startTimeSeconds: number | null;
  readonly refusal: RedisRefusal | null;
  readonly window: RedisWindow;
  /** Entries of the slow log, which the server caps (`slowlog-max-len`); null when our user may not ask. */
  readonly slowlogEntries: number | null;
}
