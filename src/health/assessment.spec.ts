import type { Check, Observation } from '../collect/index.js';
import { assess, colourOfLoad, healthyShare, weightedScore } from './assessment.js';

const check = (verdict: Check['verdict']): Check => ({
  name: 'redis',
  verdict,
  message: 'as it is',
  figures: {},
  limit: null,
  loadPercent: null,
});
const judged = { component: 'redis', checks: ['redis'], freshForMs: 35_000 };
const run = { component: 'redis', scope: 'shared', startedAtMs: 100_000, durationMs: 1, samples: [] } as const;
const ok: Observation = { ...run, outcome: 'ok', snapshot: {}, checks: [check('ok')] };

describe('The checks of a collector', () => {
  it('are unknown before the first run: no data is not good news', () => {
    expect(assess(judged, undefined, 0, () => null)).toMatchObject([{ name: 'redis', verdict: 'unknown' }]);
  });

  it('are those of the last run while that is fresh, and unknown with the age when it is not', () => {
    expect(assess(judged, ok, 135_000, () => 7)).toMatchObject([{ verdict: 'ok', sinceMs: 7 }]);
    expect(assess(judged, ok, 135_001, () => 7)).toMatchObject([
      { verdict: 'unknown', message: 'No fresh data: last read 35 s ago' },
    ]);
  });

  it('stay down however old the failure is', () => {
    const failed: Observation = {
      ...run,
      outcome: 'failed',
      error: { code: 'redis.unreachable', kind: 'unavailable', message: 'No answer.' },
      checks: [check('down')],
    };
    expect(assess(judged, failed, 9_000_000, () => 7)).toMatchObject([{ verdict: 'down', sinceMs: 7 }]);
  });

  it('are absent, with what to do, when the component is not configured', () => {
    const absent: Observation = { ...run, outcome: 'absent', reason: 'Set REDIS_URL.', checks: [] };
    expect(assess(judged, absent, 0, () => null)).toMatchObject([{ verdict: 'absent', message: 'Set REDIS_URL.' }]);
  });
});

describe('The share of healthy checks', () => {
  const of = (...verdicts: Parameters<typeof weightedScore>[0]): number =>
    healthyShare(verdicts.map((verdict) => ({ verdict })));

  it('is 85.7 for the contract’s sample: one warning among seven', () => {
    expect(of('ok', 'ok', 'ok', 'ok', 'ok', 'degraded', 'ok')).toBe(85.7);
  });

  it.each([
    [100, ['ok', 'ok', 'absent']],
    [50, ['ok', 'down']],
    [50, ['ok', 'unknown']],
    [0, ['absent']],
    [0, []],
  ] as const)('is %s for %j: absent is not counted, unknown is not healthy', (score, verdicts) => {
    expect(of(...verdicts)).toBe(score);
  });
});

describe('The weighted score', () => {
  it.each([
    [100, ['ok', 'ok']],
    [75, ['ok', 'degraded']],
    [50, ['ok', 'down']],
    [100, ['ok', 'unknown', 'absent']],
    [0, ['unknown']],
  ] as const)('is %s for %j', (score, verdicts) => {
    expect(weightedScore(verdicts)).toBe(score);
  });
});

describe('Colours of a load', () => {
  it.each([
    [69.9, 'green'],
    [70, 'yellow'],
    [85, 'yellow'],
    [85.1, 'red'],
    [0, 'green'],
    [100, 'red'],
  ])('%s %% is %s', (percent, colour) => {
    expect(colourOfLoad(percent, 70, 85)).toBe(colour);
  });
});
