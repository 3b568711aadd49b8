import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../core/index.js';
import { collectInstruments } from './collect.metrics.js';
import { type HistogramInstrument, Instruments } from './instruments.js';

const timerProperty = Symbol('method timer');

/** Records the durations of methods marked with `@Timed()`. */
@Injectable()
export class MethodTimer {
  private readonly durations: HistogramInstrument;

  constructor(
    private readonly clock: Clock,
    instruments: Instruments,
  ) {
    this.durations = instruments.histogram(collectInstruments.methodDuration);
  }

  /** Calls `work`, records its duration whatever happens, and re-throws. Waits for a promise without adding a turn. */
  time<T>(method: string, work: () => T): T {
    const started = this.clock.monotonicMs();
    const record = (outcome: 'ok' | 'error'): void =>
      this.durations.observe((this.clock.monotonicMs() - started) / 1000, method, outcome);
    let result: T;
    try {
      result = work();
    } catch (error) {
      record('error');
      throw error;
    }
    if (!(result instanceof Promise)) {
      record('ok');
      return result;
    }
    return result.then(
      (value: unknown) => {
        record('ok');
        return value;
      },
      (error: unknown) => {
        record('error');
        throw error;
      },
    ) as T;
  }
}

/**
 * Records the duration of every call of a provider's method in `method_duration_seconds{method,outcome}` and re-throws
 * what it throws. Works on synchronous and asynchronous methods of classes that Nest builds.
 */
export function Timed(): MethodDecorator {
  return (target, key, descriptor) => {
    Inject(MethodTimer)(target, timerProperty);
    const original = descriptor.value as unknown as (...args: unknown[]) => unknown;
    const name = `${target.constructor.name}.${String(key)}`;
    const timed = function (this: Record<symbol, MethodTimer | undefined>, ...args: unknown[]): unknown {
      const timer = this[timerProperty];
      // An instance made by hand has no timer, and runs untimed.
      return timer ? timer.time(name, () => original.apply(this, args)) : original.apply(this, args);
    };
    // Guards, routes and documentation hang their metadata on the function: it must survive the wrapping.
    for (const metadataKey of Reflect.getMetadataKeys(original)) {
      Reflect.defineMetadata(metadataKey, Reflect.getMetadata(metadataKey, original), timed);
    }
    descriptor.value = timed as unknown as typeof descriptor.value;
  };
}
