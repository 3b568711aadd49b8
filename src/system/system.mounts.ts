import { statfs } from 'node:fs/promises';
import type { StatsFs } from 'node:fs';
import type { Clock } from '../core/index.js';
import { within } from './system.files.js';
import { isRemote, type Mount } from './system-mount.parse.js';
import { percentOf } from './system.rates.js';
import type { FileSystem, UnreadableFileSystem } from './system.snapshot.js';

/** File systems measured in one pass. */
const maxFileSystems = 64;
/** A mount that does not answer within this is reported as hanging. */
const timeoutMs = 1_000;
/** Questions asked at the same time. */
const lanes = 2;
/**
 * A hung statfs holds one of the four threads that all file and DNS work of Node.js shares until the kernel gives up.
 * After so many no further remote mount is asked, which leaves at least one thread free in the worst case.
 */
const maxHung = 2;
/** Answers of mounts that only their owner may look at, such as FUSE ones. */
const deniedCodes = new Set<string | undefined>(['EACCES', 'EPERM']);

export interface MeasuredFileSystems {
  readonly fileSystems: readonly FileSystem[];
  readonly unreadable: readonly UnreadableFileSystem[];
}

/** Space as `df` prints it. The block counts are in units of `bsize`; null when the type keeps no space at all. */
export function fileSystemOf(mount: Mount, stats: StatsFs): FileSystem | null {
  if (stats.blocks === 0) return null;
  const usedBytes = (stats.blocks - stats.bfree) * stats.bsize;
  const freeBytes = stats.bavail * stats.bsize;
  const usedInodes = stats.files - stats.ffree;
  return {
    path: mount.path,
    device: mount.source,
    type: mount.type,
    readOnly: mount.readOnly,
    totalBytes: stats.blocks * stats.bsize,
    usedBytes,
    freeBytes,
    usagePercent: percentOf(usedBytes, usedBytes + freeBytes) ?? 0,
    inodes:
      stats.files === 0
        ? null
        : { total: stats.files, used: usedInodes, usagePercent: percentOf(usedInodes, stats.files) ?? 0 },
  };
}

/** Asks each mount for its space. A hung mount costs itself one second once, and is not asked again until it answers. */
export class MountReader {
  /** Paths whose question timed out and is still open. */
  private readonly hung = new Set<string>();

  constructor(private readonly clock: Clock) {}

  /** @throws the reason of the signal when it is aborted */
  async read(all: readonly Mount[], signal: AbortSignal): Promise<MeasuredFileSystems> {
    const mounts = all.slice(0, maxFileSystems);
    const answers = new Map<Mount, FileSystem | UnreadableFileSystem | null>();
    // Local ones first, so that they never wait for a server.
    const queue = [...mounts].sort((a, b) => Number(isRemote(a.type)) - Number(isRemote(b.type)));
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

  private async ask(mount: Mount, signal: AbortSignal): Promise<FileSystem | UnreadableFileSystem | null> {
    const { path, type } = mount;
    if (this.hung.has(path) || (isRemote(type) && this.hung.size >= maxHung)) return { path, type, reason: 'timeout' };
    let open = true;
    const question = statfs(path)
      .then((stats) => fileSystemOf(mount, stats))
      .catch((error: NodeJS.ErrnoException): UnreadableFileSystem | null => {
        // Unmounted since the list was read: no longer there to be measured.
        return error.code === 'ENOENT'
          ? null
          : { path, type, reason: deniedCodes.has(error.code) ? 'denied' : 'failed' };
      })
      .finally(() => {
        open = false;
        this.hung.delete(path);
      });
    const answer = await within(this.clock, timeoutMs, signal, question);
    if (answer !== 'timeout') return answer;
    if (open) this.hung.add(path);
    return { path, type, reason: 'timeout' };
  }
}
