import type { FastifyReply } from 'fastify';
import { FakeClock } from '../../test/support/fake-clock.js';
import { Latest, type Participants, type Verdict } from '../collect/index.js';
import { Readiness } from '../core/index.js';
import { contractChecks } from './dto/health.dto.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';

/** A controller over one observation whose checks have these verdicts, in the order of the contract. */
function controllerWith(verdicts: readonly Verdict[]): { controller: HealthController; ready: Readiness } {
  const clock = new FakeClock();
  const latest = new Latest();
  const checks = contractChecks.slice(0, verdicts.length).map((name, i) => ({
    name,
    verdict: verdicts[i] as Verdict,
    message: 'as it is',
    figures: {},
    limit: null,
    loadPercent: null,
  }));
  const run = { component: 'all', scope: 'shared', startedAtMs: clock.nowMs(), durationMs: 1, samples: [] } as const;
  latest.put({ ...run, outcome: 'ok', snapshot: {}, checks });
  const collectors = [{ component: 'all', checks: checks.map((c) => c.name), everyMs: null, timeoutMs: 5_000 }];
  const participants = { collectors: () => collectors } as unknown as Participants;
  const ready = new Readiness();
  const collect = { COLLECT_INTERVAL_MS: 10_000, COLLECT_PROBE_MS: 10_000 };
  const service = new HealthService(latest, participants, ready, clock, collect);
  return { controller: new HealthController(service, clock), ready };
}

function reply(): { status: number; as: FastifyReply } {
  const answer = { status: 200, as: undefined as unknown as FastifyReply };
  answer.as = {
    status: (code: number) => {
      answer.status = code;
      return answer.as;
    },
  } as unknown as FastifyReply;
  return answer;
}

describe('The admin health', () => {
  it.each([
    [['ok', 'ok', 'ok', 'ok'], 100, 200, 'healthy'],
    [['ok', 'ok', 'ok', 'degraded'], 75, 200, 'warning'],
    [['ok', 'ok', 'down', 'down'], 50, 503, 'critical'],
    [['ok', 'down', 'down', 'unknown'], 25, 503, 'critical'],
    [['unknown', 'unknown', 'unknown', 'unknown'], 0, 503, 'unknown'],
  ] as const)('of %j has the score %s and the status %s', async (verdicts, score, status, word) => {
    const answer = reply();
    const body = await controllerWith(verdicts).controller.admin(answer.as);
    expect(body).toMatchObject({ overall_health_score: score, status: word });
    expect(answer.status).toBe(status);
  });
});

describe('The open summary', () => {
  it.each([
    [['ok', 'ok'], 'healthy', 200],
    [['ok', 'degraded'], 'degraded', 200],
    [['ok', 'unknown'], 'unknown', 200],
    [['ok', 'down'], 'down', 503],
  ] as const)('of %j is the one word %s', (verdicts, word, status) => {
    const answer = reply();
    expect(controllerWith(verdicts).controller.summary(answer.as)).toMatchObject({ status: word });
    expect(answer.status).toBe(status);
  });
});

describe('Readiness', () => {
  it('is gone the moment the shutdown begins, however fresh the cached answer is', async () => {
    const { controller, ready } = controllerWith(['ok']);
    const before = reply();
    expect(await controller.ready(before.as)).toMatchObject({ status: 'ready' });
    ready.beginShutdown();
    const after = reply();
    expect(await controller.ready(after.as)).toMatchObject({ status: 'not_ready' });
    expect([before.status, after.status]).toEqual([200, 503]);
  });

  it('is not there while a probe fails or throws', async () => {
    for (const probe of [() => Promise.resolve('The database is away.'), () => Promise.reject(new Error('bug'))]) {
      const { controller, ready } = controllerWith(['ok']);
      ready.register('database', probe);
      const answer = reply();
      await controller.ready(answer.as);
      expect(answer.status).toBe(503);
    }
  });
});
