import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import {
  findBinaries,
  serverEnvironment,
  type PostgresBinaries,
} from '../../src/embedded/embedded-postgres.binaries.js';
import { findIdentity } from '../../src/embedded/embedded-postgres.identity.js';
import { freePort, temporaryDirectory, until, type RunningServer } from './process.js';

const run = promisify(execFile);

/** Which real PostgreSQL: Debian's package, or the binaries that the application brings along. */
export type PostgresVersion = 'debian15' | 'embedded';

export interface PostgresOptions {
  readonly version: PostgresVersion;
  /** Name of the superuser of `url`; its password is random. */
  readonly superuser?: string;
  /** Server settings (`postgresql.conf`) on top of the fast, undurable ones of a test. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A started PostgreSQL. `url` is a superuser login on the database `postgres`. */
export interface RunningPostgres extends RunningServer {
  readonly superuser: string;
  readonly password: string;
  readonly dataDirectory: string;
  /** The same login on another database of this server. */
  urlOf(database: string): string;
  /** Runs one statement as superuser on a connection of its own. */
  adminQuery<R extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    values?: readonly unknown[],
    database?: string,
  ): Promise<R[]>;
}

async function installation(version: PostgresVersion): Promise<PostgresBinaries> {
  if (version === 'embedded') return findBinaries();
  const bin = '/usr/lib/postgresql/15/bin';
  if (!existsSync(`${bin}/postgres`)) throw new Error('PostgreSQL is missing: apt-get install postgresql-15');
  return { initdb: `${bin}/initdb`, postgres: `${bin}/postgres`, readable: [], major: 15 };
}

/** The postmaster and its children. Each child has a session of its own, so a signal to the group misses them. */
function family(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return [pid, ...children.split(' ').filter(Boolean).map(Number)];
  } catch {
    return [pid];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}

/** Starts a fresh PostgreSQL on loopback in a directory of its own. `dispose` removes it. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const superuser = options.superuser ?? 'postgres';
  const password = crypto.randomUUID();
  const port = await freePort();
  const directory = temporaryDirectory('postgres');
  const binaries = await installation(options.version);
  // As root, the server runs as another user, who may have to pass closed directories on the way to the binaries.
  chmodSync(directory.path, 0o711);
  const identity = await findIdentity(binaries, directory.path, null);
  const data = join(directory.path, 'data');
  const passwordFile = join(directory.path, 'password');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const path of [data, passwordFile]) identity.own(path);
  const urlOf = (database: string): string => `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`;

  try {
    const init = ['-D', data, '-U', superuser, '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '--no-sync'];
    const { file, args, ...ids } = identity.invocation(binaries.initdb, [...init, `--pwfile=${passwordFile}`]);
    await run(file, args, { ...ids, env: serverEnvironment, cwd: '/' });
  } catch (error) {
    directory.remove();
    throw new Error(`initdb of ${options.version} failed`, { cause: error });
  }
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_preload_libraries: 'pg_stat_statements',
    fsync: 'off',
    ...options.settings,
  };

  let child: ChildProcess | undefined;
  let output = '';
  const adminQuery: RunningPostgres['adminQuery'] = async (sql, values = [], database = 'postgres') => {
    const client = new pg.Client({ connectionString: urlOf(database), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  };
  const start = async (): Promise<void> => {
    const words = ['-D', data, '-p', String(port)];
    for (const [name, value] of Object.entries(settings)) words.push('-c', `${name}=${value}`);
    const { file, args, ...ids } = identity.invocation(binaries.postgres, words);
    const started = spawn(file, args, {
      ...ids,
      env: serverEnvironment,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    output = '';
    started.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)));
    let ended = false;
    started.once('error', () => (ended = true)).once('exit', () => (ended = true));
    const answers = (): Promise<boolean> => (ended ? Promise.resolve(true) : adminQuery('SELECT 1').then(() => true));
    await until('PostgreSQL answers', answers);
    if (ended) throw new Error(`PostgreSQL of ${options.version} did not start: ${output}`);
  };
  const all = (name: NodeJS.Signals): void => {
    if (child?.pid !== undefined) for (const pid of family(child.pid)) signal(pid, name);
  };
  const end = async (how: () => void): Promise<void> => {
    const running = child;
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    all('SIGCONT');
    how();
    const timer = setTimeout(() => all('SIGKILL'), 10_000);
    await gone;
    clearTimeout(timer);
    child = undefined;
  };
  // SIGINT is PostgreSQL's fast shutdown; on SIGTERM it would wait for every client to leave.
  const stop = (): Promise<void> => end(() => child?.kill('SIGINT'));
  const dispose = async (): Promise<void> => {
    await stop();
    directory.remove();
  };
  await start().catch(async (error: unknown) => {
    await end(() => all('SIGKILL'));
    directory.remove();
    throw error;
  });
  return {
    port,
    url: urlOf('postgres'),
    superuser,
    password,
    dataDirectory: data,
    urlOf,
    adminQuery,
    start,
    stop,
    kill: () => end(() => all('SIGKILL')),
    suspend: () => all('SIGSTOP'),
    resume: () => all('SIGCONT'),
    dispose,
  };
}
