import { AppError } from '../core/index.js';

/** The host's figures could not be read: `/proc` is missing or the pass was given up. */
export function unreadable(cause: unknown): AppError {
  return new AppError('system.unreadable', 'unavailable', 'The figures of this host could not be read.', { cause });
}

/** The first pass has not ended, or the last one failed; the next is seconds away. */
export function notReadYet(): AppError {
  return new AppError('system.not_read_yet', 'unavailable', 'The host has not been read yet. Try again in a second.', {
    retryAfterSeconds: 1,
  });
}
