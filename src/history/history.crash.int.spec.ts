import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { temporaryDirectory, until } from '../../test/support/process.js';
import { DayFileStore } from './day-file.store.js';
import { type Tier, tiers } from './tiers.js';

const support = join(__dirname, '..', '..', 'test', 'support');
const dayMs = 86_400_000;

/** Lets a process write samples 1, 2, 3, ... of 300 series, kills it, and says how many it had acknowledged. */
async function writeUntilKilled(directory: string, startMs: number, atLeast: number): Promise<number> {
  const file = (name: string): string => join(support, name);
  const child = spawn(
    process.execPath,
    ['--import', file('typescript-loader.mjs'), file('history-writer.mjs'), directory, String(startMs)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const last = (): number => Number(text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1));
  const ended = once(child, 'close');
  await until('the writer is under way', () => last() >= atLeast || child.exitCode !== null);
  child.kill('SIGKILL');
  await ended;
  return last();
}

describe('A killed process', () => {
  const directory = temporaryDirectory('history-crash');
  afterAll(() => directory.remove());

  it('has lost no sample it had acknowledged, in no tier and no series, however often it was killed', async () => {
    const startMs = Math.floor(Date.now() / dayMs) * dayMs;
    for (const [round, atLeast] of [300, 123, 57].entries()) {
      const home = join(directory.path, String(round));
      const acknowledged = await writeUntilKilled(home, startMs, atLeast);
      const store = new DayFileStore(home);
      expect(await store.series()).toHaveLength(300);
      for (const tier of tiers) {
        const toMs = startMs + Math.ceil(((acknowledged + 2) * 500) / tier.stepMs) * tier.stepMs;
        for (const row of [0, 150, 255, 256, 299]) {
          const kept = await total(
            store,
            `probe{row="${row}"}`,
            tier,
            Math.floor(startMs / tier.stepMs) * tier.stepMs,
            toMs,
          );
          // The sample under way may be there: it was written, and the process died before it said so.
          expect([acknowledged, acknowledged + 1]).toContain(kept.count);
          expect(kept).toEqual({ count: kept.count, sum: (kept.count * (kept.count + 1)) / 2, last: kept.count });
        }
      }
    }
  });
});

async function total(
  store: DayFileStore,
  id: string,
  tier: Tier,
  fromMs: number,
  toMs: number,
): Promise<{ count: number; sum: number; last: number }> {
  const run = await store.read(id, tier, fromMs, toMs);
  const buckets = Array.from({ length: run.length }, (_, i) => run.at(i)).filter((bucket) => bucket !== null);
  return {
    count: buckets.reduce((sum, bucket) => sum + bucket.count, 0),
    sum: buckets.reduce((sum, bucket) => sum + bucket.sum, 0),
    last: buckets.at(-1)?.last ?? 0,
  };
}
