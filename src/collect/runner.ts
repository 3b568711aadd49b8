import { causeChain, Clock } from '../core/index.js';
import { afterRun, closedBreaker, mayRun, type BreakerState } from './breaker.js';
import type { Collector } from './collector.js';
import type { CounterInstrument, GaugeInstrument } from './instruments.js';
import type { Observation } from './observation.js';
import { failedAlong, runOnce } from './run.js';
import type { Report } from './sink-queue.js';

/** Runs given up but never ended that a collector may have before it must wait for one of them. */
const maxAbandonedRuns = 3;

export interface RunnerCounters {
  readonly runs: CounterInstrument;
  readonly skipped: CounterInstrument;
  readonly breakerOpen: GaugeInstrument;
  readonly rowsDropped: CounterInstrument;
}

export interface RunnerLog {
  readonly warn: Report;
  readonly info: Report;
  readonly debug: Report;
}

/** One collector under supervision: at most one run in flight, a breaker for external servers, failures told once. */
export class CollectorRunner {
  private inFlight: Promise<void> | undefined;
  private abandoned = 0;
  private breaker: BreakerState = closedBreaker;
  private lastSuccessMs: number | null = null;
  private lastErrorCode: string | null = null;

  constructor(
    readonly collector: Collector,
    private readonly clock: Clock,
    private readonly probeMs: number,
    private readonly counters: RunnerCounters,
    private readonly log: RunnerLog,
    private readonly publish: (observation: Observation) => void,
    private readonly stop: AbortSignal,
  ) {}

  /** Starts a run unless one is in flight or the breaker is open. Never blocks, never throws. */
  tick(): void {
    const reason = this.reasonToSkip();
    if (reason !== null) {
      this.counters.skipped.add(1, this.collector.component, reason);
      return;
    }
    this.inFlight = this.run().finally(() => {
      this.inFlight = undefined;
    });
  }

  /** Publishes the failure of the component that this one follows as its own. */
  failAlong(leader: Observation & { readonly outcome: 'failed' }): void {
    this.publish(failedAlong(this.collector, leader, this.lastSuccessMs));
  }

  /** Resolves when no run is in flight. */
  async idle(): Promise<void> {
    await this.inFlight;
  }

  private reasonToSkip(): string | null {
    if (this.inFlight) return 'in_flight';
    if (this.abandoned >= maxAbandonedRuns) return 'stuck';
    if (!mayRun(this.breaker, this.clock.monotonicMs())) return 'breaker_open';
    return null;
  }

  private async run(): Promise<void> {
    const { collector, counters } = this;
    const { observation, rowsDropped, error, settled } = await runOnce(
      collector,
      this.clock,
      this.lastSuccessMs,
      this.stop,
    );
    if (this.stop.aborted) return;
    this.abandoned += 1;
    void settled.then(() => {
      this.abandoned -= 1;
    });
    counters.runs.add(1, collector.component, observation.outcome);
    if (rowsDropped > 0) counters.rowsDropped.add(rowsDropped, collector.component);
    if (observation.outcome === 'ok') this.lastSuccessMs = observation.startedAtMs;
    if (collector.external) this.stepBreaker(observation.outcome !== 'failed');
    this.tell(observation, causeChain(error));
    this.publish(observation);
  }

  private stepBreaker(success: boolean): void {
    this.breaker = afterRun(this.breaker, success, this.clock.monotonicMs(), this.probeMs);
    this.counters.breakerOpen.set(this.breaker.kind === 'open' ? 1 : 0, this.collector.component);
  }

  /** Every change is told once: an outage of an hour is two lines, not 360. */
  private tell(observation: Observation, cause: string): void {
    const component = observation.component;
    const code = observation.outcome === 'failed' ? observation.error.code : null;
    this.log.debug('A collector ran.', { component, outcome: observation.outcome, durationMs: observation.durationMs });
    if (code !== null && code !== this.lastErrorCode)
      this.log.warn('A component cannot be read.', { component, code, cause });
    if (code === null && this.lastErrorCode !== null) this.log.info('A component is read again.', { component });
    this.lastErrorCode = code;
  }
}
