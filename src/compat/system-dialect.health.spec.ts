import type { AssessedCheck } from '../health/index.js';
import { systemHealth } from './system-dialect.health.js';

const limits = { yellowPercent: 70, redPercent: 85 };
const check = (name: string, verdict: AssessedCheck['verdict'], loadPercent: number | null = null): AssessedCheck => ({
  name,
  component: 'any',
  verdict,
  message: 'as it is',
  figures: {},
  limit: { figure: 'used_percent', operator: '>=', value: 85 },
  loadPercent,
  sinceMs: null,
});

describe('The colours of the system dashboard', () => {
  it('are those of the worst component, and disk_space is called disk', () => {
    const health = systemHealth([check('cpu', 'ok', 20), check('disk_space', 'ok', 75)], limits);
    expect(health).toMatchObject({
      status: 'yellow',
      components: { cpu: 'healthy', disk: 'warning' },
      health_score: 75,
    });
  });

  it.each([
    ['green', 69.9],
    ['yellow', 70],
    ['yellow', 85],
    ['red', 85.1],
  ])('are %s at %s %%', (status, load) => {
    expect(systemHealth([check('memory', 'ok', load)], limits).status).toBe(status);
  });

  it('name the limit that produced the word, whichever of the two it was', () => {
    const byLoad = systemHealth([check('memory', 'degraded', 90)], limits).limits.memory;
    expect(byLoad).toEqual({ figure: 'load_percent', operator: '>', value: 85 });
    const byVerdict = systemHealth([check('memory', 'degraded', 40)], limits).limits.memory;
    expect(byVerdict).toEqual({ figure: 'used_percent', operator: '>=', value: 85 });
  });

  it('leave an absent component out, and never show green while one is unknown', () => {
    const health = systemHealth([check('cpu', 'ok', 5), check('redis', 'absent'), check('mqtt', 'unknown')], limits);
    expect(health).toMatchObject({ status: 'yellow', health_score: 100, not_scored: ['redis', 'mqtt'] });
  });

  it('are red with a server down, and yellow when nothing is known at all', () => {
    expect(systemHealth([check('redis', 'down'), check('cpu', 'ok', 1)], limits).status).toBe('red');
    expect(systemHealth([], limits).status).toBe('yellow');
  });
});
