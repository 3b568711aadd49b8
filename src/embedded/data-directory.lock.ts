import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dataDirectoryInUse } from './embedded.errors.js';

/** Who holds a lock. A pid alone may have been given to another program since. */
export interface LockHolder {
  readonly pid: number;
  /** Start of that process in clock ticks since boot, with the boot's id; null where the system does not tell. */
  readonly started: string | null;
}

/** Two lines: the pid, then the start mark (empty when unknown). */
export function parseLock(text: string): LockHolder | null {
  const [pid = '', started = ''] = text.split('\n');
  if (!/^[1-9]\d{0,9}$/.test(pid)) return null;
  return { pid: Number(pid), started: started === '' ? null : started };
}

/**
 * Field 22 (`starttime`) of `/proc/<pid>/stat`, counted behind the command name, which may hold blanks and
 * parentheses. Null when the text is not of that form or the process is a zombie, which no longer holds anything.
 */
export function parseStartTicks(stat: string): string | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields[19];
  return fields[0] === 'Z' || fields[0] === 'X' || ticks === undefined || !/^\d+$/.test(ticks) ? null : ticks;
}

function startMark(pid: number): string | null {
  try {
    const ticks = parseStartTicks(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return ticks && `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`;
  } catch {
    return null;
  }
}

function isAlive(holder: LockHolder): boolean {
  if (holder.started !== null) return startMark(holder.pid) === holder.started;
  try {
    return process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function read(path: string): LockHolder | null | undefined {
  try {
    return parseLock(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isOurs(holder: LockHolder | null | undefined): boolean {
  return holder?.pid === process.pid && (holder.started === null || holder.started === startMark(process.pid));
}

/**
 * Takes the lock file `path` for this process, also from a holder that no longer lives. The file appears complete
 * (written aside, then linked), so a reader never sees half of it.
 * @param directory named in the error
 * @returns gives the lock back
 * @throws embedded.data_directory_in_use
 */
export function takeLock(path: string, directory: string): () => void {
  const aside = `${path}.${randomUUID()}`;
  writeFileSync(aside, `${process.pid}\n${startMark(process.pid) ?? ''}\n`, { mode: 0o644 });
  try {
    for (;;) {
      try {
        linkSync(aside, path);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      removeStale(path, directory);
    }
  } finally {
    rmSync(aside, { force: true });
  }
  return () => {
    if (isOurs(read(path))) rmSync(path, { force: true });
  };
}

/**
 * Only one of several processes that find the same stale lock can rename it. One that moved a lock which another
 * process took meanwhile puts it back.
 */
function removeStale(path: string, directory: string): void {
  const holder = read(path);
  if (holder && isAlive(holder)) throw dataDirectoryInUse(directory, holder.pid);
  const moved = `${path}.${randomUUID()}`;
  try {
    renameSync(path, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const taken = read(moved);
  try {
    if (taken && isAlive(taken)) {
      linkSync(moved, path);
      throw dataDirectoryInUse(directory, taken.pid);
    }
  } finally {
    rmSync(moved, { force: true });
  }
}
