import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SeriesKind, SeriesRecord } from './bucket-store.js';

const kinds: Readonly<Record<string, SeriesKind>> = { g: 'gauge', c: 'counter' };

/**
 * The list of series as a text file, one line each: `g name{labels}` or `c name{labels}`. The line's number is the
 * place of the series in every bucket file, so lines are only ever appended, and are on the disk before they are used.
 */
export class SeriesFile {
  private readonly places = new Map<string, number>();
  private readonly records: SeriesRecord[] = [];
  private lines = 0;
  private loaded: Promise<void> | undefined;

  constructor(private readonly path: string) {}

  async all(): Promise<readonly SeriesRecord[]> {
    await this.load();
    return this.records;
  }

  async placeOf(id: string): Promise<number | undefined> {
    await this.load();
    return this.places.get(id);
  }

  async append(series: readonly SeriesRecord[]): Promise<void> {
    await this.load();
    const fresh = series.filter(({ id }) => !this.places.has(id));
    if (fresh.length === 0) return;
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const file = await open(this.path, 'a', 0o600);
    try {
      // A label value holds no line break: the id writes it as \n.
      await file.appendFile(fresh.map(({ id, kind }) => `${kind.charAt(0)} ${id}\n`).join(''));
      // A place that was given twice after a power loss would show one series' history as another's.
      await file.sync();
    } finally {
      await file.close();
    }
    for (const record of fresh) this.add(record);
  }

  private load(): Promise<void> {
    this.loaded ??= this.read().catch((error: unknown) => {
      this.loaded = undefined;
      throw error;
    });
    return this.loaded;
  }

  private async read(): Promise<void> {
    const bytes = await readFile(this.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const whole = bytes.lastIndexOf(0x0a) + 1;
    // What a killed process began and did not end has no buckets yet.
    if (whole < bytes.length) await truncate(this.path, whole);
    for (const line of bytes.subarray(0, whole).toString('utf8').split('\n').slice(0, -1)) {
      const kind = kinds[line.charAt(0)];
      if (kind) this.add({ id: line.slice(2), kind });
      // A damaged line keeps its place, or all series after it would move.
      else this.lines += 1;
    }
  }

  private add(record: SeriesRecord): void {
    if (!this.places.has(record.id)) {
      this.places.set(record.id, this.lines);
      this.records.push(record);
    }
    this.lines += 1;
  }
}
