import { bounded, type Clock, type Timer } from '../core/index.js';

const stopWaitMs = 1_000;

/** Runs `work` again and again; a pause begins when the run before has ended, so runs never overlap. */
export class Repeating {
  private timer: Timer | undefined;
  private running: Promise<void> | undefined;
  private stopped = true;

  /** @param work must not reject: it handles its own failures */
  constructor(
    private readonly clock: Clock,
    private readonly pauseMs: number,
    private readonly work: () => Promise<void>,
  ) {}

  start(): void {
    this.stopped = false;
    this.next();
  }

  /** No further run begins; waits for the current one, but not longer than a second. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await bounded(this.clock, stopWaitMs, Promise.resolve(this.running));
  }

  private next(): void {
    if (this.stopped) return;
    this.timer = this.clock.after(this.pauseMs, () => {
      this.running = this.work().finally(() => {
        this.running = undefined;
        this.next();
      });
    });
  }
}
