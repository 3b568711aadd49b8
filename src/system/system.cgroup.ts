import {
  groupDirectories,
  parseBytes,
  parseCpuList,
  parseCpuMax,
  parseKey,
  parseOwnGroup,
} from './system-cgroup.parse.js';
import type { Mount } from './system-mount.parse.js';
import { readKernelFile } from './system.files.js';

/** Levels looked at, from our own group upwards. */
const maxLevels = 16;

/** The processor share of our group. */
export interface GroupCpu {
  /** Directory whose counters these are. */
  readonly directory: string;
  readonly cores: number;
  readonly limitedBy: 'cpuset' | 'quota';
  /** Processor time of the group since it began. */
  readonly usedSeconds: number;
  readonly throttledSeconds: number | null;
}

/** The memory share of our group, of the level with the least room left. Bytes. */
export interface GroupMemory {
  readonly limitBytes: number;
  /** Charged to the group, cache included. */
  readonly currentBytes: number;
  /** Charged less the inactive file cache, which the kernel drops before it kills: the figure of Kubernetes and Docker. */
  readonly usedBytes: number;
  readonly cachedBytes: number | null;
  /** null where the group may use all of the machine's swap. */
  readonly swap: { readonly limitBytes: number; readonly usedBytes: number } | null;
}

/** What cgroup v2 allows this process; null where the machine itself is the limit. */
export interface GroupLimits {
  readonly cpu: GroupCpu | null;
  readonly memory: GroupMemory | null;
}

const none: GroupLimits = { cpu: null, memory: null };

function readCpu(directories: readonly string[], hostCores: number): GroupCpu | null {
  const own = directories[0] ?? '';
  const quotas = directories.map((directory) => ({
    directory,
    cores: parseCpuMax(readKernelFile(`${directory}/cpu.max`)) ?? Infinity,
  }));
  const quota = quotas.reduce((a, b) => (b.cores < a.cores ? b : a), { directory: own, cores: Infinity });
  const cpuset = parseCpuList(readKernelFile(`${own}/cpuset.cpus.effective`)) ?? Infinity;
  const cores = Math.min(quota.cores, cpuset);
  if (cores >= hostCores) return null;
  const limitedBy = quota.cores <= cpuset ? 'quota' : 'cpuset';
  const directory = limitedBy === 'quota' ? quota.directory : own;
  const stat = readKernelFile(`${directory}/cpu.stat`);
  const used = parseKey(stat, 'usage_usec');
  const throttled = parseKey(stat, 'throttled_usec');
  if (used === null) return null;
  return {
    directory,
    cores,
    limitedBy,
    usedSeconds: used / 1e6,
    throttledSeconds: throttled === null ? null : throttled / 1e6,
  };
}

function readMemoryLevel(directory: string, hostBytes: number): GroupMemory | null {
  const limitBytes = parseBytes(readKernelFile(`${directory}/memory.max`));
  if (limitBytes === null || limitBytes >= hostBytes) return null;
  const read = (file: string): string => readKernelFile(`${directory}/${file}`);
  const stat = read('memory.stat');
  const currentBytes = parseBytes(read('memory.current'));
  if (currentBytes === null) return null;
  const swapLimit = parseBytes(read('memory.swap.max'));
  return {
    limitBytes,
    currentBytes,
    usedBytes: Math.max(0, currentBytes - (parseKey(stat, 'inactive_file') ?? 0)),
    cachedBytes: parseKey(stat, 'file'),
    swap:
      swapLimit === null ? null : { limitBytes: swapLimit, usedBytes: parseBytes(read('memory.swap.current')) ?? 0 },
  };
}

/**
 * Reads the limits of our group and of every ancestor that is visible. For processors the smallest quota wins, or the
 * cpuset when that is smaller still; for memory the level with the least room, because there the kernel kills first.
 * cgroup v1 is not read: there the machine's figures stand.
 * @param ownGroup text of `/proc/self/cgroup`
 */
export function readGroupLimits(
  ownGroup: string,
  mounts: readonly Mount[],
  host: { readonly cores: number; readonly memoryBytes: number },
): GroupLimits {
  const group = parseOwnGroup(ownGroup);
  const mount = mounts.find((m) => m.type === 'cgroup2');
  if (group === null || !mount) return none;
  const directories = groupDirectories(group, mount).slice(0, maxLevels);
  const limited = directories
    .map((directory) => readMemoryLevel(directory, host.memoryBytes))
    .filter((level) => level !== null);
  const room = (level: GroupMemory): number => level.limitBytes - level.usedBytes;
  return {
    cpu: readCpu(directories, host.cores),
    memory: limited.length === 0 ? null : limited.reduce((a, b) => (room(b) < room(a) ? b : a)),
  };
}
