import { causeChain } from '../core/index.js';
import type { CounterInstrument } from './instruments.js';
import type { Observation } from './observation.js';
import type { Sink } from './sink.js';

export interface SinkCounters {
  readonly dropped: CounterInstrument;
  readonly failed: CounterInstrument;
}

/** Where a sink's failures are told: a fixed sentence plus fields. */
export type Report = (sentence: string, fields: Readonly<Record<string, unknown>>) => void;

/** The bounded queue in front of one sink. */
export class SinkQueue {
  private readonly waiting: Observation[] = [];
  private draining: Promise<void> | undefined;
  private failing = false;

  constructor(
    private readonly sink: Sink,
    private readonly counters: SinkCounters,
    private readonly report: Report,
  ) {}

  get length(): number {
    return this.waiting.length;
  }

  get name(): string {
    return this.sink.name;
  }

  /** Never blocks and never throws. */
  push(observation: Observation): void {
    if (this.waiting.length >= this.sink.queueLimit) {
      this.waiting.shift();
      this.counters.dropped.add(1, this.sink.name);
    }
    this.waiting.push(observation);
    this.draining ??= this.drain();
  }

  /** Resolves when everything queued so far was handed over. */
  async flush(): Promise<void> {
    await this.draining;
  }

  private async drain(): Promise<void> {
    // A turn of its own: the run that pushed is never delayed by a synchronous sink.
    await new Promise((resolve) => setImmediate(resolve));
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      try {
        await this.sink.accept(next);
        this.failing = false;
      } catch (error) {
        this.counters.failed.add(1, this.sink.name);
        // Told once per outage, not once per observation.
        if (!this.failing) this.report('A sink failed.', { sink: this.sink.name, error: causeChain(error) });
        this.failing = true;
      }
    }
    // In the same turn as the look that found the queue empty: a push in between would wait for the next one.
    this.draining = undefined;
  }
}
