import { memoryOf } from './system.memory.js';
import type { MemInfo } from './system.parse.js';

const machine: MemInfo = {
  totalBytes: 16_000,
  freeBytes: 2_000,
  availableBytes: 12_000,
  buffersBytes: 500,
  cachedBytes: 9_000,
  swapTotalBytes: 4_000,
  swapFreeBytes: 3_000,
};

describe('memoryOf', () => {
  it('counts all that is not available as used on a machine without a limit', () => {
    expect(memoryOf(machine, null)).toMatchObject({
      totalBytes: 16_000,
      usedBytes: 4_000,
      availableBytes: 12_000,
      usagePercent: 25,
      limitedBy: 'host',
      swap: { totalBytes: 4_000, usedBytes: 1_000, freeBytes: 3_000, usagePercent: 25 },
    });
  });

  it('is of the limit, with the machine beside it, in a container', () => {
    const group = { limitBytes: 2_000, currentBytes: 1_900, usedBytes: 1_500, cachedBytes: 600, swap: null };
    expect(memoryOf(machine, group)).toEqual({
      totalBytes: 2_000,
      usedBytes: 1_500,
      freeBytes: 100,
      availableBytes: 500,
      usagePercent: 75,
      buffersBytes: null,
      cachedBytes: 600,
      limitedBy: 'cgroup',
      host: { totalBytes: 16_000, availableBytes: 12_000 },
      swap: { totalBytes: 4_000, usedBytes: 1_000, freeBytes: 3_000, usagePercent: 25 },
    });
  });

  it('never promises more than the machine still has', () => {
    const group = { limitBytes: 15_000, currentBytes: 1_000, usedBytes: 1_000, cachedBytes: 0, swap: null };
    expect(memoryOf(machine, group)).toMatchObject({ availableBytes: 12_000, freeBytes: 2_000 });
  });

  it('is of the swap limit where the group has one, also when it is nothing', () => {
    const group = { limitBytes: 2_000, currentBytes: 0, usedBytes: 0, cachedBytes: 0 };
    const some = memoryOf(machine, { ...group, swap: { limitBytes: 400, usedBytes: 100 } });
    expect(some.swap).toEqual({ totalBytes: 400, usedBytes: 100, freeBytes: 300, usagePercent: 25 });
    const nothing = memoryOf(machine, { ...group, swap: { limitBytes: 0, usedBytes: 0 } });
    expect(nothing.swap.usagePercent).toBeNull();
  });
});
