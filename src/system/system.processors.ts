import type { Clock } from '../core/index.js';
import type { GroupCpu } from './system.cgroup.js';
import { CpuHistory, usageBetween, type CpuCounter } from './system.cpu.js';
import { pause } from './system.files.js';
import { allSeconds, busySeconds, type ModeSeconds, type ProcStat } from './system.parse.js';
import type { CpuCore, SystemCpu } from './system.snapshot.js';

/** Below this the 10 ms ticks of the kernel are too coarse for a share, so a pass waits for a window of its own. */
const shortestWindowMs = 100;
/** The window of a first pass. */
const firstWindowMs = 150;
/** Cores shown one by one. */
const maxCores = 256;

/** What one look at the processors yields. */
export interface ProcessorCounters {
  readonly atMs: number;
  readonly stat: ProcStat;
  readonly group: GroupCpu | null;
}

interface Reading extends ProcessorCounters {
  readonly machine: CpuCounter;
  /** Of the share that applies to us: the machine's or the group's. */
  readonly own: CpuCounter;
}

/** The part of `SystemCpu` that comes from counters. */
export type CpuUse = Omit<SystemCpu, 'loadAverage' | 'frequencyMhz'>;

function counterOf(atMs: number, modes: ModeSeconds): CpuCounter {
  return { atMs, busySeconds: busySeconds(modes), capacitySeconds: allSeconds(modes) };
}

/** Turns cumulative processor time into shares and means. Holds the last pass and the last 15 minutes. */
export class Processors {
  private last: Reading | null = null;
  private readonly history = new CpuHistory();

  constructor(private readonly clock: Clock) {}

  /**
   * @param look reads the counters; called twice when there is no pass before, or it is too close
   * @throws the reason of the signal when it is aborted
   */
  async use(look: () => ProcessorCounters, signal: AbortSignal): Promise<{ use: CpuUse; stat: ProcStat }> {
    let before = this.last;
    let now = this.reading(look());
    if (!before || now.atMs - before.atMs < shortestWindowMs || before.group?.directory !== now.group?.directory) {
      if (before?.group?.directory !== now.group?.directory) this.history.clear();
      this.history.add(now.own);
      this.last = before = now;
      await pause(this.clock, firstWindowMs, signal);
      now = this.reading(look());
    }
    this.last = now;
    this.history.add(now.own);
    return { use: this.compare(before, now), stat: now.stat };
  }

  /** The group's capacity has no counter of its own: it is its cores times the time that passed, summed up here. */
  private reading({ atMs, stat, group }: ProcessorCounters): Reading {
    const machine = counterOf(atMs, stat.total);
    if (group === null) return { atMs, stat, group, machine, own: machine };
    const last = this.last?.group?.directory === group.directory ? this.last.own : null;
    const capacitySeconds = last ? last.capacitySeconds + ((atMs - last.atMs) / 1000) * group.cores : 0;
    return { atMs, stat, group, machine, own: { atMs, busySeconds: group.usedSeconds, capacitySeconds } };
  }

  private compare(before: Reading, now: Reading): CpuUse {
    const cores: readonly CpuCore[] = [...now.stat.cores].slice(0, maxCores).map(([core, modes]) => {
      const earlier = before.stat.cores.get(core);
      return {
        core,
        usagePercent: earlier ? usageBetween(counterOf(before.atMs, earlier), counterOf(now.atMs, modes)) : null,
      };
    });
    return {
      usagePercent: usageBetween(before.own, now.own),
      usagePercentAvg5Min: this.history.mean(5, now.own),
      usagePercentAvg15Min: this.history.mean(15, now.own),
      observedSeconds: this.history.observedSeconds(now.atMs),
      coreCount: now.group?.cores ?? now.stat.cores.size,
      limitedBy: now.group?.limitedBy ?? 'host',
      host: { usagePercent: usageBetween(before.machine, now.machine), coreCount: now.stat.cores.size },
      throttledSeconds: now.group?.throttledSeconds ?? null,
      cores,
      modeSeconds: now.stat.total,
      contextSwitches: now.stat.contextSwitches,
    };
  }
}
