import { judgeApplication } from './application.judge.js';
import type { ApplicationSnapshot } from './application.snapshot.js';

const limits = { requestP95WarnMs: 2_000, errorRateWarnPercent: 1 };
const snapshot = (p95: number | null, serverErrorPercent: number | null): ApplicationSnapshot =>
  ({ requests: { latency: { p95 }, serverErrorPercent } }) as ApplicationSnapshot;
const verdicts = (p95: number | null, percent: number | null): Record<string, string> =>
  Object.fromEntries(judgeApplication(snapshot(p95, percent), limits).map((check) => [check.name, check.verdict]));

describe('The checks of the application', () => {
  it.each([
    ['fast and without errors', 0.1, 0, { requests: 'ok', errors: 'ok' }],
    ['at the limits exactly', 2, 1, { requests: 'ok', errors: 'ok' }],
    ['a little slower', 2.001, 0, { requests: 'degraded', errors: 'ok' }],
    ['a few more errors', 0.1, 1.01, { requests: 'ok', errors: 'degraded' }],
    ['without any request', null, null, { requests: 'ok', errors: 'ok' }],
  ])('%s', (_what, p95, percent, expected) => {
    expect(verdicts(p95, percent)).toEqual(expected);
  });

  it('name the limit and the figure behind it', () => {
    const [requests, errors] = judgeApplication(snapshot(2.5, 3), limits);
    expect(requests).toMatchObject({
      figures: { p95_ms: 2500 },
      limit: { figure: 'p95_ms', operator: '>', value: 2000 },
    });
    expect(errors).toMatchObject({ figures: { server_error_percent: 3 }, limit: { value: 1 } });
  });
});
