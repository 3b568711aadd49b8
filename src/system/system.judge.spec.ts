import { judgeSystem } from './system.judge.js';
import type { FileSystem, SystemSnapshot } from './system.snapshot.js';

const limits = {
  HEALTH_CPU_WARN_PERCENT: 80,
  HEALTH_MEMORY_WARN_PERCENT: 85,
  HEALTH_DISK_WARN_PERCENT: 80,
  HEALTH_DISK_CRITICAL_PERCENT: 90,
};

interface Figures {
  readonly cpu?: number | null;
  readonly memory?: number;
  readonly disks?: readonly (Partial<FileSystem> & { readonly path: string; readonly usagePercent: number })[];
  readonly unreadable?: SystemSnapshot['unreadableFileSystems'];
}

/** The parts of a snapshot that are judged. */
function checksOf({ cpu = 10, memory = 10, disks = [{ path: '/', usagePercent: 10 }], unreadable = [] }: Figures) {
  const snapshot = {
    cpu: { usagePercent: cpu },
    memory: { usagePercent: memory },
    fileSystems: disks.map((one) => ({ readOnly: false, ...one })),
    unreadableFileSystems: unreadable,
  } as unknown as SystemSnapshot;
  const [cpuCheck, memoryCheck, diskCheck] = judgeSystem(snapshot, limits);
  if (!cpuCheck || !memoryCheck || !diskCheck) throw new Error('a check is missing');
  return { cpu: cpuCheck, memory: memoryCheck, disk: diskCheck };
}

describe('the check cpu', () => {
  it.each([
    [70, 'ok', 'CPU usage normal: 70.0 %', 70],
    [79.99, 'ok', 'CPU usage normal: 79.9 %', 79.9],
    [80, 'degraded', 'CPU usage high: 80.0 %', 80],
    [80.01, 'degraded', 'CPU usage high: 80.0 %', 80],
    [100, 'degraded', 'CPU usage high: 100.0 %', 100],
  ])('at %d is %s', (usage, verdict, message, shown) => {
    expect(checksOf({ cpu: usage }).cpu).toEqual({
      name: 'cpu',
      verdict,
      message,
      figures: { usage_percent: shown },
      limit: { figure: 'usage_percent', operator: '>=', value: 80 },
      loadPercent: usage,
    });
  });

  it('is unknown, never good, while the use is not known', () => {
    expect(checksOf({ cpu: null }).cpu).toMatchObject({ verdict: 'unknown', figures: {}, loadPercent: null });
  });
});

describe('the check memory', () => {
  it.each([
    [70, 'ok', 'Memory usage normal: 70.0 %', 70],
    [84.99, 'ok', 'Memory usage normal: 84.9 %', 84.9],
    [85, 'degraded', 'Memory usage high: 85.0 %', 85],
    [85.01, 'degraded', 'Memory usage high: 85.0 %', 85],
    [90, 'degraded', 'Memory usage high: 90.0 %', 90],
  ])('at %d is %s', (used, verdict, message, shown) => {
    expect(checksOf({ memory: used }).memory).toEqual({
      name: 'memory',
      verdict,
      message,
      figures: { used_percent: shown },
      limit: { figure: 'used_percent', operator: '>=', value: 85 },
      loadPercent: used,
    });
  });
});

describe('the check disk_space', () => {
  it.each([
    [50, 'ok', 'Sufficient disk space: 50.0 % of / used', 50, 80],
    [79.99, 'ok', 'Sufficient disk space: 79.9 % of / used', 20.1, 80],
    [80, 'degraded', 'Disk space low: 80.0 % of / used', 20, 80],
    [89.99, 'degraded', 'Disk space low: 89.9 % of / used', 10.1, 80],
    [90, 'degraded', 'Disk space nearly used up: 90.0 % of / used', 10, 90],
    [100, 'degraded', 'Disk space nearly used up: 100.0 % of / used', 0, 90],
  ])('at %d is %s', (used, verdict, message, free, limit) => {
    expect(checksOf({ disks: [{ path: '/', usagePercent: used }] }).disk).toMatchObject({
      name: 'disk_space',
      verdict,
      message,
      figures: { free_percent: free },
      limit: { figure: 'used_percent', operator: '>=', value: limit },
      loadPercent: used,
    });
  });

  it('is about the fullest file system, and not about a read-only one, which cannot fill up', () => {
    const { disk } = checksOf({
      disks: [
        { path: '/', usagePercent: 20 },
        { path: '/data', usagePercent: 85 },
        { path: '/image', usagePercent: 100, readOnly: true },
      ],
    });
    expect(disk.message).toBe('Disk space low: 85.0 % of /data used');
  });

  it('is degraded when a mount hangs, and names it', () => {
    const unreadable = [{ path: '/mnt/nas', type: 'nfs4', reason: 'timeout' }] as const;
    expect(checksOf({ unreadable }).disk).toMatchObject({
      verdict: 'degraded',
      message: 'File system /mnt/nas does not answer. Sufficient disk space: 10.0 % of / used',
      limit: null,
    });
  });

  it('does not mind a mount that only its owner may look at', () => {
    expect(checksOf({ unreadable: [{ path: '/run/user/1', type: 'fuse', reason: 'denied' }] }).disk.verdict).toBe('ok');
  });

  it('is unknown when nothing could be measured', () => {
    expect(checksOf({ disks: [] }).disk).toMatchObject({ verdict: 'unknown', limit: null, loadPercent: null });
  });
});
