/**
 * Bounds a share of a whole to 0..100; null when there is no whole. Counters of `/proc` are not read at one instant and
 * some may step back a little, so a quotient may leave the range by a hair.
 */
export function percentOf(part: number, whole: number): number | null {
  return whole > 0 ? Math.min(100, Math.max(0, (part / whole) * 100)) : null;
}

/**
 * Turns counters into rates per second between the last two passes. Keys that were not seen in the last pass are
 * forgotten, so what is kept is bounded by one pass.
 */
export class Rates {
  private before = new Map<string, number>();
  private beforeMs: number | null = null;
  private current = new Map<string, number>();
  private currentMs: number | null = null;

  /** @param atMs monotonic time at which the counters of this pass were read */
  begin(atMs: number): void {
    this.before = this.current;
    this.beforeMs = this.currentMs;
    this.current = new Map();
    this.currentMs = atMs;
  }

  /** Change per second; null in the first pass, for a new key, and when the counter went back (reset or wrap). */
  perSecond(key: string, value: number): number | null {
    this.current.set(key, value);
    const earlier = this.before.get(key);
    if (earlier === undefined || this.beforeMs === null || this.currentMs === null) return null;
    const seconds = (this.currentMs - this.beforeMs) / 1000;
    return seconds > 0 && value >= earlier ? (value - earlier) / seconds : null;
  }
}

/**
 * A percentage as people and JSON see it: one decimal, cut and not rounded, so that a figure just below a limit never
 * reads as the limit. The tiny addend undoes binary fractions (84.3 is 84.29999...).
 */
export function shown(percent: number): number {
  return Math.floor(percent * 10 + 1e-6) / 10;
}
