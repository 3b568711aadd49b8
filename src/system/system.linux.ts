import { readdir, readFile } from 'node:fs/promises';
import { hostname, machine, release, type } from 'node:os';
import type { Clock } from '../core/index.js';
import { readGroupLimits, type GroupLimits } from './system.cgroup.js';
import { disksOf } from './system.disks.js';
import { unreadable } from './system.errors.js';
import { readOptional } from './system.files.js';
import type { Inventory } from './system.inventory.js';
import { memoryOf } from './system.memory.js';
import { MountReader } from './system.mounts.js';
import {
  parseFrequencyMhz,
  parseLoadAverage,
  parseMemInfo,
  parseOpenFiles,
  parsePressure,
  parseProcStat,
  parseUptime,
  type ProcStat,
} from './system.parse.js';
import { parseDiskStats, wholeDisks } from './system-disk.parse.js';
import { parseMountInfo, spaceMounts } from './system-mount.parse.js';
import { parseNetDev } from './system-network.parse.js';
import { Processors } from './system.processors.js';
import { Rates } from './system.rates.js';
import { SystemReader } from './system.reader.js';
import type { SystemSnapshot } from './system.snapshot.js';
import { networkOf } from './system.traffic.js';

/** Cores whose frequency is read one by one where `/proc/cpuinfo` has none (ARM). */
const maxFrequencyFiles = 64;

/** Where the kernel's files are. Another place than the default is a recorded machine, or a host seen from a container. */
export interface KernelFiles {
  readonly proc: string;
  readonly sys: string;
}

function processesOf(stat: ProcStat): SystemSnapshot['processes'] {
  const { running, blocked, processesStarted: started } = stat;
  return running === null || blocked === null || started === null ? null : { running, blocked, started };
}

/** Reads `/proc`, `/sys` and cgroup v2 directly: some twenty small files, no child process. */
export class LinuxReader extends SystemReader {
  private readonly processors: Processors;
  private readonly mounts: MountReader;
  private readonly rates = new Rates();

  constructor(
    private readonly clock: Clock,
    private readonly inventory: Inventory,
    private readonly files: KernelFiles = { proc: '/proc', sys: '/sys' },
  ) {
    super();
    this.processors = new Processors(clock);
    this.mounts = new MountReader(clock);
  }

  async read(signal: AbortSignal): Promise<SystemSnapshot> {
    try {
      signal.throwIfAborted();
      return await this.pass(signal);
    } catch (error) {
      throw unreadable(error);
    }
  }

  private async pass(signal: AbortSignal): Promise<SystemSnapshot> {
    this.inventory.current();
    const [memInfo, mountInfo] = await Promise.all([this.needed('meminfo'), this.proc('self/mountinfo')]);
    const memory = parseMemInfo(memInfo);
    const mounts = parseMountInfo(mountInfo);
    let limits: GroupLimits = { cpu: null, memory: null };
    const look = async () => {
      const [stat, ownGroup] = await Promise.all([this.needed('stat').then(parseProcStat), this.proc('self/cgroup')]);
      const atMs = this.clock.monotonicMs();
      limits = await readGroupLimits(ownGroup, mounts, { cores: stat.cores.size, memoryBytes: memory.totalBytes });
      return { atMs, stat, group: limits.cpu };
    };
    const [{ use, stat }, measured, counters, rest] = await Promise.all([
      this.processors.use(look, signal),
      this.mounts.read(spaceMounts(mounts), signal),
      this.counters(),
      this.rest(),
    ]);
    const uptimeSeconds = rest.uptime ?? 0;
    return {
      ...this.identity(),
      uptimeSeconds,
      bootedAtMs: stat.bootedAtMs ?? Math.round(this.clock.nowMs() - uptimeSeconds * 1000),
      cpu: { ...use, loadAverage: rest.loadAverage, frequencyMhz: rest.frequencyMhz },
      memory: memoryOf(memory, limits.memory),
      fileSystems: measured.fileSystems,
      unreadableFileSystems: measured.unreadable,
      ...counters,
      processes: processesOf(stat),
      openFiles: rest.openFiles,
      pressure: rest.pressure,
    };
  }

  private identity(): Pick<SystemSnapshot, 'hostname' | 'platform' | 'runtimeVersion' | 'inventory'> {
    return {
      hostname: hostname(),
      platform: `${type()}-${release()}-${machine()}`,
      runtimeVersion: process.versions.node,
      inventory: this.inventory.current(),
    };
  }

  /** Network and disks: the figures with rates, taken at one moment. */
  private async counters(): Promise<Pick<SystemSnapshot, 'network' | 'disks'>> {
    const [netDev, diskStats] = await Promise.all([this.proc('net/dev'), this.proc('diskstats')]);
    this.rates.begin(this.clock.monotonicMs());
    return {
      network: networkOf(parseNetDev(netDev), this.rates),
      disks: disksOf(wholeDisks(parseDiskStats(diskStats)), this.rates),
    };
  }

  private async rest() {
    const [loadAverage, uptime, openFiles, frequencyMhz, cpu, memory, io] = await Promise.all([
      this.proc('loadavg').then(parseLoadAverage),
      this.proc('uptime').then(parseUptime),
      this.proc('sys/fs/file-nr').then(parseOpenFiles),
      this.frequencyMhz(),
      this.proc('pressure/cpu').then(parsePressure),
      this.proc('pressure/memory').then(parsePressure),
      this.proc('pressure/io').then(parsePressure),
    ]);
    return { loadAverage, uptime, openFiles, frequencyMhz, pressure: { cpu, memory, io } };
  }

  private async frequencyMhz(): Promise<number | null> {
    const told = parseFrequencyMhz(await this.proc('cpuinfo'));
    if (told !== null) return told;
    const directory = `${this.files.sys}/devices/system/cpu/cpufreq`;
    const policies = await readdir(directory).catch(() => []);
    const each = await Promise.all(
      policies.slice(0, maxFrequencyFiles).map((name) => readOptional(`${directory}/${name}/scaling_cur_freq`)),
    );
    const mhz = each.map((kilohertz) => Number(kilohertz) / 1000).filter((value) => value > 0);
    return mhz.length === 0 ? null : mhz.reduce((a, b) => a + b, 0) / mhz.length;
  }

  private proc(name: string): Promise<string> {
    return readOptional(`${this.files.proc}/${name}`);
  }

  private needed(name: string): Promise<string> {
    return readFile(`${this.files.proc}/${name}`, 'utf8');
  }
}
