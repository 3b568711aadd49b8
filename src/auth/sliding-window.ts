/** State of one key after a hit was asked for. */
export interface WindowState {
  /** Whether the hit was counted; false when the window is full. */
  readonly admitted: boolean;
  readonly used: number;
  /** Until the oldest counted hit leaves the window and makes room for one more. */
  readonly nextFreeMs: number;
}

/**
 * Counts hits by key over the last `windowMs`: in no span of that length are more than the limit admitted, wherever
 * it begins. Refused hits are not counted, so whoever waits as told gets in. Holds at most `maxKeys` keys; the one that
 * was quiet the longest is forgotten first.
 */
export class SlidingWindow {
  private readonly hits = new Map<string, number[]>();

  constructor(
    private readonly windowMs: number,
    private readonly maxKeys = 10_000,
  ) {}

  /** Number of keys held. */
  get size(): number {
    return this.hits.size;
  }

  /** Counts a hit unless `limit` hits are in the window. @param nowMs monotonic */
  take(key: string, limit: number, nowMs: number): WindowState {
    const times = this.current(key, nowMs);
    const admitted = times.length < limit;
    if (admitted) {
      times.push(nowMs);
      this.keep(key, times);
    }
    const decisive = times[Math.max(0, times.length - limit)] ?? nowMs;
    return { admitted, used: times.length, nextFreeMs: Math.max(0, decisive + this.windowMs - nowMs) };
  }

  /** Takes back the latest hit of a key. */
  giveBack(key: string): void {
    const times = this.hits.get(key);
    times?.pop();
    if (times?.length === 0) this.hits.delete(key);
  }

  clear(key: string): void {
    this.hits.delete(key);
  }

  /** Times still in the window, oldest first. */
  private current(key: string, nowMs: number): number[] {
    const times = this.hits.get(key);
    if (!times) return [];
    const firstInside = times.findIndex((at) => at > nowMs - this.windowMs);
    times.splice(0, firstInside < 0 ? times.length : firstInside);
    return times;
  }

  private keep(key: string, times: number[]): void {
    this.hits.delete(key);
    this.hits.set(key, times);
    if (this.hits.size <= this.maxKeys) return;
    const [oldest] = this.hits.keys();
    if (oldest !== undefined) this.hits.delete(oldest);
  }
}
