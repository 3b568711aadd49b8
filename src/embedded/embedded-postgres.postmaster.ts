import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** PostgreSQL's `postmaster.pid`: written line by line while the server starts. */
export interface PostmasterFile {
  readonly pid: number;
  readonly dataDirectory: string;
  /** Null while the server has not come so far. */
  readonly port: number | null;
}

/**
 * Reads the lines pid, data directory, start time, port (LOCK_FILE_LINE_* of PostgreSQL's miscadmin.h). The pid of a
 * server without clients (initdb's, single-user) is negative there. Null when the file holds no pid.
 */
export function parsePostmasterFile(text: string): PostmasterFile | null {
  const [pid = '', dataDirectory = '', , port = ''] = text.split('\n');
  if (!/^-?[1-9]\d{0,9}$/.test(pid)) return null;
  return {
    pid: Math.abs(Number(pid)),
    dataDirectory,
    port: /^[1-9]\d{0,4}$/.test(port) ? Number(port) : null,
  };
}

/** The `postmaster.pid` of a data directory; null when there is none. */
export function readPostmasterFile(dataDirectory: string): PostmasterFile | null {
  try {
    return parsePostmasterFile(readFileSync(`${dataDirectory}/postmaster.pid`, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Whether the process is a living PostgreSQL server of that data directory, and not a program that got the pid
 * since. A server's working directory is its data directory; where the system does not tell (root in a container
 * without the right to trace), its command line does.
 */
export function isPostmasterOf(pid: number, dataDirectory: string): boolean {
  if (process.platform !== 'linux') return isListed(pid, dataDirectory);
  try {
    if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'postgres') return false;
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const own = statSync(dataDirectory);
    try {
      const working = statSync(`/proc/${pid}/cwd`);
      return working.dev === own.dev && working.ino === own.ino;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EACCES' && words.includes(dataDirectory);
    }
  } catch {
    return false;
  }
}

function isListed(pid: number, dataDirectory: string): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform === 'win32') return true;
    const command = execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8', timeout: 5_000 });
    return command.includes('postgres') && command.includes(dataDirectory);
  } catch {
    return false;
  }
}

/** The server's child processes. Each has a session of its own, so a signal to the server's group misses them. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    return;
  }
}

async function goneWithin(isThere: () => boolean, timeoutMs: number): Promise<boolean> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; await pause(20)) {
    if (!isThere()) return true;
  }
  return !isThere();
}

/** Limits of a stop: the fast shutdown writes a checkpoint, the immediate one leaves the recovery to the next start. */
const fastShutdownMs = 10_000;
const immediateShutdownMs = 5_000;

/**
 * Ends a server: fast shutdown (SIGINT: clients are disconnected), then immediate (SIGQUIT), then SIGKILL with its
 * children, which would hold the shared memory otherwise. Bounded to 20 s; does nothing when the process is not the
 * server of that data directory.
 */
export async function stopPostmaster(pid: number, dataDirectory: string): Promise<void> {
  const isThere = (): boolean => isPostmasterOf(pid, dataDirectory);
  const steps = [
    ['SIGINT', fastShutdownMs],
    ['SIGQUIT', immediateShutdownMs],
  ] as const;
  for (const [signal, timeoutMs] of steps) {
    if (!isThere()) return;
    send(pid, signal);
    // A suspended server takes the signal when it continues.
    send(pid, 'SIGCONT');
    if (await goneWithin(isThere, timeoutMs)) return;
  }
  const children = childrenOf(pid);
  for (const one of [pid, ...children]) if (isPostmasterOf(one, dataDirectory)) send(one, 'SIGKILL');
  await goneWithin(() => [pid, ...children].some((one) => isPostmasterOf(one, dataDirectory)), immediateShutdownMs);
}
