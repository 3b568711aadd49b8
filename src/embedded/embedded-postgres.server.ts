import { spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { serverEnvironment, type PostgresBinaries } from './embedded-postgres.binaries.js';
import { rootDirectory } from './embedded-postgres.cluster.js';
import type { PostgresIdentity } from './embedded-postgres.identity.js';

/** A log longer than this is put aside (one older log is kept) before the server starts. */
const logLimitBytes = 8 * 1024 * 1024;

/**
 * Settings on the command line, hence of this release and not of the one that made the data. Durability is
 * PostgreSQL's own default and stays so: a committed row survives the power cut.
 */
function settings(port: number): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // Their path must be shorter than 108 bytes, which a data directory need not be; loopback serves everyone.
    unix_socket_directories: '',
    max_connections: '100',
    shared_preload_libraries: 'pg_stat_statements',
    track_io_timing: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_checkpoints: 'off',
    logging_collector: 'off',
    log_destination: 'stderr',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** A TCP port on loopback that was free a moment ago. */
export async function freeLoopbackPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A server process that was started and may have ended since. */
export interface SpawnedServer {
  readonly pid: number | undefined;
  hasEnded(): boolean;
  /** What it has written to its log. */
  output(): string;
}

/**
 * Starts the server process in a session of its own: a Ctrl-C at the terminal reaches us alone, and we end it in order.
 * It does not keep this process alive. Its output is appended to the log file.
 */
export function spawnServer(
  cluster: string,
  port: number,
  logPath: string,
  binaries: PostgresBinaries,
  identity: PostgresIdentity,
): SpawnedServer {
  if (existsSync(logPath) && statSync(logPath).size > logLimitBytes) renameSync(logPath, `${logPath}.old`);
  const log = openSync(logPath, 'a', 0o600);
  const from = fstatSync(log).size;
  identity.own(logPath);
  const { file, args, ...ids } = identity.invocation(binaries.postgres, ['-D', cluster, ...settings(port)]);
  let ended = false;
  let failure = '';
  try {
    const child = spawn(file, args, {
      ...ids,
      env: serverEnvironment,
      cwd: rootDirectory(cluster),
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log],
    });
    child.once('exit', () => (ended = true));
    child.once('error', (error) => {
      ended = true;
      failure = error.message;
    });
    child.unref();
    return { pid: child.pid, hasEnded: () => ended, output: () => failure + readFrom(logPath, from) };
  } finally {
    closeSync(log);
  }
}

/** At most the last 4 kB behind `from`. */
function readFrom(path: string, from: number): string {
  const log = openSync(path, 'r');
  try {
    const { size } = fstatSync(log);
    const start = Math.max(from, size - 4_096);
    const bytes = Buffer.alloc(Math.max(0, size - start));
    readSync(log, bytes, 0, bytes.length, start);
    return bytes.toString('utf8');
  } finally {
    closeSync(log);
  }
}
