import type { Check, Limit } from '../collect/index.js';
import type { SystemConfig } from './system.config.js';
import { shown } from './system.rates.js';
import type { FileSystem, SystemSnapshot } from './system.snapshot.js';

function text(percent: number): string {
  return `${shown(percent).toFixed(1)} %`;
}

/** True when the exact figure has reached the limit; the hair's breadth is for quotients such as 0.85 x 100. */
function reached(percent: number, limit: number): boolean {
  return percent >= limit - 1e-9;
}

function judgeCpu({ cpu }: SystemSnapshot, warnAt: number): Check {
  const limit: Limit = { figure: 'usage_percent', operator: '>=', value: warnAt };
  if (cpu.usagePercent === null) {
    return {
      name: 'cpu',
      verdict: 'unknown',
      message: 'CPU usage not known',
      figures: {},
      limit: null,
      loadPercent: null,
    };
  }
  const high = reached(cpu.usagePercent, warnAt);
  return {
    name: 'cpu',
    verdict: high ? 'degraded' : 'ok',
    message: `CPU usage ${high ? 'high' : 'normal'}: ${text(cpu.usagePercent)}`,
    figures: { usage_percent: shown(cpu.usagePercent) },
    limit,
    loadPercent: cpu.usagePercent,
  };
}

function judgeMemory({ memory }: SystemSnapshot, warnAt: number): Check {
  const high = reached(memory.usagePercent, warnAt);
  return {
    name: 'memory',
    verdict: high ? 'degraded' : 'ok',
    message: `Memory usage ${high ? 'high' : 'normal'}: ${text(memory.usagePercent)}`,
    figures: { used_percent: shown(memory.usagePercent) },
    limit: { figure: 'used_percent', operator: '>=', value: warnAt },
    loadPercent: memory.usagePercent,
  };
}

/** The file system that fills up first; a read-only one cannot. */
function fullest(all: readonly FileSystem[]): FileSystem | undefined {
  const writable = all.filter((one) => !one.readOnly);
  return (writable.length > 0 ? writable : all).reduce<FileSystem | undefined>(
    (a, b) => (a && a.usagePercent >= b.usagePercent ? a : b),
    undefined,
  );
}

function judgeDisk(snapshot: SystemSnapshot, warnAt: number, criticalAt: number): Check {
  const worst = fullest(snapshot.fileSystems);
  const hung = snapshot.unreadableFileSystems.filter((one) => one.reason !== 'denied').map((one) => one.path);
  const silent = hung.length === 0 ? '' : `File system ${hung.slice(0, 3).join(', ')} does not answer`;
  if (!worst) {
    const message = silent || 'No file system could be measured';
    return { name: 'disk_space', verdict: 'unknown', message, figures: {}, limit: null, loadPercent: null };
  }
  const used = worst.usagePercent;
  const critical = reached(used, criticalAt);
  const low = reached(used, warnAt);
  const words = critical ? 'Disk space nearly used up' : low ? 'Disk space low' : 'Sufficient disk space';
  const space = `${words}: ${text(used)} of ${worst.path} used`;
  return {
    name: 'disk_space',
    verdict: low || silent !== '' ? 'degraded' : 'ok',
    message: silent === '' ? space : `${silent}. ${space}`,
    figures: { free_percent: shown(100 - shown(used)), used_percent: shown(used) },
    // With enough space the verdict is that of the silent mount, which no limit explains.
    limit:
      silent !== '' && !low ? null : { figure: 'used_percent', operator: '>=', value: critical ? criticalAt : warnAt },
    loadPercent: used,
  };
}

/**
 * Judges the share of the host that applies to this process. Beyond a limit it still works, so the worst verdict is
 * `degraded`; `limit` names the one that was reached, or the one that was kept.
 */
export function judgeSystem(snapshot: SystemSnapshot, limits: SystemConfig): readonly Check[] {
  return [
    judgeCpu(snapshot, limits.HEALTH_CPU_WARN_PERCENT),
    judgeMemory(snapshot, limits.HEALTH_MEMORY_WARN_PERCENT),
    judgeDisk(snapshot, limits.HEALTH_DISK_WARN_PERCENT, limits.HEALTH_DISK_CRITICAL_PERCENT),
  ];
}
