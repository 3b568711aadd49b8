import { cpuModes, type CpuMode, type Pressure } from './system.snapshot.js';

/**
 * Ticks per second of the time columns in `/proc` (USER_HZ). Fixed at 100 on every architecture Node.js runs on,
 * whatever the kernel's own tick is.
 */
const ticksPerSecond = 100;

/** Cumulative processor seconds by mode. */
export type ModeSeconds = Readonly<Record<CpuMode, number>>;

/** What `/proc/stat` says. */
export interface ProcStat {
  readonly total: ModeSeconds;
  /** By the number of the core; offline cores are missing. */
  readonly cores: ReadonlyMap<number, ModeSeconds>;
  readonly bootedAtMs: number | null;
  readonly contextSwitches: number | null;
  readonly processesStarted: number | null;
  readonly running: number | null;
  readonly blocked: number | null;
}

/** Seconds in which a processor did work; iowait is idle time with a request outstanding. */
export function busySeconds(modes: ModeSeconds): number {
  return modes.user + modes.nice + modes.system + modes.irq + modes.softirq + modes.steal;
}

/** All processor seconds, idle ones included. */
export function allSeconds(modes: ModeSeconds): number {
  return busySeconds(modes) + modes.idle + modes.iowait;
}

/** Sum over cores. */
export function addModes(all: readonly ModeSeconds[]): ModeSeconds {
  const entries = cpuModes.map((mode) => [mode, all.reduce((sum, modes) => sum + modes[mode], 0)] as const);
  return Object.fromEntries(entries) as Record<CpuMode, number>;
}

function modesOf(columns: readonly string[]): ModeSeconds {
  // Kernels before 2.6.11 print fewer columns; a missing one counts 0.
  const entries = cpuModes.map((mode, i) => [mode, Number(columns[i] ?? 0) / ticksPerSecond] as const);
  return Object.fromEntries(entries) as Record<CpuMode, number>;
}

/**
 * Parses `/proc/stat`.
 * @throws Error when the `cpu` line is missing
 */
export function parseProcStat(text: string): ProcStat {
  let total: ModeSeconds | undefined;
  const cores = new Map<number, ModeSeconds>();
  const single = new Map<string, number>();
  for (const line of text.split('\n')) {
    // The interrupt lines can be thousands of columns long and hold nothing we use.
    if (line.startsWith('intr') || line.startsWith('softirq')) continue;
    const [key = '', ...columns] = line.split(/\s+/);
    if (key === 'cpu') total = modesOf(columns);
    else if (/^cpu\d+$/.test(key)) cores.set(Number(key.slice(3)), modesOf(columns));
    else if (columns[0] !== undefined) single.set(key, Number(columns[0]));
  }
  if (!total) throw new Error('/proc/stat has no cpu line');
  const bootSeconds = single.get('btime');
  return {
    total,
    cores,
    bootedAtMs: bootSeconds === undefined ? null : bootSeconds * 1000,
    contextSwitches: single.get('ctxt') ?? null,
    processesStarted: single.get('processes') ?? null,
    running: single.get('procs_running') ?? null,
    blocked: single.get('procs_blocked') ?? null,
  };
}

/** What `/proc/meminfo` says, in bytes. */
export interface MemInfo {
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly availableBytes: number;
  readonly buffersBytes: number;
  /** Page cache and reclaimable slab, as `free` adds them. */
  readonly cachedBytes: number;
  readonly swapTotalBytes: number;
  readonly swapFreeBytes: number;
}

/**
 * Parses `/proc/meminfo`, whose "kB" are KiB. Without `MemAvailable` (kernels before 3.14, some containers) what is
 * free or cache counts as available.
 * @throws Error when the total is missing
 */
export function parseMemInfo(text: string): MemInfo {
  const bytes = new Map<string, number>();
  for (const match of text.matchAll(/^(\w+):\s+(\d+) kB$/gm)) bytes.set(match[1] ?? '', Number(match[2]) * 1024);
  const of = (key: string): number => bytes.get(key) ?? 0;
  const totalBytes = of('MemTotal');
  if (totalBytes === 0) throw new Error('/proc/meminfo has no MemTotal');
  const cachedBytes = of('Cached') + of('SReclaimable');
  const freeBytes = of('MemFree');
  const availableBytes = bytes.get('MemAvailable') ?? freeBytes + of('Buffers') + cachedBytes;
  return {
    totalBytes,
    freeBytes,
    availableBytes: Math.min(availableBytes, totalBytes),
    buffersBytes: of('Buffers'),
    cachedBytes,
    swapTotalBytes: of('SwapTotal'),
    swapFreeBytes: of('SwapFree'),
  };
}

/** Parses `/proc/loadavg`: the means over 1, 5 and 15 minutes; null when they are not there. */
export function parseLoadAverage(text: string): readonly [number, number, number] | null {
  const [one, five, fifteen] = text.split(' ').map(Number);
  const known = [one, five, fifteen].every((n) => n !== undefined && Number.isFinite(n));
  return known ? [one ?? 0, five ?? 0, fifteen ?? 0] : null;
}

/** Parses `/proc/uptime`: seconds since boot; null when they are not there. */
export function parseUptime(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?) /.exec(text);
  return match ? Number(match[1]) : null;
}

/** Mean of the `cpu MHz` lines of `/proc/cpuinfo`; null where the architecture (ARM) or the machine prints none. */
export function parseFrequencyMhz(text: string): number | null {
  const each = [...text.matchAll(/^cpu MHz\s*:\s*(\d+(?:\.\d+)?)$/gm)]
    .map((m) => Number(m[1]))
    .filter((mhz) => mhz > 0);
  return each.length === 0 ? null : each.reduce((a, b) => a + b, 0) / each.length;
}

/** Above this a limit is none: the kernel's default is the largest 64-bit number. */
const unlimitedFiles = 2 ** 53;

/** Parses `/proc/sys/fs/file-nr`: allocated, unused (0 since 2.6) and the limit. */
export function parseOpenFiles(text: string): { readonly open: number; readonly limit: number | null } | null {
  const match = /^(\d+)\s+(\d+)\s+(\d+)/.exec(text);
  if (!match) return null;
  const limit = Number(match[3]);
  return { open: Number(match[1]) - Number(match[2]), limit: limit >= unlimitedFiles ? null : limit };
}

/** Parses a file of `/proc/pressure`, whose totals are microseconds; null when the `some` line is missing. */
export function parsePressure(text: string): Pressure | null {
  const line = (kind: string): readonly number[] | null => {
    const match = new RegExp(`^${kind} avg10=([\\d.]+) avg60=([\\d.]+) avg300=([\\d.]+) total=(\\d+)$`, 'm').exec(text);
    return match ? match.slice(1).map(Number) : null;
  };
  const some = line('some');
  if (!some) return null;
  const [avg10 = 0, avg60 = 0, avg300 = 0, total = 0] = some;
  const stalled = line('full')?.[3];
  return {
    waitingSeconds: total / 1e6,
    stalledSeconds: stalled === undefined ? null : stalled / 1e6,
    waitingPercent: [avg10, avg60, avg300],
  };
}
