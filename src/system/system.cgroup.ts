import {
  groupDirectories,
  parseBytes,
  parseCpuList,
  parseCpuMax,
  parseKey,
  parseOwnGroup,
} from './system-cgroup.parse.js';
import type { Mount } from './system-mount.parse.js';
import { readOptional } from './system.files.js';

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

async function readCpu(directories: readonly string[], hostCores: number): Promise<GroupCpu | null> {
  const own = directories[0] ?? '';
  const quotas = await Promise.all(
    directories.map(async (directory) => ({
      directory,
      cores: parseCpuMax(await readOptional(`${directory}/cpu.max`)) ?? Infinity,
    })),
  );
  const quota = quotas.reduce((a, b) => (b.cores < a.cores ? b : a), { directory: own, cores: Infinity });
  const cpuset = parseCpuList(await readOptional(`${own}/cpuset.cpus.effective`)) ?? Infinity;
  const cores = Math.min(quota.cores, cpuset);
  if (cores >= hostCores) return null;
  const limitedBy = quota.cores <= cpuset ? 'quota' : 'cpuset';
  const directory = limitedBy === 'quota' ? quota.directory : own;
  const stat = await readOptional(`${directory}/cpu.stat`);
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

async function readMemoryLevel(directory: string, hostBytes: number): Promise<GroupMemory | null> {
  const limitBytes = parseBytes(await readOptional(`${directory}/memory.max`));
  if (limitBytes === null || limitBytes >= hostBytes) return null;
  const [current, stat, swapMax, swapCurrent] = await Promise.all(
    ['memory.current', 'memory.stat', 'memory.swap.max', 'memory.swap.current'].map((file) =>
      readOptional(`${directory}/${file}`),
    ),
  );
  const currentBytes = parseBytes(current ?? '');
  if (currentBytes === null) return null;
  const swapLimit = parseBytes(swapMax ?? '');
  return {
    limitBytes,
    currentBytes,
    usedBytes: Math.max(0, currentBytes - (parseKey(stat ?? '', 'inactive_file') ?? 0)),
    cachedBytes: parseKey(stat ?? '', 'file'),
    swap: swapLimit === null ? null : { limitBytes: swapLimit, usedBytes: parseBytes(swapCurrent ?? '') ?? 0 },
  };
}

/**
 * Reads the limits of our group and of every ancestor that is visible. For processors the smallest quota wins, or the
 * cpuset when that is smaller still; for memory the level with the least room, because there the kernel kills first.
 * cgroup v1 is not read: there the machine's figures stand.
 * @param ownGroup text of `/proc/self/cgroup`
 */
export async function readGroupLimits(
  ownGroup: string,
  mounts: readonly Mount[],
  host: { readonly cores: number; readonly memoryBytes: number },
): Promise<GroupLimits> {
  const group = parseOwnGroup(ownGroup);
  const mount = mounts.find((m) => m.type === 'cgroup2');
  if (group === null || !mount) return none;
  const directories = groupDirectories(group, mount).slice(0, maxLevels);
  const [cpu, memory] = await Promise.all([
    readCpu(directories, host.cores),
    Promise.all(directories.map((directory) => readMemoryLevel(directory, host.memoryBytes))),
  ]);
  const limited = memory.filter((level) => level !== null);
  const room = (level: GroupMemory): number => level.limitBytes - level.usedBytes;
  return {
    cpu,
    memory: limited.length === 0 ? null : limited.reduce((a, b) => (room(b) < room(a) ? b : a)),
  };
}
