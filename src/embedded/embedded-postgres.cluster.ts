import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { dataDirectoryUnusable, postgresDataForeign, postgresFailed } from './embedded.errors.js';
import { serverEnvironment, type PostgresBinaries } from './embedded-postgres.binaries.js';
import type { PostgresIdentity } from './embedded-postgres.identity.js';

const run = promisify(execFile);

/** The login that initdb creates. Only the launcher uses it; the application's own login is no superuser. */
export const superuser = 'postgres';

const initdbTimeoutMs = 300_000;

/**
 * Whether there is a cluster of this major version.
 * @throws embedded.postgres_data_foreign when there is something else, embedded.data_directory_unusable
 */
export function hasCluster(cluster: string, major: number): boolean {
  const found = clusterVersion(cluster);
  if (found === null) return false;
  if (found !== String(major)) throw postgresDataForeign(cluster, `data of PostgreSQL ${found.slice(0, 20)}`);
  return true;
}

function clusterVersion(cluster: string): string | null {
  try {
    if (!existsSync(cluster) || readdirSync(cluster).length === 0) return null;
    return readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw dataDirectoryUnusable(cluster, error);
    throw postgresDataForeign(cluster, 'files that are not of PostgreSQL');
  }
}

/**
 * Creates the cluster: UTF-8, sorted by code point alike on every system, passwords only. It is made aside and renamed
 * into its place when complete, so an initdb that was killed leaves nothing but rubbish, which the next one removes.
 * @throws embedded.postgres_failed
 */
export async function createCluster(
  cluster: string,
  password: string,
  binaries: PostgresBinaries,
  identity: PostgresIdentity,
): Promise<void> {
  const parent = dirname(cluster);
  await removeUnfinished(cluster);
  const aside = join(parent, `${unfinishedPrefix(cluster)}${randomUUID()}`);
  const data = join(aside, 'data');
  const passwordFile = join(aside, 'password');
  mkdirSync(aside, { mode: 0o700 });
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  identity.own(aside);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const login = [`--username=${superuser}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const { file, args, ...ids } = identity.invocation(binaries.initdb, ['-D', data, ...login, ...locale]);
  try {
    await run(file, args, { ...ids, env: serverEnvironment, cwd: rootDirectory(parent), timeout: initdbTimeoutMs });
    renameSync(data, cluster);
  } catch (error) {
    throw postgresFailed('could not create its data files', cluster, lastOutput(error), error);
  } finally {
    await rm(aside, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Sets the superuser's password on a stopped cluster, by PostgreSQL's single-user mode, which asks for none: who may
 * write the files owns the data. For data whose secret was lost.
 * @throws embedded.postgres_failed
 */
export async function setSuperuserPassword(
  cluster: string,
  password: string,
  binaries: PostgresBinaries,
  identity: PostgresIdentity,
): Promise<void> {
  const words = ['--single', '-D', cluster, '-c', 'log_min_error_statement=panic', 'postgres'];
  const { file, args, ...ids } = identity.invocation(binaries.postgres, words);
  const options = { ...ids, env: serverEnvironment, cwd: rootDirectory(cluster), timeout: initdbTimeoutMs };
  try {
    const single = run(file, args, options);
    single.child.stdin?.on('error', () => undefined).end(`ALTER ROLE ${superuser} PASSWORD '${password}';\n`);
    await single;
  } catch (error) {
    throw postgresFailed('could not be given a new password', cluster, lastOutput(error), error);
  }
}

/** A working directory that every user can enter: the data directory may be closed to the server's user by name. */
export function rootDirectory(onWindows: string): string {
  return process.platform === 'win32' ? onWindows : '/';
}

function unfinishedPrefix(cluster: string): string {
  return `${basename(cluster)}.unfinished-`;
}

async function removeUnfinished(cluster: string): Promise<void> {
  const parent = dirname(cluster);
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(unfinishedPrefix(cluster))) continue;
    // An initdb that outlived its parent may still write there; a name of its own keeps it from doing harm.
    await rm(join(parent, name), { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}

function lastOutput(error: unknown): string {
  const output = (error as { stderr?: unknown }).stderr;
  return typeof output === 'string' ? output.slice(-2_000) : '';
}
