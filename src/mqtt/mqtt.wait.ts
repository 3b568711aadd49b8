import type { Clock } from '../core/index.js';
import { mqttAborted, mqttTimeout } from './mqtt.errors.js';

export interface WaitLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Begins the work; may return what undoes its listeners once the wait is over. */
type Start<T> = (resolve: (value: T) => void, reject: (reason: Error) => void) => (() => void) | void;

/**
 * A wait that ends: by what `start` reports, by the signal, or at the limit. Only the first of them counts.
 * @param atLimit what the wait yields at the limit; without it, and when it yields an error, the wait fails
 */
export function boundedWait<T>(
  limits: WaitLimits,
  start: Start<T>,
  atLimit: () => T | Error = () => mqttTimeout(limits.timeoutMs),
): Promise<T> {
  const { clock, timeoutMs, signal } = limits;
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) return reject(mqttAborted());
    let undo: (() => void) | void = undefined;
    let isOver = false;
    const finish = (outcome: T | Error): void => {
      if (isOver) return;
      isOver = true;
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
      undo?.();
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    const onAbort = (): void => finish(mqttAborted());
    const timer = clock.after(timeoutMs, () => finish(atLimit()));
    signal.addEventListener('abort', onAbort, { once: true });
    undo = start(finish, finish);
    if (isOver) undo?.();
  });
}
