import type { SystemSnapshot } from './system.snapshot.js';

/** Reads the host the way its operating system offers. Keeps what rates and means need from pass to pass. */
export abstract class SystemReader {
  /** @throws AppError system.unreadable */
  abstract read(signal: AbortSignal): Promise<SystemSnapshot>;
}
