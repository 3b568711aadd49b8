import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bucket, BucketRun, recordBytes } from './bucket.js';
import { BucketStore, type BucketEntry, type BucketPlace, type SeriesRecord } from './bucket-store.js';
import { Block, openToRead, readAt } from './day-file.block.js';
import { SeriesFile } from './day-file.catalogue.js';
import { blockBytes, groupBytes, groupSize, placeOf, seriesPerPanel } from './day-file.layout.js';
import { chunkOf, type ChunkSpan, chunkSpans, oldestChunk, type Tier, tiers } from './tiers.js';

/**
 * Buckets in files of fixed-size records, `<tier>/<chunk>-<panel>.bin`, below one directory of one process. Files are
 * open only while they are read or written. Space that no bucket took is a hole: it reads as zeros, which is a gap.
 */
export class DayFileStore extends BucketStore {
  override readonly shared = false;
  private readonly catalogue: SeriesFile;
  /** The block each tier and panel is at; a pass writes to these alone. */
  private readonly blocks = new Map<string, Block>();

  /** @param directory need not exist; nothing is made before the first write */
  constructor(private readonly directory: string) {
    super();
    this.catalogue = new SeriesFile(join(directory, 'series.txt'));
  }

  override series(): Promise<readonly SeriesRecord[]> {
    return this.catalogue.all();
  }

  override declare(series: readonly SeriesRecord[]): Promise<void> {
    return this.catalogue.append(series);
  }

  /** @throws Error for a series that was not declared */
  override async write(entries: readonly BucketEntry[]): Promise<void> {
    const touched = new Set<Block>();
    for (const entry of entries) {
      const found = await this.locate(entry, touched);
      if (!found) throw new Error(`series ${entry.id} has no place: declare it first`);
      found.block.put(found.offset, entry.bucket, recordBytes);
      touched.add(found.block);
    }
    for (const block of touched) await block.save();
  }

  override async pick(places: readonly BucketPlace[]): Promise<readonly (Bucket | null)[]> {
    const found: (Bucket | null)[] = [];
    for (const place of places) {
      const at = await this.locate(place);
      found.push(at ? at.block.get(at.offset) : null);
    }
    return found;
  }

  override async read(id: string, tier: Tier, fromMs: number, toMs: number): Promise<BucketRun> {
    const run = new BucketRun(fromMs, tier.stepMs, Math.max(0, (toMs - fromMs) / tier.stepMs));
    const series = await this.catalogue.placeOf(id);
    if (series === undefined) return run;
    await Promise.all(
      chunkSpans(tier, fromMs, toMs).map((span) => {
        const index = (span.chunk * tier.chunkMs - fromMs) / tier.stepMs + span.first;
        return this.readSpan(run, index, tier, series, span);
      }),
    );
    return run;
  }

  override async expire(nowMs: number): Promise<void> {
    for (const tier of tiers) {
      const directory = join(this.directory, tier.name);
      const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
      const oldest = oldestChunk(tier, nowMs);
      const old = names.filter((name) => /^\d+-\d+\.bin$/.test(name) && Number.parseInt(name, 10) < oldest);
      for (const name of old) await rm(join(directory, name), { force: true });
    }
  }

  override async close(): Promise<void> {
    this.blocks.clear();
  }

  /**
   * The block of a bucket, loaded where it is not at hand. A block that gives way is saved first when it was changed
   * in this call; otherwise its file has everything.
   */
  private async locate(
    place: BucketPlace,
    touched?: Set<Block>,
  ): Promise<{ readonly block: Block; readonly offset: number } | undefined> {
    const series = await this.catalogue.placeOf(place.id);
    if (series === undefined) return undefined;
    const { tier, startMs } = place;
    const chunk = chunkOf(tier, startMs);
    const { panel, block: number, offset } = placeOf(tier, series, (startMs - chunk * tier.chunkMs) / tier.stepMs);
    const path = this.pathOf(tier, chunk, panel);
    const position = number * blockBytes(tier);
    const key = `${tier.name}-${panel}`;
    let block = this.blocks.get(key);
    if (block?.path !== path || block.position !== position) {
      if (block && touched?.delete(block)) await block.save();
      block = await Block.load(path, position, blockBytes(tier));
      this.blocks.set(key, block);
    }
    return { block, offset };
  }

  private async readSpan(run: BucketRun, index: number, tier: Tier, series: number, span: ChunkSpan): Promise<void> {
    const file = await openToRead(this.pathOf(tier, span.chunk, Math.floor(series / seriesPerPanel)));
    if (!file) return;
    try {
      const size = groupSize(tier);
      const firstGroup = Math.floor(span.first / size);
      const groups = Math.ceil((span.first + span.count) / size) - firstGroup;
      const bytes = new Uint8Array(groups * groupBytes(tier));
      const reads = Array.from({ length: groups }, (_, i) => {
        const { block, offset } = placeOf(tier, series, (firstGroup + i) * size);
        const target = bytes.subarray(i * groupBytes(tier), (i + 1) * groupBytes(tier));
        return readAt(file, target, block * blockBytes(tier) + offset);
      });
      await Promise.all(reads);
      const skipped = (span.first - firstGroup * size) * recordBytes;
      run.fill(index, bytes.subarray(skipped, skipped + span.count * recordBytes));
    } finally {
      await file.close();
    }
  }

  private pathOf(tier: Tier, chunk: number, panel: number): string {
    return join(this.directory, tier.name, `${chunk}-${panel}.bin`);
  }
}
