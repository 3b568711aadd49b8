import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../core/index.js';

/**
 * Text of a small kernel file; empty where it is missing or may not be read. Kernel files differ by version, build and
 * sandbox, and each one that we can do without is read this way.
 *
 * Read synchronously on purpose: procfs, sysfs and cgroupfs answer from memory and never wait for a device. That takes
 * 0.03 ms a file, a third of the way through the thread pool, and does not queue behind password hashing or a slow disk.
 */
export function readKernelFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The same for the few files for which the kernel may sleep or work for milliseconds. */
export function readSlowKernelFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/**
 * Waits for an answer, but not for ever.
 * @throws the reason of the signal when it is aborted first; whatever `answer` throws
 */
export function within<T>(clock: Clock, ms: number, signal: AbortSignal, answer: Promise<T>): Promise<T | 'timeout'> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => (): void => {
      timer.cancel();
      signal.removeEventListener('abort', aborted);
      then();
    };
    const aborted = settle(() => reject(signal.reason as Error));
    const timer = clock.after(
      ms,
      settle(() => resolve('timeout')),
    );
    signal.addEventListener('abort', aborted);
    answer.then(
      (value) => settle(() => resolve(value))(),
      (error: unknown) => settle(() => reject(error as Error))(),
    );
    if (signal.aborted) aborted();
  });
}

/**
 * Waits.
 * @throws the reason of the signal when it is aborted before the time is up
 */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await within(clock, ms, signal, new Promise<never>(() => undefined));
}
