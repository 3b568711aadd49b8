import type { RedisInfo, RedisWindow } from './redis.snapshot.js';

/** What is kept of an earlier pass to tell what moved since. */
export interface RedisBase {
  readonly info: RedisInfo;
  /** Monotonic time of that answer. */
  readonly atMs: number;
  readonly startTimeSeconds: number | null;
}

export interface WindowStep {
  readonly window: RedisWindow;
  readonly startTimeSeconds: number | null;
  /** For the next step. */
  readonly base: RedisBase;
}

/** A rate over less says more about our timing than about the server: the window then goes on growing. */
const shortestWindowMs = 900;
/** Whole seconds of uptime against a clock with fractions: the computed start may waver by this much. */
const startToleranceSeconds = 2;

const counters = [
  'uptimeSeconds',
  'commandsProcessed',
  'cacheHits',
  'cacheMisses',
  'connectionsReceived',
  'connectionsRejected',
  'keysEvicted',
  'keysExpired',
] as const satisfies readonly (keyof RedisInfo)[];

function ranOn(before: RedisInfo, now: RedisInfo): boolean {
  return (
    before.runId === now.runId && (before.uptimeSeconds === null || (now.uptimeSeconds ?? 0) >= before.uptimeSeconds)
  );
}

/** `CONFIG RESETSTAT` sets counters back without a restart, so any decrease is a reset. */
function continues(before: RedisInfo, now: RedisInfo): boolean {
  return ranOn(before, now) && counters.every((name) => (now[name] ?? 0) >= (before[name] ?? 0));
}

function difference(before: RedisInfo, now: RedisInfo, name: (typeof counters)[number]): number {
  return (now[name] ?? 0) - (before[name] ?? 0);
}

/** Percent of lookups that found their key; null for none at all: 0 of 0 is neither 0 % nor 100 %. */
export function hitPercent(hits: number | null, misses: number | null): number | null {
  if (hits === null || misses === null || hits + misses === 0) return null;
  return (100 * hits) / (hits + misses);
}

function startTimeOf(base: RedisBase | null, info: RedisInfo, nowMs: number): number | null {
  if (info.uptimeSeconds === null) return null;
  const start = Math.floor(info.serverTimeSeconds ?? nowMs / 1000) - info.uptimeSeconds;
  const known = base && ranOn(base.info, info) ? base.startTimeSeconds : null;
  return known !== null && Math.abs(known - start) <= startToleranceSeconds ? known : start;
}

/**
 * Compares this pass with an earlier one of the same start of the server. Without one, after a restart and after a
 * reset of the statistics there is no window: the hit ratio then covers the life of the counters, the rate is the
 * server's own, and nothing counts as having happened just now.
 * @param atMs monotonic time of the answer
 * @param nowMs wall clock, for servers that do not tell their own
 */
export function stepWindow(base: RedisBase | null, info: RedisInfo, atMs: number, nowMs: number): WindowStep {
  const startTimeSeconds = startTimeOf(base, info, nowMs);
  const fresh: RedisBase = { info, atMs, startTimeSeconds };
  if (!base || !continues(base.info, info)) {
    const window: RedisWindow = {
      seconds: null,
      cacheHitPercent: hitPercent(info.cacheHits, info.cacheMisses),
      commandsPerSecond: info.commandsPerSecondNow,
      connectionsRejected: 0,
      keysEvicted: 0,
    };
    return { window, startTimeSeconds, base: fresh };
  }
  const seconds = (atMs - base.atMs) / 1000;
  const isShort = atMs - base.atMs < shortestWindowMs;
  const known = info.cacheHits !== null && info.cacheMisses !== null;
  const window: RedisWindow = {
    seconds,
    cacheHitPercent: known
      ? hitPercent(difference(base.info, info, 'cacheHits'), difference(base.info, info, 'cacheMisses'))
      : null,
    commandsPerSecond:
      isShort || info.commandsProcessed === null
        ? info.commandsPerSecondNow
        : difference(base.info, info, 'commandsProcessed') / seconds,
    connectionsRejected: difference(base.info, info, 'connectionsRejected'),
    keysEvicted: difference(base.info, info, 'keysEvicted'),
  };
  return { window, startTimeSeconds, base: isShort ? base : fresh };
}
