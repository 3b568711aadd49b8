import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import type { Clock } from '../core/index.js';
import { within } from './system.files.js';
import { isRemote, parseStat, type Mount, type SpaceCounts } from './system-mount.parse.js';
import { percentOf } from './system.rates.js';
import type { FileSystem, UnreadableFileSystem } from './system.snapshot.js';

/** File systems measured in one pass. */
const maxFileSystems = 64;
/** A mount that does not answer within this is reported as hanging. */
const timeoutMs = 1_000;
/** Mounts asked at the same time: even if all of them hang, a pass ends before the scheduler gives it up. */
const lanes = 16;

export interface MeasuredFileSystems {
  readonly fileSystems: readonly FileSystem[];
  readonly unreadable: readonly UnreadableFileSystem[];
}

type Answer = FileSystem | UnreadableFileSystem | null;

/** Space as `df` prints it; null when the type keeps no space at all. */
export function fileSystemOf(mount: Mount, counts: SpaceCounts): FileSystem | null {
  if (counts.blocks === 0) return null;
  // Some FUSE types claim more free than there is.
  const usedBytes = Math.max(0, counts.blocks - counts.bfree) * counts.bsize;
  const freeBytes = counts.bavail * counts.bsize;
  const usedInodes = Math.max(0, counts.files - counts.ffree);
  return {
    path: mount.path,
    device: mount.source,
    type: mount.type,
    readOnly: mount.readOnly,
    totalBytes: counts.blocks * counts.bsize,
    usedBytes,
    freeBytes,
    usagePercent: percentOf(usedBytes, usedBytes + freeBytes) ?? 0,
    inodes:
      counts.files === 0
        ? null
        : { total: counts.files, used: usedInodes, usagePercent: percentOf(usedInodes, counts.files) ?? 0 },
  };
}

interface Question {
  readonly answer: Promise<Answer>;
  stop(): void;
}

/** Local file systems answer at once, so a thread of Node.js may ask. */
function askHere(mount: Mount): Question {
  const { path, type } = mount;
  const answer = statfs(path).then(
    (counts) => fileSystemOf(mount, counts),
    (error: NodeJS.ErrnoException): Answer => {
      // Unmounted since the list was read: no longer there to be measured.
      if (error.code === 'ENOENT') return null;
      return { path, type, reason: error.code === 'EACCES' || error.code === 'EPERM' ? 'denied' : 'failed' };
    },
  );
  return { answer, stop: () => undefined };
}

/**
 * A remote file system is asked by a `stat` of its own, which can be killed. A hung statfs in here would hold one of the
 * four threads that all file and DNS work of Node.js shares, and the process could not even exit. The tool also knows the
 * fundamental block size, which Node.js does not tell and remote types set apart. Without the tool the mount is left out.
 */
function askOutside(mount: Mount): Question {
  const { path, type } = mount;
  const stop = new AbortController();
  const answer = new Promise<Answer>((resolve) => {
    const child = execFile(
      'stat',
      ['-f', '-c', '%S %b %f %a %c %d', '--', path],
      { env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } },
      (error, stdout, stderr) => {
        const counts = error ? null : parseStat(stdout);
        if (counts) resolve(fileSystemOf(mount, counts));
        else if (error?.code === 'ENOENT' || stderr.includes('No such file')) resolve(null);
        else resolve({ path, type, reason: /not permitted|denied/i.test(stderr) ? 'denied' : 'failed' });
      },
    );
    stop.signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  });
  return { answer, stop: () => stop.abort() };
}

/** Asks each mount for its space. One that hangs costs itself a second, and everything else nothing. */
export class MountReader {
  /** Paths whose question timed out and whose process could not be ended yet; not asked again until it is. */
  private readonly hung = new Set<string>();

  constructor(private readonly clock: Clock) {}

  /** @throws the reason of the signal when it is aborted */
  async read(all: readonly Mount[], signal: AbortSignal): Promise<MeasuredFileSystems> {
    const mounts = all.slice(0, maxFileSystems);
    const answers = new Map<Mount, Answer>();
    const queue = [...mounts];
    const lane = async (): Promise<void> => {
      for (let mount = queue.shift(); mount; mount = queue.shift()) answers.set(mount, await this.ask(mount, signal));
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    const inOrder = mounts.map((mount) => answers.get(mount) ?? null).filter((answer) => answer !== null);
    return {
      fileSystems: inOrder.filter((answer): answer is FileSystem => !('reason' in answer)),
      unreadable: inOrder.filter((answer): answer is UnreadableFileSystem => 'reason' in answer),
    };
  }

  private async ask(mount: Mount, signal: AbortSignal): Promise<Answer> {
    const { path, type } = mount;
    if (this.hung.has(path)) return { path, type, reason: 'timeout' };
    const question = isRemote(type) ? askOutside(mount) : askHere(mount);
    this.hung.add(path);
    const settled = question.answer.finally(() => this.hung.delete(path));
    try {
      const answer = await within(this.clock, timeoutMs, signal, settled);
      return answer === 'timeout' ? { path, type, reason: 'timeout' } : answer;
    } finally {
      question.stop();
    }
  }
}
