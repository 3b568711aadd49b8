import { AppError } from '../core/index.js';

/** The server cannot be connected to: refused, unknown host, TLS failure, connection lost. */
export function redisUnreachable(cause: unknown): AppError {
  return new AppError(
    'redis.unreachable',
    'unavailable',
    'Redis cannot be reached. Check that the server runs and that REDIS_URL names it.',
    { cause: withoutCommand(cause) },
  );
}

/** @param timeoutMs the wait that was not enough */
export function redisTimeout(timeoutMs: number): AppError {
  return new AppError('redis.timeout', 'unavailable', `Redis did not answer within ${timeoutMs} ms.`);
}

/** The caller gave up before Redis answered. */
export function redisAborted(): AppError {
  return new AppError('redis.aborted', 'unavailable', 'Redis did not answer before the run was ended.');
}

/** NOAUTH, WRONGPASS and DENIED replies: the server runs and lets us do nothing. */
export function redisAuthRefused(cause: Error): AppError {
  return new AppError(
    'redis.auth_refused',
    'unavailable',
    'Redis refuses the authentication. Check the user and password in REDIS_URL.',
    { cause: withoutCommand(cause), retryable: false },
  );
}

/** The server has no slot for one more connection. */
export function redisFull(cause: Error): AppError {
  return new AppError(
    'redis.clients_exhausted',
    'unavailable',
    'Redis refuses further connections: maxclients is reached. Close clients or raise maxclients.',
    { cause: withoutCommand(cause) },
  );
}

/** The server refuses to select the database that REDIS_URL names: in cluster mode, or beyond its `databases`. */
export function redisDatabaseRefused(cause: Error): AppError {
  return new AppError(
    'redis.database_refused',
    'unavailable',
    'Redis refuses the database number in REDIS_URL. Name one that the server has.',
    { cause: withoutCommand(cause), retryable: false },
  );
}

/**
 * The driver hangs the refused command with its arguments on the error; for AUTH that is the password. Only name and
 * text travel on.
 */
export function withoutCommand(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  const bare = new Error(cause.message || ((cause as NodeJS.ErrnoException).code ?? cause.name));
  bare.name = cause.name;
  return bare;
}
