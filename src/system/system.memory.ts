import type { GroupMemory } from './system.cgroup.js';
import type { MemInfo } from './system.parse.js';
import { percentOf } from './system.rates.js';
import type { SystemMemory, SystemSwap } from './system.snapshot.js';

/** Swap of a total and a use, never less than nothing free. */
export function swapOf(totalBytes: number, usedBytes: number): SystemSwap {
  return {
    totalBytes,
    usedBytes,
    freeBytes: Math.max(0, totalBytes - usedBytes),
    usagePercent: percentOf(usedBytes, totalBytes),
  };
}

/** The machine's memory, or the group's share of it where a limit applies. */
export function memoryOf(machine: MemInfo, group: GroupMemory | null): SystemMemory {
  const host = { totalBytes: machine.totalBytes, availableBytes: machine.availableBytes };
  const hostSwapUsed = machine.swapTotalBytes - machine.swapFreeBytes;
  if (group === null) {
    const usedBytes = machine.totalBytes - machine.availableBytes;
    return {
      totalBytes: machine.totalBytes,
      usedBytes,
      freeBytes: machine.freeBytes,
      availableBytes: machine.availableBytes,
      usagePercent: percentOf(usedBytes, machine.totalBytes) ?? 0,
      buffersBytes: machine.buffersBytes,
      cachedBytes: machine.cachedBytes,
      limitedBy: 'host',
      host,
      swap: swapOf(machine.swapTotalBytes, hostSwapUsed),
    };
  }
  const within = (bytes: number): number => Math.max(0, group.limitBytes - bytes);
  return {
    totalBytes: group.limitBytes,
    usedBytes: group.usedBytes,
    freeBytes: Math.min(within(group.currentBytes), machine.freeBytes),
    availableBytes: Math.min(within(group.usedBytes), machine.availableBytes),
    usagePercent: percentOf(group.usedBytes, group.limitBytes) ?? 100,
    buffersBytes: null,
    cachedBytes: group.cachedBytes,
    limitedBy: 'cgroup',
    host,
    swap:
      group.swap === null
        ? swapOf(machine.swapTotalBytes, hostSwapUsed)
        : swapOf(Math.min(group.swap.limitBytes, machine.swapTotalBytes), group.swap.usedBytes),
  };
}
