import { BeforeApplicationShutdown, Inject, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { bounded, Clock, type Timer } from '../core/index.js';
import { collectConfig, type CollectConfig } from './collect.config.js';
import { collectInstruments } from './collect.metrics.js';
import { Instruments } from './instruments.js';
import { Latest } from './latest.js';
import type { Observation } from './observation.js';
import { Participants } from './participants.js';
import { QueueLengths } from './queue-lengths.js';
import { CollectorRunner, type RunnerCounters } from './runner.js';
import { type SinkCounters, SinkQueue } from './sink-queue.js';

/** Longest random delay of a collector's first run, so that passes do not all start in the same millisecond. */
const jitterMs = 500;
/** Longest wait for running passes, and again for the sinks, at shutdown. */
const drainMs = 1_000;

/**
 * Runs every collector at its own cadence and hands each observation to Latest and to every sink. Timers are kept in
 * Nest's SchedulerRegistry under `collect:<component>`.
 */
@Injectable()
export class Scheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(Scheduler.name);
  private readonly stop = new AbortController();
  private readonly counters: RunnerCounters;
  private readonly sinkCounters: SinkCounters;
  private runners: readonly CollectorRunner[] = [];
  private queues: readonly SinkQueue[] = [];
  private readonly pending = new Map<string, Timer>();

  constructor(
    private readonly participants: Participants,
    private readonly clock: Clock,
    private readonly latest: Latest,
    private readonly timers: SchedulerRegistry,
    private readonly lengths: QueueLengths,
    instruments: Instruments,
    @Inject(collectConfig.token) private readonly config: CollectConfig,
  ) {
    this.counters = {
      runs: instruments.counter(collectInstruments.runs),
      skipped: instruments.counter(collectInstruments.skipped),
      breakerOpen: instruments.gauge(collectInstruments.breakerOpen),
      rowsDropped: instruments.counter(collectInstruments.rowsDropped),
    };
    this.sinkCounters = {
      dropped: instruments.counter(collectInstruments.sinkDropped),
      failed: instruments.counter(collectInstruments.sinkFailed),
    };
  }

  onApplicationBootstrap(): void {
    const log = {
      warn: (sentence: string, fields: object) => this.log.warn(sentence, fields),
      info: (sentence: string, fields: object) => this.log.log(sentence, fields),
      debug: (sentence: string, fields: object) => this.log.debug(sentence, fields),
    };
    this.queues = this.participants.sinks().map((sink) => new SinkQueue(sink, this.sinkCounters, log.warn));
    this.runners = this.participants
      .collectors()
      .map(
        (collector) =>
          new CollectorRunner(
            collector,
            this.clock,
            this.config.COLLECT_PROBE_MS,
            this.counters,
            log,
            (observation) => this.publish(observation),
            this.stop.signal,
          ),
      );
    for (const queue of this.queues) this.lengths.register(`sink_${queue.name}`, () => queue.length);
    for (const runner of this.runners) this.startTimer(runner);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    for (const { collector } of this.runners) this.forget(collector.component);
    await bounded(this.clock, drainMs, Promise.all(this.runners.map((runner) => runner.idle())));
    await bounded(this.clock, drainMs, Promise.all(this.queues.map((queue) => queue.flush())));
  }

  /** Puts an observation where readers look, then queues it for every sink. */
  private publish(observation: Observation): void {
    const before = this.latest.of(observation.component)?.outcome;
    this.latest.put(observation);
    for (const queue of this.queues) queue.push(observation);
    const followers = this.runners.filter(({ collector }) => collector.follows === observation.component);
    for (const follower of followers) {
      if (observation.outcome === 'failed') follower.failAlong(observation);
      else if (observation.outcome === 'ok' && before === 'failed') follower.tick();
    }
  }

  /** Ticks on a fixed grid: a late tick does not shift the ones after it. */
  private startTimer(runner: CollectorRunner): void {
    const everyMs = runner.collector.everyMs ?? this.config.COLLECT_INTERVAL_MS;
    const firstDelay = Math.random() * Math.min(jitterMs, everyMs / 2);
    let due = this.clock.monotonicMs() + firstDelay;
    const schedule = (): void => {
      if (this.stop.signal.aborted) return;
      const timer = this.clock.after(Math.max(0, due - this.clock.monotonicMs()), () => {
        const now = this.clock.monotonicMs();
        // After a suspended host many ticks are overdue: one run, not a storm.
        due += everyMs * Math.max(1, Math.ceil((now - due) / everyMs));
        schedule();
        runner.tick();
      });
      this.remember(runner.collector.component, timer);
    };
    schedule();
  }

  private remember(component: string, timer: Timer): void {
    this.forget(component);
    this.pending.set(component, timer);
    this.timers.addTimeout(`collect:${component}`, timer.handle);
  }

  private forget(component: string): void {
    const name = `collect:${component}`;
    // Nest's own shutdown may have emptied the registry already.
    if (this.timers.doesExist('timeout', name)) this.timers.deleteTimeout(name);
    this.pending.get(component)?.cancel();
    this.pending.delete(component);
  }
}
