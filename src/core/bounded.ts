import type { Clock, Timer } from './clock.js';

/** Waits for `work`, but not longer than `limitMs`. For shutdown, where a dependency that hangs must not decide. */
export async function bounded(clock: Clock, limitMs: number, work: Promise<unknown>): Promise<void> {
  let timer: Timer | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = clock.after(limitMs, resolve);
  });
  await Promise.race([work, limit]);
  timer?.cancel();
}
