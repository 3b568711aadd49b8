import { Injectable } from '@nestjs/common';

/** A timer that can be taken back. */
export interface Timer {
  /** What Node's timer functions take; for registries that keep timers by name. */
  readonly handle: NodeJS.Timeout;
  cancel(): void;
}

/**
 * Time as a dependency, so that tests own it. Stamps come from the wall clock, durations from the monotonic one:
 * a jump of the wall clock must never produce a negative duration.
 */
export abstract class Clock {
  /** Wall clock, milliseconds since the epoch (UTC). */
  abstract nowMs(): number;
  /** Monotonic milliseconds with fractions; only differences mean something. */
  abstract monotonicMs(): number;
  /** Calls `run` once after `delayMs`. The timer does not keep the process alive. */
  abstract after(delayMs: number, run: () => void): Timer;
}

@Injectable()
export class SystemClock extends Clock {
  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  after(delayMs: number, run: () => void): Timer {
    const handle = setTimeout(run, delayMs);
    handle.unref();
    return { handle, cancel: () => clearTimeout(handle) };
  }
}

/** ISO 8601 with `Z`, the form of every time on the wire. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
