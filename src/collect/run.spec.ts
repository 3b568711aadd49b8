import { FakeClock } from '../../test/support/fake-clock.js';
import { AppError } from '../core/index.js';
import type { Check } from './check.js';
import { Collector, NotPresent } from './collector.js';
import { gauge, type Metric, status } from './metric.js';
import { runOnce } from './run.js';

interface Snapshot {
  readonly value: number;
}

class Probe extends Collector<Snapshot> {
  readonly component = 'probe';
  readonly metrics: readonly Metric<Snapshot>[] = [
    status('probe_status', 'Whether the probe answers.'),
    gauge('probe_value', 'The value.', (s) => s.value),
  ];
  override readonly checks = ['probe'];

  constructor(
    private readonly run: (signal: AbortSignal) => Promise<Snapshot>,
    override readonly external = true,
  ) {
    super();
  }

  override collect(signal: AbortSignal): Promise<Snapshot> {
    return this.run(signal);
  }

  override judge(): readonly Check[] {
    return [{ name: 'probe', verdict: 'ok', message: 'fine', figures: {}, limit: null, loadPercent: null }];
  }
}

const never = new AbortController().signal;
const values = (samples: readonly { name: string; value: number }[]): Record<string, number> =>
  Object.fromEntries(samples.map((s) => [s.name, s.value]));
const unreachable = new AppError('probe.unreachable', 'unavailable', 'The probe does not answer.');

describe('One run of a collector', () => {
  it('becomes an ok observation with the samples, the checks and three samples of its own', async () => {
    const clock = new FakeClock();
    const { observation } = await runOnce(new Probe(async () => ({ value: 7 })), clock, null, never);
    expect(observation).toMatchObject({
      component: 'probe',
      outcome: 'ok',
      snapshot: { value: 7 },
      startedAtMs: clock.nowMs(),
    });
    expect(values(observation.samples)).toEqual({
      probe_status: 1,
      probe_value: 7,
      collector_duration_seconds: 0,
      collector_success: 1,
      collector_last_success_timestamp_seconds: clock.nowMs() / 1000,
    });
  });

  it('leaves only the status at 0 and keeps the time of the last success when the server does not answer', async () => {
    const { observation } = await runOnce(new Probe(() => Promise.reject(unreachable)), new FakeClock(), 5_000, never);
    expect(values(observation.samples)).toEqual({
      probe_status: 0,
      collector_duration_seconds: 0,
      collector_success: 0,
      collector_last_success_timestamp_seconds: 5,
    });
    expect(observation.checks).toMatchObject([
      { name: 'probe', verdict: 'down', message: 'The probe does not answer.' },
    ]);
  });

  it('reads a failure that says nothing about the server as unknown, never as down and never as healthy', async () => {
    const bug = await runOnce(new Probe(() => Promise.reject(new Error('oops'))), new FakeClock(), null, never);
    expect(bug.observation.checks).toMatchObject([{ verdict: 'unknown' }]);
    expect(JSON.stringify(bug.observation)).not.toContain('oops');
    const inside = await runOnce(new Probe(() => Promise.reject(unreachable), false), new FakeClock(), null, never);
    expect(inside.observation.checks).toMatchObject([{ verdict: 'unknown' }]);
  });

  it('is absent, without samples and checks, when there is nothing to read', async () => {
    const { observation } = await runOnce(
      new Probe(() => Promise.reject(new NotPresent('Set PROBE_URL.'))),
      new FakeClock(),
      null,
      never,
    );
    expect(observation).toMatchObject({ outcome: 'absent', reason: 'Set PROBE_URL.', samples: [], checks: [] });
  });

  it('aborts at the timeout and takes the error that the collector then reports', async () => {
    const clock = new FakeClock();
    const run = runOnce(
      new Probe((signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(unreachable)))),
      clock,
      null,
      never,
    );
    await clock.advance(5_000);
    expect((await run).observation).toMatchObject({
      outcome: 'failed',
      durationMs: 5_000,
      error: { code: 'probe.unreachable' },
    });
  });

  it('gives up a collector that ignores the abort, shortly after the timeout', async () => {
    const clock = new FakeClock();
    const run = runOnce(new Probe(() => new Promise(() => undefined)), clock, null, never);
    await clock.advance(5_250);
    expect((await run).observation).toMatchObject({
      outcome: 'failed',
      error: { code: 'collect.timeout', kind: 'unavailable' },
    });
  });

  it('turns a collector that throws before its first await into a failed observation', async () => {
    const probe = new Probe(() => {
      throw unreachable;
    });
    const { observation } = await runOnce(probe, new FakeClock(), null, never);
    expect(observation.outcome).toBe('failed');
  });

  it('never has a negative duration when the wall clock jumps back', async () => {
    const clock = new FakeClock();
    const probe = new Probe(() => {
      clock.jump(-3_600_000);
      return Promise.resolve({ value: 1 });
    });
    expect((await runOnce(probe, clock, null, never)).observation.durationMs).toBe(0);
  });
});
