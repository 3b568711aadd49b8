import { FakeClock } from '../../test/support/fake-clock.js';
import { SlidingQuantiles } from './sketch.js';

/** Deterministic pseudo-random numbers in [0, 1) (mulberry32). */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const exact = (sorted: readonly number[], q: number): number =>
  sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? 0;

describe('Quantiles over a sliding window', () => {
  it.each([
    ['uniform', (r: () => number) => 0.001 + r()],
    ['heavy tail', (r: () => number) => 0.0005 / Math.max(1e-6, r()) ** 1.5],
    ['two modes', (r: () => number) => (r() < 0.9 ? 0.002 + r() / 1000 : 1.5 + r())],
    ['constant', () => 0.25],
  ])('are within 1 %% of the exact ones for a %s distribution', (_name, draw) => {
    const sketch = new SlidingQuantiles(new FakeClock());
    const r = random(42);
    const values = Array.from({ length: 5_000 }, () => Math.min(900, draw(r)));
    for (const value of values) sketch.observe(value);
    const sorted = [...values].sort((a, b) => a - b);
    const { p50, p95, p99, max, count, mean } = sketch.read();
    for (const [found, q] of [
      [p50, 0.5],
      [p95, 0.95],
      [p99, 0.99],
    ] as const) {
      expect(Math.abs((found ?? 0) / exact(sorted, q) - 1)).toBeLessThanOrEqual(0.0101);
    }
    expect(max).toBe(sorted.at(-1));
    expect(count).toBe(5_000);
    expect(mean).toBeCloseTo(values.reduce((a, b) => a + b, 0) / 5_000, 9);
  });

  it('forget what is older than the window', async () => {
    const clock = new FakeClock();
    const sketch = new SlidingQuantiles(clock, 60_000);
    sketch.observe(10);
    await clock.advance(30_000);
    sketch.observe(1);
    expect(sketch.read()).toMatchObject({ count: 2, max: 10 });
    await clock.advance(35_000);
    expect(sketch.read()).toMatchObject({ count: 1, max: 1 });
    await clock.advance(60_000);
    expect(sketch.read()).toMatchObject({ count: 0, p50: null, p99: null, mean: null, max: null });
  });

  it('take zero and values beyond the scale without losing count', () => {
    const sketch = new SlidingQuantiles(new FakeClock());
    for (const value of [0, 1e-9, 5_000]) sketch.observe(value);
    expect(sketch.read()).toMatchObject({ count: 3, max: 5_000 });
  });
});
