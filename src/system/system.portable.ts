import { cpus, hostname, loadavg, machine, platform, release, type } from 'node:os';
import type { Systeminformation } from 'systeminformation';
import type { Clock } from '../core/index.js';
import { unreadable } from './system.errors.js';
import { within } from './system.files.js';
import type { Inventory } from './system.inventory.js';
import { swapOf } from './system.memory.js';
import { addModes, type ModeSeconds } from './system.parse.js';
import { Processors, type ProcessorCounters } from './system.processors.js';
import type { InterfaceCounters } from './system-network.parse.js';
import { percentOf, Rates } from './system.rates.js';
import { SystemReader } from './system.reader.js';
import type { FileSystem, SystemMemory, SystemSnapshot } from './system.snapshot.js';
import { networkOf } from './system.traffic.js';

/** The tools that systeminformation starts are given up after this; the scheduler's own limit is the same. */
const limitMs = 5_000;
const maxFileSystems = 64;

function memoryFrom(memory: Systeminformation.MemData): SystemMemory {
  const usedBytes = memory.total - memory.available;
  return {
    totalBytes: memory.total,
    usedBytes,
    freeBytes: memory.free,
    availableBytes: memory.available,
    usagePercent: percentOf(usedBytes, memory.total) ?? 0,
    buffersBytes: memory.buffers,
    cachedBytes: memory.cached,
    limitedBy: 'host',
    host: { totalBytes: memory.total, availableBytes: memory.available },
    swap: swapOf(memory.swaptotal, memory.swapused),
  };
}

/** Some types report what is free to nobody or nothing at all; those keep no data and are left out. */
function fileSystemsFrom(all: readonly Systeminformation.FsSizeData[]): readonly FileSystem[] {
  return all
    .filter((one) => one.size > 0)
    .slice(0, maxFileSystems)
    .map((one) => ({
      path: one.mount,
      device: one.fs,
      type: one.type,
      readOnly: one.rw === false,
      totalBytes: one.size,
      usedBytes: one.used,
      freeBytes: one.available,
      usagePercent: percentOf(one.used, one.used + one.available) ?? 0,
      inodes: null,
    }));
}

/** systeminformation knows no packet counts. */
function interfaceFrom(one: Systeminformation.NetworkStatsData): InterfaceCounters {
  return {
    name: one.iface,
    received: { bytes: one.rx_bytes, packets: null, errors: one.rx_errors, drops: one.rx_dropped },
    sent: { bytes: one.tx_bytes, packets: null, errors: one.tx_errors, drops: one.tx_dropped },
  };
}

/** Cumulative times of all cores as every system gives them to Node.js (libuv): without iowait, softirq and steal. */
function lookAtCores(atMs: number): ProcessorCounters {
  const cores = new Map<number, ModeSeconds>();
  for (const [core, { times }] of cpus().entries()) {
    cores.set(core, {
      user: times.user / 1000,
      nice: times.nice / 1000,
      system: times.sys / 1000,
      idle: times.idle / 1000,
      iowait: 0,
      irq: times.irq / 1000,
      softirq: 0,
      steal: 0,
    });
  }
  const unknown = { bootedAtMs: null, contextSwitches: null, processesStarted: null, running: null, blocked: null };
  return { atMs, group: null, stat: { total: addModes([...cores.values()]), cores, ...unknown } };
}

/**
 * Reads macOS, Windows and the BSDs through systeminformation, which starts their own tools: a pass costs tens of
 * milliseconds there. Limits of containers, pressure, disks one by one, packets and inodes are not offered.
 */
export class PortableReader extends SystemReader {
  private readonly rates = new Rates();
  private readonly processors: Processors;

  constructor(
    private readonly clock: Clock,
    private readonly inventory: Inventory,
  ) {
    super();
    this.processors = new Processors(clock);
  }

  async read(signal: AbortSignal): Promise<SystemSnapshot> {
    try {
      signal.throwIfAborted();
      const answer = await within(this.clock, limitMs, signal, this.pass(signal));
      if (answer === 'timeout') throw new Error(`no answer within ${limitMs} ms`);
      return answer;
    } catch (error) {
      throw unreadable(error);
    }
  }

  private async pass(signal: AbortSignal): Promise<SystemSnapshot> {
    const { default: si } = await import('systeminformation');
    const [{ use }, speed, memory, fileSystems, network] = await Promise.all([
      this.processors.use(() => lookAtCores(this.clock.monotonicMs()), signal),
      si.cpuCurrentSpeed(),
      si.mem(),
      si.fsSize(),
      si.networkStats('*'),
    ]);
    this.rates.begin(this.clock.monotonicMs());
    const { uptime } = si.time();
    return {
      hostname: hostname(),
      platform: `${type()}-${release()}-${machine()}`,
      runtimeVersion: process.versions.node,
      uptimeSeconds: uptime,
      bootedAtMs: Math.round(this.clock.nowMs() - uptime * 1000),
      inventory: this.inventory.current(),
      cpu: {
        ...use,
        modeSeconds: null,
        loadAverage: platform() === 'win32' ? null : (loadavg() as [number, number, number]),
        frequencyMhz: speed.avg > 0 ? speed.avg * 1000 : null,
      },
      memory: memoryFrom(memory),
      fileSystems: fileSystemsFrom(fileSystems),
      unreadableFileSystems: [],
      network: networkOf(network.map(interfaceFrom), this.rates),
      disks: [],
      processes: null,
      openFiles: null,
      pressure: { cpu: null, memory: null, io: null },
    };
  }
}
