import { SystemClock } from '../../src/core/index.js';

/** The system's clock, moved forward by hand: limits and expiries are tested without waiting. Timers stay real. */
export class MovableClock extends SystemClock {
  private offsetMs = 0;

  advance(ms: number): void {
    this.offsetMs += ms;
  }

  override nowMs(): number {
    return super.nowMs() + this.offsetMs;
  }

  override monotonicMs(): number {
    return super.monotonicMs() + this.offsetMs;
  }
}
