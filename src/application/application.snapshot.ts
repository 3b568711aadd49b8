import type { WindowSummary } from '../collect/index.js';

/** Answers by status class since the start of the process. */
export interface StatusClasses {
  readonly '1xx': number;
  readonly '2xx': number;
  readonly '3xx': number;
  readonly '4xx': number;
  readonly '5xx': number;
}

/** Errors answered (4xx and 5xx) since midnight UTC, or since the start of the process if that is later. */
export interface ErrorFigures {
  readonly totalToday: number;
  /** Errors per hour over the time counted today; null during the first minute, where it would be noise. */
  readonly ratePerHour: number | null;
  /** Largest first, at most ten. `type` is the code of the problem answer (`auth.invalid_token`). */
  readonly top: readonly { readonly type: string; readonly count: number }[];
}

export type StreamTransport = 'sse' | 'websocket';

/** Garbage collection since the start of the process, by kind (minor, major, incremental, weakcb). */
export interface GarbageCollection {
  readonly kind: string;
  readonly runs: number;
  readonly seconds: number;
}

/** This process: its HTTP side and its runtime. */
export interface ApplicationSnapshot {
  readonly version: string;
  readonly runtimeVersion: string;
  readonly startedAtMs: number;
  readonly uptimeSeconds: number;
  readonly requests: {
    readonly total: number;
    readonly inProgress: number;
    /** Requests per second over the last 60 s (or since the start, if that is less). */
    readonly perSecond: number;
    /** Requests in the last 60 s. */
    readonly perMinute: number;
    /** Share of the requests of the last 60 s answered with 5xx, 0 to 100; null without requests. */
    readonly serverErrorPercent: number | null;
    /** Share answered with 4xx or 5xx, 0 to 100; null without requests. */
    readonly errorPercent: number | null;
    readonly statusClasses: StatusClasses;
    /** Durations in seconds over the last 60 s. */
    readonly latency: WindowSummary;
  };
  readonly errors: ErrorFigures;
  /** Open live streams by transport. */
  readonly openStreams: Readonly<Record<StreamTransport, number>>;
  /** Open TCP connections of the HTTP server. */
  readonly openConnections: number;
  /** Entries waiting in this process, by queue. */
  readonly queues: readonly (readonly [name: string, length: number])[];
  /** Event-loop delay over the last pass, seconds. */
  readonly eventLoop: {
    readonly meanSeconds: number;
    readonly p50Seconds: number;
    readonly p99Seconds: number;
    readonly maxSeconds: number;
    readonly utilizationPercent: number;
  };
  readonly garbageCollection: readonly GarbageCollection[];
  readonly memory: {
    readonly residentBytes: number;
    readonly heapTotalBytes: number;
    readonly heapUsedBytes: number;
    readonly heapLimitBytes: number;
    readonly externalBytes: number;
  };
  /** CPU seconds of the process since its start. */
  readonly cpu: { readonly userSeconds: number; readonly systemSeconds: number };
  /** Processes that serve HTTP in this instance (one), and whether it had a request in progress at the pass. */
  readonly workers: { readonly total: number; readonly active: number; readonly idle: number };
}
