/** Cumulative or averaged figures of one resource's pressure stall information (`/proc/pressure`, Linux 4.20 and later). */
export interface Pressure {
  /** Seconds since boot in which at least one task waited for the resource. */
  readonly waitingSeconds: number;
  /** Seconds since boot in which no task at all could go on; null where the kernel does not say (CPU before 5.13). */
  readonly stalledSeconds: number | null;
  /** Share of the last 10, 60 and 300 seconds in which at least one task waited, 0 to 100. */
  readonly waitingPercent: readonly [avg10: number, avg60: number, avg300: number];
}

export const pressureResources = ['cpu', 'memory', 'io'] as const;
export type PressureResource = (typeof pressureResources)[number];

/** Where processor time went; the columns of `/proc/stat` in their order, without guest time, which user contains. */
export const cpuModes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;
export type CpuMode = (typeof cpuModes)[number];

export interface CpuCore {
  /** Number of the core as the kernel counts it; an offline core leaves a gap. */
  readonly core: number;
  /** Busy share since the pass before, 0 to 100; null for a core that was not there then. */
  readonly usagePercent: number | null;
}

/** Processors. The first fields are of the share that applies to this process; `host` is the whole machine. */
export interface SystemCpu {
  /**
   * Busy share of `coreCount` since the pass before, 0 to 100. The first pass measures a tenth of a second instead.
   * Busy is all but idle and iowait. Under a cgroup limit it is the group's own use, which a burst may carry past 100;
   * it is capped there. null when the counters did not move.
   */
  readonly usagePercent: number | null;
  /** True mean over the last 5 minutes, from cumulative counters; over `observedSeconds` while that is shorter. */
  readonly usagePercentAvg5Min: number | null;
  /** True mean over the last 15 minutes; over `observedSeconds` while that is shorter. */
  readonly usagePercentAvg15Min: number | null;
  /** Age of the oldest sample behind the means, at most about 900. */
  readonly observedSeconds: number;
  /** Cores this process may use: those of the machine, of its cpuset, or its quota, which may be a fraction. */
  readonly coreCount: number;
  /** What set `coreCount`. */
  readonly limitedBy: 'host' | 'cpuset' | 'quota';
  readonly host: { readonly usagePercent: number | null; readonly coreCount: number };
  /** Seconds this group's tasks were held back by the quota since the group began; null without a quota. */
  readonly throttledSeconds: number | null;
  /** The machine's cores, up to 256; empty where the system does not tell. */
  readonly cores: readonly CpuCore[];
  /** Processor seconds since boot over all cores of the machine; null outside Linux. */
  readonly modeSeconds: Readonly<Record<CpuMode, number>> | null;
  /** Runnable and uninterruptible tasks of the machine, mean over 1, 5 and 15 minutes; null on Windows. */
  readonly loadAverage: readonly [one: number, five: number, fifteen: number] | null;
  /** Mean over the cores now; null in machines, mostly virtual ones, that do not tell. */
  readonly frequencyMhz: number | null;
  /** Context switches since boot; null outside Linux. */
  readonly contextSwitches: number | null;
}

/** Memory of the share that applies to this process; `host` is the whole machine. Bytes. */
export interface SystemMemory {
  readonly totalBytes: number;
  /** What programs hold: total less available; under a limit, what the group holds less its inactive file cache. */
  readonly usedBytes: number;
  /** Holds nothing at all, not even cache. */
  readonly freeBytes: number;
  /** What programs could still get without swapping (`MemAvailable`; under a limit, its room, but never more than that). */
  readonly availableBytes: number;
  /** `usedBytes` of `totalBytes`, 0 to 100. */
  readonly usagePercent: number;
  /** Block device buffers; null under a cgroup limit, which counts them as cache. */
  readonly buffersBytes: number | null;
  /** File cache, reclaimable slab included. */
  readonly cachedBytes: number | null;
  readonly limitedBy: 'host' | 'cgroup';
  readonly host: { readonly totalBytes: number; readonly availableBytes: number };
  readonly swap: SystemSwap;
}

/** Swap space. All 0 on a machine without. */
export interface SystemSwap {
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly freeBytes: number;
  /** null without swap: a share of nothing is unknown. */
  readonly usagePercent: number | null;
}

