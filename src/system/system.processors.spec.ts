import { Clock, type Timer } from '../core/index.js';
import type { GroupCpu } from './system.cgroup.js';
import { parseProcStat } from './system.parse.js';
import { Processors, type ProcessorCounters } from './system.processors.js';

/** Time that passes only when something waits for it or the test says so. */
class ManualClock extends Clock {
  atMs = 1_000;

  nowMs(): number {
    return this.atMs;
  }

  monotonicMs(): number {
    return this.atMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const handle = setImmediate(() => {
      this.atMs += delayMs;
      run();
    });
    return { handle: handle as unknown as NodeJS.Timeout, cancel: () => clearImmediate(handle) };
  }
}

/** Two cores: the first busy by `share` of the time, the second idle. */
function machineAt(atMs: number, share: number): ProcessorCounters {
  const busy = Math.round((atMs / 10) * share);
  const all = Math.round(atMs / 10);
  const text = `cpu ${busy} 0 0 ${2 * all - busy}\ncpu0 ${busy} 0 0 ${all - busy}\ncpu1 0 0 0 ${all}\n`;
  return { atMs, stat: parseProcStat(text), group: null };
}

function group(usedSeconds: number, cores: number, directory = '/sys/fs/cgroup'): GroupCpu {
  return { directory, cores, limitedBy: 'quota', usedSeconds, throttledSeconds: 0.5 };
}

const never = new AbortController().signal;

describe('Processors', () => {
  it('measures a window of its own in the first pass and the time between passes afterwards', async () => {
    const clock = new ManualClock();
    const processors = new Processors(clock);
    let looks = 0;
    const look = (share: number) => () => {
      looks += 1;
      return machineAt(clock.atMs, share);
    };
    const first = await processors.use(look(0.4), never);
    expect(looks).toBe(2);
    expect(clock.atMs).toBe(1_150);
    expect(first.use.usagePercent).toBeCloseTo(20);

    clock.atMs = 11_150;
    const second = await processors.use(look(0.4), never);
    expect(looks).toBe(3);
    expect(second.use.usagePercent).toBeCloseTo(20);
    expect(second.use.cores.map((core) => Math.round(core.usagePercent ?? -1))).toEqual([40, 0]);
    expect(second.use).toMatchObject({ coreCount: 2, limitedBy: 'host', throttledSeconds: null });
  });

  it('takes the share of the quota, not of the machine, in a container', async () => {
    const clock = new ManualClock();
    const processors = new Processors(clock);
    // The group uses 0.4 cores of its half core: 80 % of what it may, 20 % of the machine of two cores.
    const look = () => ({ ...machineAt(clock.atMs, 0.4), group: group((clock.atMs / 1000) * 0.4, 0.5) });
    await processors.use(look, never);
    clock.atMs += 10_000;
    const { use } = await processors.use(look, never);
    expect(use.usagePercent).toBeCloseTo(80);
    expect(use.usagePercentAvg5Min).toBeCloseTo(80);
    expect(use).toMatchObject({ coreCount: 0.5, limitedBy: 'quota', throttledSeconds: 0.5 });
    expect(use.host.coreCount).toBe(2);
    expect(use.host.usagePercent).toBeCloseTo(20, 1);
  });

  it('starts afresh when another group limits from now on, so that no mean mixes two measures', async () => {
    const clock = new ManualClock();
    const processors = new Processors(clock);
    await processors.use(() => machineAt(clock.atMs, 1), never);
    clock.atMs += 60_000;
    const { use } = await processors.use(
      () => ({ ...machineAt(clock.atMs, 1), group: group((clock.atMs / 1000) * 0.1, 1) }),
      never,
    );
    expect(use.usagePercent).toBeCloseTo(10);
    expect(use.usagePercentAvg15Min).toBeCloseTo(10);
    expect(use.observedSeconds).toBeCloseTo(0.15);
  });

  it('knows no use of a core that just came online', async () => {
    const clock = new ManualClock();
    const processors = new Processors(clock);
    const one = () => ({ atMs: clock.atMs, stat: parseProcStat('cpu 1 0 0 9\ncpu0 1 0 0 9\n'), group: null });
    await processors.use(one, never);
    clock.atMs += 10_000;
    const { use } = await processors.use(() => machineAt(clock.atMs, 0), never);
    expect(use.cores[1]).toEqual({ core: 1, usagePercent: null });
  });

  it('gives up waiting when its signal is aborted', async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    abort.abort(new Error('given up'));
    const pass = new Processors(clock).use(() => machineAt(clock.atMs, 0), abort.signal);
    await expect(pass).rejects.toThrow('given up');
  });
});
