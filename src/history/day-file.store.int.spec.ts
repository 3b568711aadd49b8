import { readdirSync, readFileSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeBucketStore } from '../../test/contracts/bucket-store.contract.js';
import { temporaryDirectory } from '../../test/support/process.js';
import { DayFileStore } from './day-file.store.js';
import { type Tier, tiers } from './tiers.js';

const minutes = tiers[1] as Tier;
const bucket = { count: 1, sum: 2, min: 2, max: 2, last: 2 };

describe('The day-file store', () => {
  let directory: ReturnType<typeof temporaryDirectory>;
  beforeEach(() => {
    directory = temporaryDirectory('history');
  });
  afterEach(() => directory.remove());

  describeBucketStore('day files', {
    open: () => Promise.resolve(new DayFileStore(directory.path)),
    wipe: () => Promise.resolve(directory.remove()),
  });

  it('shows a record that was torn as a gap, and its neighbours as they are', async () => {
    const store = new DayFileStore(directory.path);
    const startMs = Math.floor(Date.now() / 86_400_000) * 86_400_000;
    await store.declare([{ id: 'a', kind: 'gauge' }]);
    await store.write([0, 1, 2].map((i) => ({ id: 'a', tier: minutes, startMs: startMs + i * 60_000, bucket })));
    const [name = ''] = readdirSync(join(directory.path, '1m'));
    const bytes = readFileSync(join(directory.path, '1m', name));
    bytes.writeDoubleLE(7, 40 + 32);
    writeFileSync(join(directory.path, '1m', name), bytes);
    const run = await new DayFileStore(directory.path).read('a', minutes, startMs, startMs + 180_000);
    expect([0, 1, 2].map((i) => run.at(i))).toEqual([bucket, null, bucket]);
  });

  it('drops the half line that a killed process left in the catalogue, and gives its place to the next series', async () => {
    const store = new DayFileStore(directory.path);
    await store.declare([{ id: 'a', kind: 'gauge' }]);
    appendFileSync(join(directory.path, 'series.txt'), 'g half_wri');
    const next = new DayFileStore(directory.path);
    await next.declare([{ id: 'b', kind: 'counter' }]);
    expect(readFileSync(join(directory.path, 'series.txt'), 'utf8')).toBe('g a\nc b\n');
    expect(await new DayFileStore(directory.path).series()).toEqual([
      { id: 'a', kind: 'gauge' },
      { id: 'b', kind: 'counter' },
    ]);
  });
});
