import type { Check } from './check.js';
import type { Metric } from './metric.js';

/** Thrown by `collect` when there is nothing to read: not configured or not installed. Never counts as down. */
export class NotPresent extends Error {
  /** @param reason for the operator, with what to do: "Set REDIS_URL to watch a Redis server." */
  constructor(readonly reason: string) {
    super(reason);
    this.name = 'NotPresent';
  }
}

/**
 * Knows how to read one snapshot, which metrics it holds and how to judge it. Nothing else: no timers, no writes, no
 * cache, no logging of its own failure, no knowledge of sinks. The scheduler times, bounds, counts and reports.
 * Discovery is by class: extend this, list the class in the module's providers, done.
 */
export abstract class Collector<S = unknown> {
  /** kebab-case, unique: `redis`. */
  abstract readonly component: string;
  abstract readonly metrics: readonly Metric<S>[];
  /** Names of the checks that `judge` returns, so that a failed run can mark each of them. */
  readonly checks: readonly string[] = [];
  /** `shared`: the same answer from every instance (a server). `process`: about this very process or host. */
  readonly scope: 'shared' | 'process' = 'shared';
  /** Milliseconds between runs; null takes COLLECT_INTERVAL_MS. */
  readonly everyMs: number | null = null;
  /** Milliseconds after which a run is aborted and given up. */
  readonly timeoutMs: number = 5_000;
  /** True for a server reached over a connection: a circuit breaker spares it while it is down. */
  readonly external: boolean = false;

  /**
   * Component of the same server that is read more often. When it fails this one fails along, so that the figures of a
   * dead server go at once and not at this collector's own pace; when it is back this one runs at once.
   */
  readonly follows: string | null = null;

  /**
   * Reads the component once.
   * @param signal aborted at `timeoutMs` and at shutdown; every wait must honour it
   * @throws AppError with kind `unavailable` when the server does not answer; NotPresent when there is none
   */
  abstract collect(signal: AbortSignal): Promise<S>;

  /** Pure judgement of a snapshot, one check for each name in `checks`. */
  judge(_snapshot: S): readonly Check[] {
    return [];
  }
}
