import { Clock, type Timer } from '../../src/core/index.js';

interface Pending {
  readonly dueMs: number;
  readonly run: () => void;
}

/** A clock that stands still until the test moves it. Wall clock and monotonic clock move together unless `jump`ed. */
export class FakeClock extends Clock {
  private monotonic = 1_000;
  private offset: number;
  private readonly pending = new Set<Pending>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    super();
    this.offset = startMs - this.monotonic;
  }

  nowMs(): number {
    return this.offset + this.monotonic;
  }

  monotonicMs(): number {
    return this.monotonic;
  }

  after(delayMs: number, run: () => void): Timer {
    const entry = { dueMs: this.monotonic + delayMs, run };
    this.pending.add(entry);
    // Registries keep and clear a handle of Node's; this one never fires.
    const handle = setTimeout(() => undefined, 2_147_483_647).unref();
    return {
      handle,
      cancel: () => {
        this.pending.delete(entry);
        clearTimeout(handle);
      },
    };
  }

  /** How many timers wait. */
  get timers(): number {
    return this.pending.size;
  }

  /** Moves both clocks; timers run in the order they are due, and promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.monotonic + ms;
    for (;;) {
      await settle();
      const next = [...this.pending].filter((p) => p.dueMs <= end).sort((a, b) => a.dueMs - b.dueMs)[0];
      if (!next) break;
      this.monotonic = Math.max(this.monotonic, next.dueMs);
      this.pending.delete(next);
      next.run();
    }
    this.monotonic = end;
    await settle();
  }

  /** Sets the wall clock alone forward or back, as an administrator or NTP does. */
  jump(ms: number): void {
    this.offset += ms;
  }
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
