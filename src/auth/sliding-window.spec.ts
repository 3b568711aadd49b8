import { SlidingWindow } from './sliding-window.js';

describe('a sliding window', () => {
  it('admits the limit and not one more, until the oldest hit has left', () => {
    const window = new SlidingWindow(60_000);
    const admitted = Array.from({ length: 101 }, (_, i) => window.take('user', 100, i * 10).admitted);
    expect(admitted.filter(Boolean)).toHaveLength(100);
    expect(admitted.at(-1)).toBe(false);
    expect(window.take('user', 100, 59_999)).toEqual({ admitted: false, used: 100, nextFreeMs: 1 });
    expect(window.take('user', 100, 60_000).admitted).toBe(true);
    expect(window.take('user', 100, 60_000).admitted).toBe(false);
  });

  it('never admits more than the limit in any span, also across the end of a minute', () => {
    const window = new SlidingWindow(60_000);
    const hits: number[] = [];
    for (let at = 0; at < 300_000; at += 137) if (window.take('k', 20, at).admitted) hits.push(at);
    for (const start of hits) {
      expect(hits.filter((at) => at >= start && at < start + 60_000).length).toBeLessThanOrEqual(20);
    }
    expect(hits.length).toBe(100);
  });

  it('does not count refused hits: whoever waits as told gets in', () => {
    const window = new SlidingWindow(1_000);
    window.take('k', 1, 0);
    const refused = Array.from({ length: 50 }, (_, i) => window.take('k', 1, 500 + i));
    expect(refused.every((state) => !state.admitted)).toBe(true);
    const last = refused.at(-1);
    expect(window.take('k', 1, 549 + (last?.nextFreeMs ?? NaN)).admitted).toBe(true);
  });

  it('keeps keys apart, and forgets the quietest one beyond its bound', () => {
    const window = new SlidingWindow(60_000, 3);
    for (const key of ['a', 'b', 'c']) window.take(key, 1, 0);
    window.take('d', 1, 1);
    expect(window.size).toBe(3);
    expect(window.take('d', 1, 2).admitted).toBe(false);
    expect(window.take('a', 1, 3).admitted).toBe(true);
  });

  it('gives a hit back and clears a key', () => {
    const window = new SlidingWindow(60_000);
    window.take('k', 2, 0);
    window.take('k', 2, 0);
    window.giveBack('k');
    expect(window.take('k', 2, 1).admitted).toBe(true);
    window.clear('k');
    expect(window.take('k', 2, 2).used).toBe(1);
    window.giveBack('k');
    expect(window.size).toBe(0);
  });
});
