// Writes the numbers 1, 2, 3, ... as samples into a day-file store until it is killed, and prints each one that the
// recorder has acknowledged. Start: node --import <typescript-loader> history-writer.mjs <directory> <epoch ms>
import { writeSync } from 'node:fs';

const { DayFileStore } = await import('../../src/history/day-file.store.ts');
const { HistoryRecorder } = await import('../../src/history/history.recorder.ts');

const [directory, startMs] = process.argv.slice(2);
const recorder = new HistoryRecorder(new DayFileStore(directory), 1_000, { dropped() {}, lost() {} });
const family = { name: 'probe', help: 'A probe.', type: 'gauge', labelNames: ['row'] };
for (let n = 1; ; n++) {
  const rows = Array.from({ length: 300 }, (_, i) => ({ family, name: 'probe', labels: { row: String(i) }, value: n }));
  await recorder.record(Number(startMs) + n * 500, rows);
  writeSync(1, `${n}\n`);
}
