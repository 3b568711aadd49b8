import { Injectable } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { Clock } from '../core/index.js';
import { SlidingWindow } from './sliding-window.js';

type ThrottlerStorageRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * Request counts of this process. The throttler's own store never forgets a key; this one holds 10,000 for each limit,
 * so that a flood of addresses costs neither memory nor the counts of signed-in users.
 */
@Injectable()
export class LimitStore implements ThrottlerStorage {
  private readonly windows = new Map<string, SlidingWindow>();

  constructor(private readonly clock: Clock) {}

  /** @param ttl milliseconds; the record's times are whole seconds */
  increment(
    key: string,
    ttl: number,
    limit: number,
    _blockDuration: number,
    throttlerName: string,
  ): Promise<ThrottlerStorageRecord> {
    const window = this.windows.get(throttlerName) ?? new SlidingWindow(ttl);
    this.windows.set(throttlerName, window);
    const state = window.take(key, limit, this.clock.monotonicMs());
    const seconds = Math.max(1, Math.ceil(state.nextFreeMs / 1000));
    return Promise.resolve({
      totalHits: state.used,
      timeToExpire: seconds,
      isBlocked: !state.admitted,
      timeToBlockExpire: state.admitted ? 0 : seconds,
    });
  }
}
