import type { Check } from './check.js';
import { Latest } from './latest.js';
import type { Observation } from './observation.js';

const check = (verdict: Check['verdict']): Check => ({
  name: 'redis',
  verdict,
  message: 'as it is',
  figures: {},
  limit: null,
  loadPercent: null,
});
const run = (startedAtMs: number) =>
  ({ component: 'redis', scope: 'shared', startedAtMs, durationMs: 1, samples: [] }) as const;
const ok = (at: number, verdict: Check['verdict'] = 'ok'): Observation => ({
  ...run(at),
  outcome: 'ok',
  snapshot: { at },
  checks: [check(verdict)],
});
const failed = (at: number): Observation => ({
  ...run(at),
  outcome: 'failed',
  error: { code: 'redis.unreachable', kind: 'unavailable', message: 'No answer.' },
  checks: [check('down')],
});

describe('The latest observation', () => {
  it('says since when a component is what it is, however often that was seen again', () => {
    const latest = new Latest();
    expect(latest.sinceOf('redis')).toBeUndefined();
    for (const observation of [ok(10), ok(20), failed(30), failed(40)]) latest.put(observation);
    expect(latest.sinceOf('redis')).toBe(30);
    expect(latest.checkSince('redis')).toBe(30);
    latest.put(ok(50));
    expect(latest.sinceOf('redis')).toBe(50);
  });

  it('follows a check that changes while the component goes on answering', () => {
    const latest = new Latest();
    for (const observation of [ok(10), ok(20, 'degraded'), ok(30, 'degraded')]) latest.put(observation);
    expect(latest.sinceOf('redis')).toBe(10);
    expect(latest.checkSince('redis')).toBe(20);
  });

  it('has no snapshot while the component cannot be read: an old one must not pass for a new one', () => {
    const latest = new Latest();
    latest.put(ok(10));
    expect(latest.snapshot('redis')).toEqual({ snapshot: { at: 10 }, atMs: 10 });
    latest.put(failed(20));
    expect(latest.snapshot('redis')).toBeUndefined();
  });
});
