import { CpuHistory, usageBetween, type CpuCounter } from './system.cpu.js';

/** A machine of two cores whose use is given per stretch of time: [seconds, share]. */
function run(
  ...stretches: readonly (readonly [seconds: number, share: number])[]
): (everySeconds: number) => CpuCounter[] {
  return (everySeconds) => {
    const counters: CpuCounter[] = [{ atMs: 0, busySeconds: 0, capacitySeconds: 0 }];
    let busySeconds = 0;
    let at = 0;
    for (const [seconds, share] of stretches) {
      for (let passed = 0; passed < seconds; passed += everySeconds) {
        at += everySeconds;
        busySeconds += everySeconds * 2 * share;
        counters.push({ atMs: at * 1000, busySeconds, capacitySeconds: at * 2 });
      }
    }
    return counters;
  };
}

function recorded(counters: readonly CpuCounter[]): { history: CpuHistory; now: CpuCounter } {
  const history = new CpuHistory();
  for (const counter of counters) history.add(counter);
  const now = counters.at(-1);
  if (!now) throw new Error('no counters');
  return { history, now };
}

describe('CpuHistory', () => {
  it('means over exactly the last 5 and 15 minutes', () => {
    // An hour idle, 10 minutes at 30 %, 5 minutes at 90 %.
    const { history, now } = recorded(run([3600, 0], [600, 0.3], [300, 0.9])(10));
    expect(history.mean(5, now)).toBeCloseTo(90);
    expect(history.mean(15, now)).toBeCloseTo(50);
    expect(history.observedSeconds(now.atMs)).toBeCloseTo(900);
  });

  it('means over what there is while a window is not full', () => {
    const { history, now } = recorded(run([60, 0.2], [60, 0.6])(10));
    expect(history.mean(5, now)).toBeCloseTo(40);
    expect(history.mean(15, now)).toBeCloseTo(40);
    expect(history.observedSeconds(now.atMs)).toBe(120);
  });

  it('weighs time, not passes, when passes are missing', () => {
    const all = run([300, 0], [300, 0.8])(10);
    const { history, now } = recorded(all.filter((c) => c.atMs <= 310_000 || c.atMs >= 590_000));
    // The newest sample at least 5 minutes old is at 300 s.
    expect(history.mean(5, now)).toBeCloseTo(80);
  });

  it('keeps at most 182 samples, however often it is fed', () => {
    const { history } = recorded(run([7200, 0.5])(1));
    expect(history.size).toBeLessThanOrEqual(182);
    expect(history.size).toBeGreaterThan(170);
  });

  it('knows nothing before the first sample and after it was cleared', () => {
    const history = new CpuHistory();
    const now = { atMs: 0, busySeconds: 0, capacitySeconds: 0 };
    expect(history.mean(5, now)).toBeNull();
    history.add(now);
    history.clear();
    expect(history.mean(15, { atMs: 9, busySeconds: 1, capacitySeconds: 2 })).toBeNull();
    expect(history.observedSeconds(5)).toBe(0);
  });
});

describe('usageBetween', () => {
  const at = (busySeconds: number, capacitySeconds: number): CpuCounter => ({ atMs: 0, busySeconds, capacitySeconds });
  it.each([
    ['half', at(10, 100), at(15, 110), 50],
    ['a burst beyond the quota', at(0, 0), at(3, 2), 100],
    ['a counter that stepped back', at(10, 100), at(9.9, 101), 0],
    ['no time between', at(10, 100), at(10, 100), null],
  ])('%s', (_, before, now, expected) => {
    expect(usageBetween(before, now)).toBe(expected);
  });
});
