import { Collector, samplesOf } from '../../src/collect/index.js';
import { AppError } from '../../src/core/index.js';
import { silentServer } from '../support/process.js';

export interface CollectorUnderTest {
  readonly collector: Collector<unknown>;
  dispose(): Promise<void>;
}

export interface CollectorContract {
  /** Connected to a real, healthy server (or to this host). */
  live(): Promise<CollectorUnderTest>;
  /** Pointed at a loopback port; absent for collectors without a server. */
  at?(port: number): Promise<CollectorUnderTest>;
}

const nameForm = /^[a-z][a-z0-9_]*$/;

/** The guarantees that every collector gives. Call it once in the collector's own integration spec. */
export function describeCollector(name: string, contract: CollectorContract): void {
  describe(`${name} keeps the collector contract`, () => {
    describe('with its real source', () => {
      let under: CollectorUnderTest;
      beforeAll(async () => {
        under = await contract.live();
      });
      afterAll(() => under.dispose());

      it('declares lawful, unique metric and label names with a HELP text', () => {
        const names = under.collector.metrics.map((m) => m.name);
        expect(new Set(names).size).toBe(names.length);
        for (const metric of under.collector.metrics) {
          expect(metric.name).toMatch(nameForm);
          expect(metric.help.length).toBeGreaterThan(10);
          expect(metric.help.endsWith('.')).toBe(true);
          for (const label of metric.labelNames) expect(label).toMatch(nameForm);
        }
      });

      it('yields finite samples whose labels are exactly the declared ones, each label set once', async () => {
        const snapshot = await under.collector.collect(AbortSignal.timeout(under.collector.timeoutMs));
        const { samples, rowsDropped } = samplesOf(under.collector.metrics, snapshot);
        expect(rowsDropped).toBe(0);
        expect(samples.length).toBeGreaterThan(0);
        const seen = new Set<string>();
        for (const sample of samples) {
          expect(Number.isFinite(sample.value)).toBe(true);
          const own = Object.keys(sample.labels).filter(
            (label) => !(sample.family.type === 'histogram' && label === 'le'),
          );
          expect(own.sort()).toEqual([...sample.family.labelNames].sort());
          const key = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`;
          expect(seen.has(key)).toBe(false);
          seen.add(key);
        }
      });

      it('judges a snapshot with exactly the checks it declares', async () => {
        const snapshot = await under.collector.collect(AbortSignal.timeout(under.collector.timeoutMs));
        const checks = under.collector.judge(snapshot);
        expect(checks.map((c) => c.name).sort()).toEqual([...under.collector.checks].sort());
        for (const check of checks) expect(check.message.length).toBeGreaterThan(5);
      });
    });

    const at = contract.at?.bind(contract);
    if (!at) return;

    it('answers a refused connection with an AppError of kind unavailable', async () => {
      const silent = await silentServer();
      await silent.close();
      const under = await at(silent.port);
      const failure = await under.collector.collect(AbortSignal.timeout(10_000)).catch((e: unknown) => e);
      await under.dispose();
      expect(failure).toBeInstanceOf(AppError);
      expect((failure as AppError).kind).toBe('unavailable');
    });

    it('gives up on a server that accepts TCP and never answers when its signal is aborted', async () => {
      const silent = await silentServer();
      const under = await at(silent.port);
      const abort = new AbortController();
      const run = under.collector.collect(abort.signal).catch((e: unknown) => e);
      setTimeout(() => abort.abort(), 300);
      const failure = await run;
      await under.dispose();
      await silent.close();
      expect(failure).toBeInstanceOf(AppError);
      expect((failure as AppError).kind).toBe('unavailable');
    });
  });
}
