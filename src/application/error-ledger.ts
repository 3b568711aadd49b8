import type { ErrorFigures } from './application.snapshot.js';

/** Types told apart; further ones are counted under `other`. Codes are a closed set, so this is the last line. */
const maxTypes = 100;
const topSize = 10;
const dayMs = 86_400_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;

/** Counts answered errors by type for the current day (UTC). */
export class ErrorLedger {
  private readonly counts = new Map<string, number>();
  private day: number;
  private sinceMs: number;
  private total = 0;

  /** @param nowMs epoch milliseconds; counting begins here */
  constructor(nowMs: number) {
    this.day = Math.floor(nowMs / dayMs);
    this.sinceMs = nowMs;
  }

  add(type: string, nowMs: number): void {
    this.roll(nowMs);
    const key = this.counts.has(type) || this.counts.size < maxTypes ? type : 'other';
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    this.total += 1;
  }

  read(nowMs: number): ErrorFigures {
    this.roll(nowMs);
    const elapsedMs = nowMs - this.sinceMs;
    return {
      totalToday: this.total,
      ratePerHour: elapsedMs < minuteMs ? null : (this.total * hourMs) / elapsedMs,
      top: [...this.counts]
        .map(([type, count]) => ({ type, count }))
        .sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1))
        .slice(0, topSize),
    };
  }

  private roll(nowMs: number): void {
    const day = Math.floor(nowMs / dayMs);
    if (day <= this.day) return;
    this.day = day;
    this.sinceMs = day * dayMs;
    this.counts.clear();
    this.total = 0;
  }
}
