import { Test } from '@nestjs/testing';
import { FakeClock, settle } from '../../test/support/fake-clock.js';
import { AppError, Clock } from '../core/index.js';
import { collectConfig } from './collect.config.js';
import { CollectModule } from './collect.module.js';
import { Collector } from './collector.js';
import { Instruments } from './instruments.js';
import { Latest } from './latest.js';
import { gauge, type Metric } from './metric.js';
import type { Observation } from './observation.js';
import { Sink } from './sink.js';
import { Global, Module, type INestApplicationContext } from '@nestjs/common';

type Run = (signal: AbortSignal) => Promise<number>;

class Scripted extends Collector<number> {
  override readonly metrics: readonly Metric<number>[];
  override readonly everyMs: number | null;
  override readonly external: boolean;
  override readonly follows: string | null;
  runs = 0;

  constructor(
    readonly component: string,
    private readonly script: Run,
    o: { everyMs?: number; external?: boolean; follows?: string } = {},
  ) {
    super();
    this.metrics = [gauge(`${component}_value`, 'The value of the script.', (s) => s)];
    this.everyMs = o.everyMs ?? null;
    this.external = o.external ?? false;
    this.follows = o.follows ?? null;
  }

  override collect(signal: AbortSignal): Promise<number> {
    this.runs += 1;
    return this.script(signal);
  }
}

class Recorder extends Sink {
  override readonly queueLimit: number;
  readonly heard: Observation[] = [];

  constructor(
    readonly name: string,
    private readonly behaviour: (o: Observation) => void | Promise<void> = () => undefined,
    queueLimit = 256,
  ) {
    super();
    this.queueLimit = queueLimit;
  }

  override accept(observation: Observation): void | Promise<void> {
    this.heard.push(observation);
    return this.behaviour(observation);
  }
}

interface Engine {
  readonly app: INestApplicationContext;
  readonly clock: FakeClock;
  readonly latest: Latest;
  metric(name: string): Promise<string>;
}

async function engine(participants: readonly (Collector | Sink)[]): Promise<Engine> {
  const clock = new FakeClock();
  @Global()
  @Module({
    providers: [
      { provide: Clock, useValue: clock },
      { provide: collectConfig.token, useValue: { COLLECT_INTERVAL_MS: 10_000, COLLECT_PROBE_MS: 10_000 } },
      ...participants.map((useValue, i) => ({ provide: `participant ${i}`, useValue })),
    ],
    exports: [Clock, collectConfig.token],
  })
  class Surroundings {}
  const module = await Test.createTestingModule({ imports: [Surroundings, CollectModule] }).compile();
  module.useLogger(false);
  await module.init();
  return {
    app: module,
    clock,
    latest: module.get(Latest),
    metric: (name) => module.get(Instruments).registry.getSingleMetricAsString(name),
  };
}

/** Ends the engine; its bounded waits run on the fake clock. */
async function end({ app, clock }: Engine): Promise<void> {
  const closing = app.close();
  await clock.advance(10_000);
  await closing;
}

