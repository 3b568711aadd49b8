import {
  type AlertState,
  durationOf,
  inactive,
  isGood,
  longestStepMs,
  type Moment,
  restored,
  type Rule,
  step,
} from './alerts.machine.js';

const cpu: Rule = { operator: '>', value: 80, margin: 5, forMs: 30_000, clearAfterPasses: 3 };
const atOnce: Rule = { ...cpu, forMs: 0 };
const start = Date.UTC(2026, 0, 1);
const moment = (seconds: number, jumpedMs = 0): Moment => ({
  wallMs: start + seconds * 1000 + jumpedMs,
  monotonicMs: 5_000 + seconds * 1000,
});

/** One word a step: the state's first letter, upper case when something happened (F fired, R resolved). */
function run(rule: Rule, readings: readonly (readonly [number, number | null])[]): string {
  let state: AlertState = inactive;
  return readings
    .map(([seconds, reading]) => {
      const next = step(state, rule, reading, moment(seconds));
      state = next.state;
      return next.effect ? next.effect.kind.charAt(0).toUpperCase() : state.kind.charAt(0);
    })
    .join('');
}

const every10s = (...readings: readonly (number | null)[]): (readonly [number, number | null])[] =>
  readings.map((reading, i) => [i * 10, reading] as const);

describe('The life of an alert', () => {
  it.each([
    ['the limit itself is no breach', atOnce, [80, 80, 80], 'iii'],
    ['the smallest step above is one', atOnce, [80.000001], 'F'],
    ['fires when the minimum duration is reached, and not before', cpu, [81, 81, 81, 81, 81], 'pppFf'],
    ['one reading that is no breach begins the duration anew', cpu, [81, 81, 81, 80, 81, 81, 81, 81], 'pppipppF'],
    ['one spike does nothing', cpu, [79, 99, 79, 79], 'ipii'],
    ['stays while the figure is within the margin', atOnce, [90, 79, 75, 75, 75, 75], 'Ffffff'],
    ['clears after three passes beyond the margin', atOnce, [90, 74.9, 74.9, 74.9, 74.9], 'FffRr'],
    [
      'begins to count the good passes anew after one within the margin',
      atOnce,
      [90, 70, 70, 76, 70, 70, 70],
      'FfffffR',
    ],
    ['a figure that flaps around the limit is one alert', atOnce, [81, 79, 81, 79, 81, 79, 81, 79], 'Ffffffff'],
    ['silence never fires', cpu, [81, null, null, null, null, null], 'pppppp'],
    ['silence does not count towards the minimum duration', cpu, [81, 81, null, 81, 81, 81], 'pppppF'],
    ['silence never clears', atOnce, [90, null, null, null, null, null], 'Ffffff'],
    ['silence does not take back good passes, nor is it one', atOnce, [90, 70, null, 70, null, 70], 'FffffR'],
    ['a resolved alert can come again, as a new one', atOnce, [90, 1, 1, 1, 1, 90], 'FffRrF'],
    ['silence of what was never seen is nothing', cpu, [null, null], 'ii'],
  ] as const)('%s', (_title, rule, readings, expected) => {
    expect(run(rule, every10s(...readings))).toBe(expected);
  });

  it.each([
    ['>', 80, [80, false], [80.1, true]],
    ['>=', 1, [0.999, false], [1, true]],
    ['<', 1, [1, false], [0, true]],
    ['<=', 5, [5.1, false], [5, true]],
  ] as const)('compares with %s %d', (operator, value, first, second) => {
    const rule: Rule = { operator, value, margin: 0, forMs: 0, clearAfterPasses: 1 };
    for (const [reading, fires] of [first, second]) {
      expect(step(inactive, rule, reading, moment(0)).effect !== null).toBe(fires);
      expect(isGood(rule, reading)).toBe(!fires);
    }
  });

  it('has its margin above the limit when low figures are bad', () => {
    const rule: Rule = { operator: '<', value: 10, margin: 2, forMs: 0, clearAfterPasses: 1 };
    expect([9, 10, 12, 12.1].map((reading) => isGood(rule, reading))).toEqual([false, false, false, true]);
  });

  it('tells the first reading in breach as the start, and the whole time since as the duration', () => {
    const fired = step(step(inactive, cpu, 90, moment(0)).state, cpu, 91, moment(30));
    expect(fired.effect).toEqual({ kind: 'fired', startedAtMs: start, value: 91 });
    const resolved = step(fired.state, { ...cpu, clearAfterPasses: 1 }, 10, moment(240));
    expect(resolved.effect).toEqual({ kind: 'resolved', durationMs: 240_000 });
  });

  it.each([-86_400_000, 86_400_000])('is not harmed by a wall clock that jumps by %d ms', (jump) => {
    let state = step(inactive, cpu, 90, moment(0)).state;
    state = step(state, cpu, 90, moment(10, jump)).state;
    expect(state.kind).toBe('pending');
    state = step(state, cpu, 90, moment(30, jump)).state;
    expect(state.kind).toBe('firing');
    expect(durationOf(state as Extract<AlertState, { kind: 'firing' }>, moment(60, jump))).toBe(60_000);
  });

  it('counts no more than a minute of a gap between two readings, as after a suspended host', () => {
    const rule: Rule = { ...cpu, forMs: 2 * longestStepMs };
    expect(
      run(rule, [
        [0, 90],
        [86_400, 90],
        [86_410, 90],
        [86_460, 90],
      ]),
    ).toBe('pppF');
  });

  it('goes on with its duration after a restart, by the wall clock, and never with a negative one', () => {
    const now = { wallMs: start + 600_000, monotonicMs: 3 };
    expect(durationOf(restored(start, now), { ...now, monotonicMs: 1_003 })).toBe(601_000);
    expect(durationOf(restored(start + 9_999_999, now), now)).toBe(0);
  });
});
