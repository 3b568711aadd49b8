import pg from 'pg';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { AppError } from '../core/index.js';

/** No connection could be had: refused, unreachable, rejected by the server, or none came free in time. */
export class ConnectFailed extends Error {
  constructor(cause: unknown) {
    super('no database connection', { cause });
    this.name = 'ConnectFailed';
  }
}

/** An established connection broke, or was given up because the server stopped answering, while a statement ran. */
export class ConnectionLost extends Error {
  constructor(cause: unknown) {
    super('database connection lost', { cause });
    this.name = 'ConnectionLost';
  }
}

/** The server sent nothing for too long. Reason for destroying a connection, so it appears as a cause only. */
export class ServerSilent extends Error {
  constructor(readonly afterMs: number) {
    super(`no answer within ${afterMs} ms`);
    this.name = 'ServerSilent';
  }
}

function unavailable(code: string, publicText: string, cause: unknown): AppError {
  return new AppError(code, 'unavailable', publicText, { cause, retryAfterSeconds: 5 });
}

/** Before the first connection, or while the migrations are not applied. */
export function notReady(cause: unknown): AppError {
  return unavailable('database.not_ready', 'The database is not available yet. Try again in a few seconds.', cause);
}

function busy(cause: unknown): AppError {
  return unavailable('database.busy', 'All database connections are in use. Try again in a few seconds.', cause);
}

function unreachable(cause: unknown): AppError {
  return unavailable('database.unreachable', 'The database does not answer. Try again in a few seconds.', cause);
}

/** The server answers but does not let us read its statistics, or answers in a form of no known version. */
export function statisticsRefused(cause: unknown): AppError {
  const publicText = 'PostgreSQL does not let this login read its statistics: GRANT pg_monitor to the role.';
  return new AppError('database.statistics_refused', 'forbidden', publicText, { cause });
}

/** PostgreSQL older than 14. */
export function tooOld(version: string): AppError {
  const publicText = `PostgreSQL ${version} is not supported: 14 or newer is needed.`;
  return new AppError('database.version_unsupported', 'invalid', publicText);
}

/** SQLSTATEs (or their two-character classes) that speak of the server's state and not of the statement. */
const serverTrouble: Readonly<Record<string, (cause: unknown) => AppError>> = {
  '08': unreachable,
  '28': (e) => unavailable('database.auth_refused', 'The database refuses the login of this application.', e),
  '3D000': (e) => unavailable('database.missing', 'The database of this application does not exist.', e),
  '53300': (e) => unavailable('database.too_many_connections', 'The database has no free connection.', e),
  '53': (e) => unavailable('database.out_of_resources', 'The database is out of disk space or memory.', e),
  '55P03': (e) => unavailable('database.lock_timeout', 'The data is locked by another operation.', e),
  '57014': (e) => unavailable('database.timeout', 'The database took too long and was interrupted.', e),
  '57P03': (e) => unavailable('database.starting', 'The database is starting or shutting down.', e),
  '57P': unreachable,
  '25006': (e) => unavailable('database.read_only', 'The database accepts no writes at the moment.', e),
  '40001': (e) => unavailable('database.conflict', 'Another operation changed the same data. Try again.', e),
  '40P01': (e) => unavailable('database.conflict', 'Another operation locked the same data. Try again.', e),
  '58': (e) => unavailable('database.server_failed', 'The database reports a failure of its own.', e),
  XX: (e) => unavailable('database.server_failed', 'The database reports a failure of its own.', e),
};

function fromSqlState(error: pg.DatabaseError): AppError | undefined {
  const state = error.code ?? '';
  const make = serverTrouble[state] ?? serverTrouble[state.slice(0, 3)] ?? serverTrouble[state.slice(0, 2)];
  return make?.(error);
}

/** The driver's own error beneath TypeORM's wrapping. */
function driverError(thrown: unknown): unknown {
  return thrown instanceof QueryFailedError ? thrown.driverError : thrown;
}

/**
 * Translates what says that the database is not available (connection refused, lost or silent, login refused, out of
 * connections, statement timeout, ...) into an AppError of kind `unavailable`. Everything else is returned as it is:
 * a violated constraint or a faulty statement is for the caller, who knows what it means.
 */
export function translateDatabaseError(thrown: unknown): unknown {
  const error = driverError(thrown);
  if (error instanceof ConnectFailed) {
    const { cause } = error;
    if (cause instanceof pg.DatabaseError) return fromSqlState(cause) ?? unreachable(error);
    // The pool gives this one no code: the caller queued for a connection and none came free.
    const queued = cause instanceof Error && cause.message.startsWith('timeout exceeded when trying to connect');
    return queued ? busy(error) : unreachable(error);
  }
  if (error instanceof ConnectionLost) return unreachable(error);
  if (error instanceof pg.DatabaseError) return fromSqlState(error) ?? thrown;
  // The connection broke between two statements of a transaction: TypeORM has taken it back already.
  if (error instanceof QueryRunnerAlreadyReleasedError) return unreachable(error);
  return thrown;
}

/**
 * Whether a unique constraint was violated (SQLSTATE 23505), so that the caller can answer `conflict`.
 * @param constraint name of the constraint or index, when only that one is meant
 */
export function isUniqueViolation(thrown: unknown, constraint?: string): boolean {
  const error = driverError(thrown);
  return (
    error instanceof pg.DatabaseError &&
    error.code === '23505' &&
    (constraint === undefined || error.constraint === constraint)
  );
}

/** Whether a foreign key was violated (SQLSTATE 23503): the row referred to is missing or still in use. */
export function isForeignKeyViolation(thrown: unknown): boolean {
  const error = driverError(thrown);
  return error instanceof pg.DatabaseError && error.code === '23503';
}
