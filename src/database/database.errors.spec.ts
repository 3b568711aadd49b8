import pg from 'pg';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { AppError } from '../core/index.js';
import {
  ConnectFailed,
  ConnectionLost,
  isForeignKeyViolation,
  isUniqueViolation,
  ServerSilent,
  translateDatabaseError,
} from './database.errors.js';

const driverText = 'FATAL: secret detail of host db.internal';
function fromServer(code: string, constraint?: string): pg.DatabaseError {
  const error = new pg.DatabaseError(driverText, 1, 'error');
  error.code = code;
  error.constraint = constraint;
  return error;
}
const failed = (error: Error): QueryFailedError => new QueryFailedError('SELECT 1', [], error);

describe('errors that say the database is not available', () => {
  it.each<[string, Error, string]>([
    ['a refused connection', new ConnectFailed(new Error('ECONNREFUSED')), 'database.unreachable'],
    ['an exhausted pool', new ConnectFailed(new Error('timeout exceeded when trying to connect')), 'database.busy'],
    ['a refused password', new ConnectFailed(fromServer('28P01')), 'database.auth_refused'],
    ['a login that may not connect', new ConnectFailed(fromServer('28000')), 'database.auth_refused'],
    ['a missing database', new ConnectFailed(fromServer('3D000')), 'database.missing'],
    ['too many connections', new ConnectFailed(fromServer('53300')), 'database.too_many_connections'],
    ['a server that starts', new ConnectFailed(fromServer('57P03')), 'database.starting'],
    ['any other refusal to connect', new ConnectFailed(fromServer('42501')), 'database.unreachable'],
    ['a lost connection', failed(new ConnectionLost(new Error('ECONNRESET'))), 'database.unreachable'],
    ['a silent server', failed(new ConnectionLost(new ServerSilent(5))), 'database.unreachable'],
    ['a server that shuts down', failed(fromServer('57P01')), 'database.unreachable'],
    ['a cancelled statement', failed(fromServer('57014')), 'database.timeout'],
    ['a full disk', failed(fromServer('53100')), 'database.out_of_resources'],
    ['a lock that did not come', failed(fromServer('55P03')), 'database.lock_timeout'],
    ['a server without writes', failed(fromServer('25006')), 'database.read_only'],
    ['a deadlock', failed(fromServer('40P01')), 'database.conflict'],
    ['a serialisation failure', failed(fromServer('40001')), 'database.conflict'],
    ['a corrupt server', failed(fromServer('XX001')), 'database.server_failed'],
    ['a connection lost between two statements', new QueryRunnerAlreadyReleasedError(), 'database.unreachable'],
  ])('%s', (_case, thrown, code) => {
    const error = translateDatabaseError(thrown) as AppError;
    expect(error).toBeInstanceOf(AppError);
    expect([error.kind, error.code, error.retryable]).toEqual(['unavailable', code, true]);
    expect(error.publicText).not.toContain('secret');
    expect(error.cause).toBeDefined();
  });
});

describe('errors that are the caller’s', () => {
  it.each(['23505', '23503', '23514', '42601', '42P01', '22P02'])('SQLSTATE %s passes unchanged', (code) => {
    const thrown = failed(fromServer(code));
    expect(translateDatabaseError(thrown)).toBe(thrown);
  });

  it('as do errors that are none of the driver', () => {
    const own = new AppError('users.taken', 'conflict', 'The name is taken.');
    expect(translateDatabaseError(own)).toBe(own);
    const bug = new TypeError('x is not a function');
    expect(translateDatabaseError(bug)).toBe(bug);
  });

  it('tell a violated unique constraint, by name too, and a violated foreign key', () => {
    const unique = failed(fromServer('23505', 'users_email'));
    expect([isUniqueViolation(unique), isUniqueViolation(unique, 'users_email')]).toEqual([true, true]);
    expect(isUniqueViolation(unique, 'users_name')).toBe(false);
    expect(isUniqueViolation(new Error('23505'))).toBe(false);
    expect(isForeignKeyViolation(failed(fromServer('23503')))).toBe(true);
    expect(isForeignKeyViolation(unique)).toBe(false);
  });
});