/** One mounted file system that holds data. */
export interface FileSystem {
  /** Mount point. */
  readonly path: string;
  /** `/dev/sda1`, `server:/export`. */
  readonly device: string;
  /** `ext4`, `nfs4`. */
  readonly type: string;
  readonly readOnly: boolean;
  readonly totalBytes: number;
  readonly usedBytes: number;
  /** Free to users without privileges, what `df` calls available. */
  readonly freeBytes: number;
  /** Used / (used + free), 0 to 100, as `df` computes it: the reserve of root is left out. `df` rounds it up. */
  readonly usagePercent: number;
  /** null where the type keeps no fixed number of inodes (btrfs). */
  readonly inodes: { readonly total: number; readonly used: number; readonly usagePercent: number } | null;
}

/** A file system that could not be measured in this pass. */
export interface UnreadableFileSystem {
  readonly path: string;
  readonly type: string;
  /** `timeout`: the mount hangs, as of a dead NFS server. `denied`: this process may not look. `failed`: an I/O error. */
  readonly reason: 'timeout' | 'denied' | 'failed';
}

/** Traffic since the interface came up. null: the system does not tell. */
export interface TrafficCounters {
  readonly bytes: number;
  readonly packets: number | null;
  readonly errors: number | null;
  readonly drops: number | null;
}

/** One direction: counters plus bytes per second since the pass before, null at first and after a counter reset. */
export interface Traffic extends TrafficCounters {
  readonly bytesPerSecond: number | null;
}

export interface NetworkInterface {
  readonly name: string;
  readonly received: Traffic;
  readonly sent: Traffic;
}

export interface SystemNetwork {
  /** Sums over all interfaces but loopback. */
  readonly received: Traffic;
  readonly sent: Traffic;
  /** Up to 64, loopback included, virtual links of containers (veth) left out: their traffic crosses a bridge as well. */
  readonly interfaces: readonly NetworkInterface[];
}

/** One direction of a disk's I/O since boot, with rates since the pass before (null at first and after a reset). */
export interface DiskTransfer {
  readonly operations: number;
  readonly bytes: number;
  /** Time requests took in sum; can run faster than the clock when requests overlap. */
  readonly seconds: number;
  readonly operationsPerSecond: number | null;
  readonly bytesPerSecond: number | null;
}

/** One whole disk. Partitions, loop, RAM and stacked devices (dm, md) are left out: the disk beneath counts their I/O. */
export interface Disk {
  readonly device: string;
  readonly read: DiskTransfer;
  readonly written: DiskTransfer;
  /** Requests in progress now. */
  readonly inProgress: number;
  /** Time in which at least one request was in progress. */
  readonly busySeconds: number;
  /** Share of time busy since the pass before, 0 to 100; null at first and after a reset. */
  readonly busyPercent: number | null;
}

/** What hardly changes; read once per process by systeminformation. */
export interface SystemInventory {
  /** `Debian GNU/Linux 12`. */
  readonly operatingSystem: string;
  readonly kernel: string;
  readonly architecture: string;
  /** `AMD EPYC`. */
  readonly cpuModel: string;
  readonly physicalCores: number;
  /** `KVM`; null on bare metal or where it cannot be told. */
  readonly virtualization: string | null;
}

/** The host and the share of it that applies to this process, at one moment. */
export interface SystemSnapshot {
  readonly hostname: string;
  /** `Linux-6.1.0-18-amd64-x86_64`. */
  readonly platform: string;
  /** Version of Node.js without the `v`. */
  readonly runtimeVersion: string;
  readonly uptimeSeconds: number;
  /** Epoch milliseconds. */
  readonly bootedAtMs: number;
  readonly inventory: SystemInventory | null;
  readonly cpu: SystemCpu;
  readonly memory: SystemMemory;
  /** Up to 64, in the order of mounting, each device once. */
  readonly fileSystems: readonly FileSystem[];
  readonly unreadableFileSystems: readonly UnreadableFileSystem[];
  readonly network: SystemNetwork;
  /** Up to 64; empty outside Linux. */
  readonly disks: readonly Disk[];
  /** Tasks of the machine; null outside Linux. */
  readonly processes: { readonly running: number; readonly blocked: number; readonly started: number } | null;
  /** Open file descriptions of the machine; `limit` null where there is practically none. null outside Linux. */
  readonly openFiles: { readonly open: number; readonly limit: number | null } | null;
  /** null per resource where the kernel was built or started without. */
  readonly pressure: Readonly<Record<PressureResource, Pressure | null>>;
}
