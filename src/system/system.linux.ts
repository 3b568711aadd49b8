import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { hostname, machine, release, type } from 'node:os';
import type { Clock } from '../core/index.js';
import { readGroupLimits, type GroupLimits } from './system.cgroup.js';
import { disksOf } from './system.disks.js';
import { unreadable } from './system.errors.js';
import { readKernelFile, readSlowKernelFile } from './system.files.js';
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
    const memory = parseMemInfo(this.needed('meminfo'));
    const mounts = parseMountInfo(this.proc('self/mountinfo'));
    let limits: GroupLimits = { cpu: null, memory: null };
    const look = () => {
      const stat = parseProcStat(this.needed('stat'));
      const atMs = this.clock.monotonicMs();
      const host = { cores: stat.cores.size, memoryBytes: memory.totalBytes };
      limits = readGroupLimits(this.proc('self/cgroup'), mounts, host);
      return { atMs, stat, group: limits.cpu };
    };
    const [{ use, stat }, measured, frequencyMhz] = await Promise.all([
      this.processors.use(look, signal),
      this.mounts.read(spaceMounts(mounts), signal),
      this.frequencyMhz(),
    ]);
    const uptimeSeconds = parseUptime(this.proc('uptime')) ?? 0;
    return {
      ...this.identity(),
      uptimeSeconds,
      bootedAtMs: stat.bootedAtMs ?? Math.round(this.clock.nowMs() - uptimeSeconds * 1000),
      cpu: { ...use, loadAverage: parseLoadAverage(this.proc('loadavg')), frequencyMhz },
      memory: memoryOf(memory, limits.memory),
      fileSystems: measured.fileSystems,
      unreadableFileSystems: measured.unreadable,
      ...this.counters(),
      processes: processesOf(stat),
      openFiles: parseOpenFiles(this.proc('sys/fs/file-nr')),
      pressure: {
        cpu: parsePressure(this.proc('pressure/cpu')),
        memory: parsePressure(this.proc('pressure/memory')),
        io: parsePressure(this.proc('pressure/io')),
      },
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
  private counters(): Pick<SystemSnapshot, 'network' | 'disks'> {
    const [netDev, diskStats] = [this.proc('net/dev'), this.proc('diskstats')];
    this.rates.begin(this.clock.monotonicMs());
    return {
      network: networkOf(parseNetDev(netDev), this.rates),
      disks: disksOf(wholeDisks(parseDiskStats(diskStats)), this.rates),
    };
  }

  /** Some kernels wait 20 ms in `/proc/cpuinfo` while every core measures itself. */
  private async frequencyMhz(): Promise<number | null> {
    const told = parseFrequencyMhz(await readSlowKernelFile(`${this.files.proc}/cpuinfo`));
    if (told !== null) return told;
    const directory = `${this.files.sys}/devices/system/cpu/cpufreq`;
    const policies = await readdir(directory).catch(() => []);
    const each = await Promise.all(
      policies.slice(0, maxFrequencyFiles).map((name) => readSlowKernelFile(`${directory}/${name}/scaling_cur_freq`)),
    );
    const mhz = each.map((kilohertz) => Number(kilohertz) / 1000).filter((value) => value > 0);
    return mhz.length === 0 ? null : mhz.reduce((a, b) => a + b, 0) / mhz.length;
  }

  private proc(name: string): string {
    return readKernelFile(`${this.files.proc}/${name}`);
  }

  /** @throws Error when the file is missing: without it there is nothing to report */
  private needed(name: string): string {
    return readFileSync(`${this.files.proc}/${name}`, 'utf8');
  }
}
