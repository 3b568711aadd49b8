import { AppError } from '../core/index.js';

/**
 * Errors of the servers we bring. They end the start and are read by the operator at the console, who needs the
 * path and the process id: unlike elsewhere, the public text names both.
 */

/** DATA_DIR is no directory, or cannot be created, read or written. */
export function dataDirectoryUnusable(path: string, cause: unknown): AppError {
  const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  const remedy = reason === 'ENOSPC' ? 'Its disk is full: make room' : 'Make it a directory that this user may write';
  return new AppError(
    'embedded.data_directory_unusable',
    'unavailable',
    `The data directory ${path} cannot be used (${reason}). ${remedy}, or set DATA_DIR to another one.`,
    { cause, retryable: false },
  );
}

/** Another running process holds DATA_DIR. */
export function dataDirectoryInUse(path: string, pid: number): AppError {
  return new AppError(
    'embedded.data_directory_in_use',
    'conflict',
    `The data directory ${path} is in use by process ${pid}. Stop that process first, or set DATA_DIR to another directory.`,
  );
}

/** A kept secret is there but empty: regenerating it would lock us out of the data it belongs to. */
export function secretEmpty(path: string): AppError {
  return new AppError(
    'embedded.secret_empty',
    'conflict',
    `The secret ${path} is empty. Restore it from a backup, or remove the file to have a new one generated.`,
  );
}

/** There are no binaries for this platform, or they do not run here (musl instead of glibc, for example). */
export function postgresUnsupported(reason: string, cause?: unknown): AppError {
  return new AppError(
    'embedded.postgres_unsupported',
    'unavailable',
    `The embedded PostgreSQL cannot run here: ${reason}. Set DATABASE_URL to a PostgreSQL server of your own.`,
    { cause, retryable: false },
  );
}

/** The user as which PostgreSQL has to run does not reach its binaries or its data. */
export function postgresUnreachablePath(user: string, blocker: string, asRoot: boolean, cause: unknown): AppError {
  const why = asRoot ? ` PostgreSQL refuses to run as root and therefore runs as the user ${user}.` : '';
  const remedy = asRoot
    ? 'Start as an ordinary user, install setpriv (package util-linux), move the directory to where that user may go'
    : 'Give this user access to it, set DATA_DIR to another directory';
  return new AppError(
    'embedded.postgres_unreachable_path',
    'unavailable',
    `The user ${user} cannot use ${blocker}.${why} ${remedy}, or set DATABASE_URL to a PostgreSQL server of your own.`,
    { cause, retryable: false },
  );
}

/** The files in DATA_DIR were written by another major version, or are not PostgreSQL's. */
export function postgresDataForeign(path: string, found: string): AppError {
  return new AppError(
    'embedded.postgres_data_foreign',
    'conflict',
    `${path} holds ${found}, which this release cannot open. Move it away to start afresh, dump and restore it with its own release, or set DATABASE_URL.`,
  );
}

/** The server does not take the launcher's login, although its password was set (pg_hba.conf was changed). */
export function postgresLoginRefused(logPath: string): AppError {
  return new AppError(
    'embedded.postgres_login_refused',
    'conflict',
    `The embedded PostgreSQL refuses our login; was its pg_hba.conf changed? Its log is ${logPath}.`,
  );
}

/** PostgreSQL ended during its start, could not be initialised, or did not get ready in time. */
export function postgresFailed(what: string, logPath: string, tail: string, cause?: unknown): AppError {
  return new AppError(
    'embedded.postgres_failed',
    'unavailable',
    `The embedded PostgreSQL ${what}. Its log is ${logPath}.`,
    { cause: tail === '' ? cause : new Error(tail, { cause }) },
  );
}

/** `stop()` came while the server was still starting. */
export function postgresStopped(): AppError {
  return new AppError(
    'embedded.postgres_stopped',
    'unavailable',
    'The embedded PostgreSQL was stopped while starting.',
  );
}