describe('The scheduler', () => {
  it('runs each collector right after the start and then at its own interval', async () => {
    const usual = new Scripted('usual', () => Promise.resolve(1));
    const slow = new Scripted('slow', () => Promise.resolve(2), { everyMs: 60_000 });
    const running = await engine([usual, slow]);
    await running.clock.advance(600);
    expect([usual.runs, slow.runs]).toEqual([1, 1]);
    await running.clock.advance(60_000);
    expect([usual.runs, slow.runs]).toEqual([7, 2]);
    await end(running);
    expect(running.clock.timers).toBe(0);
  });

  it('never lets a hanging or failing collector delay another, and keeps one run in flight', async () => {
    const hanging = new Scripted('hanging', () => new Promise(() => undefined), { everyMs: 1_000 });
    const failing = new Scripted('failing', () => Promise.reject(new Error('no')));
    const healthy = new Scripted('healthy', () => Promise.resolve(3), { everyMs: 1_000 });
    const running = await engine([hanging, failing, healthy]);
    await running.clock.advance(5_000);
    expect(healthy.runs).toBe(5);
    expect(hanging.runs).toBe(1);
    expect(await running.metric('collector_runs_skipped_total')).toContain(
      '{component="hanging",reason="in_flight"} 4',
    );
    await running.clock.advance(6_000);
    expect(running.latest.of('hanging')).toMatchObject({ outcome: 'failed', error: { code: 'collect.timeout' } });
    expect(running.latest.of('healthy')).toMatchObject({ outcome: 'ok', snapshot: 3 });
    await end(running);
  });

  it('stops starting runs of a collector whose earlier runs never end, until one of them does', async () => {
    const ends: (() => void)[] = [];
    const stuck = new Scripted('stuck', () => new Promise((resolve) => ends.push(() => resolve(0))), {
      everyMs: 10_000,
    });
    const running = await engine([stuck]);
    await running.clock.advance(100_000);
    expect(stuck.runs).toBe(3);
    ends[0]?.();
    await running.clock.advance(10_000);
    expect(stuck.runs).toBe(4);
    await end(running);
  });

  it('spares a server after five failures in a row, probes it at the pause, and closes the breaker on success', async () => {
    let up = false;
    const down = new AppError('server.unreachable', 'unavailable', 'No answer.');
    const server = new Scripted('server', () => (up ? Promise.resolve(1) : Promise.reject(down)), {
      everyMs: 1_000,
      external: true,
    });
    const running = await engine([server]);
    await running.clock.advance(5_000);
    expect(server.runs).toBe(5);
    expect(await running.metric('collector_breaker_open')).toContain('{component="server"} 1');
    await running.clock.advance(9_000);
    expect(server.runs).toBe(5);
    up = true;
    await running.clock.advance(2_000);
    expect(running.latest.of('server')?.outcome).toBe('ok');
    expect(await running.metric('collector_breaker_open')).toContain('{component="server"} 0');
    await running.clock.advance(3_000);
    expect(server.runs).toBeGreaterThanOrEqual(8);
    await end(running);
  });

  it('hands every observation to every sink, whatever another sink does', async () => {
    const source = new Scripted('source', () => Promise.resolve(1), { everyMs: 1_000 });
    const throwing = new Recorder('throwing', () => {
      throw new Error('broken');
    });
    const slow = new Recorder('slow', () => new Promise(() => undefined), 2);
    const good = new Recorder('good');
    const running = await engine([source, throwing, slow, good]);
    await running.clock.advance(6_000);
    await settle();
    expect(good.heard.length).toBe(6);
    expect(throwing.heard.length).toBe(6);
    expect(slow.heard.length).toBe(1);
    expect(await running.metric('sink_errors_total')).toContain('{sink="throwing"} 6');
    expect(await running.metric('sink_observations_dropped_total')).toContain('{sink="slow"} 3');
    await end(running);
  });

  it('lets a collector fail along with the one it follows, and runs it at once when that one is back', async () => {
    let up = true;
    const leader = new Scripted('leader', () => (up ? Promise.resolve(1) : Promise.reject(new Error('no'))));
    const slow = new Scripted('slow', () => Promise.resolve(2), { everyMs: 3_600_000, follows: 'leader' });
    const running = await engine([leader, slow]);
    await running.clock.advance(11_000);
    expect(running.latest.of('slow')?.outcome).toBe('ok');
    up = false;
    await running.clock.advance(10_000);
    expect(running.latest.of('slow')?.outcome).toBe('failed');
    expect(running.latest.samplesOf('slow_value')).toEqual([]);
    up = true;
    await running.clock.advance(10_000);
    expect(running.latest.of('slow')).toMatchObject({ outcome: 'ok', snapshot: 2 });
    expect(slow.runs).toBe(2);
    await end(running);
  });

  it('stops the boot when two collectors have one name', async () => {
    const twice = [new Scripted('twin', () => Promise.resolve(1)), new Scripted('twin', () => Promise.resolve(2))];
    await expect(engine(twice)).rejects.toThrow('two components are called twin');
  });

  it('aborts running passes at shutdown and publishes nothing afterwards', async () => {
    let aborted = false;
    const waiting = new Scripted(
      'waiting',
      (signal) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(new Error('aborted'));
          }),
        ),
    );
    const sink = new Recorder('ear');
    const running = await engine([waiting, sink]);
    await running.clock.advance(1_000);
    await end(running);
    expect(aborted).toBe(true);
    expect(sink.heard).toEqual([]);
  });
});
