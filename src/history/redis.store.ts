import { AppError } from '../core/index.js';
import type { RedisClient, RedisCommand, RedisReply } from '../redis/index.js';
import { type Bucket, BucketRun, readRecord, recordBytes, writeRecord } from './bucket.js';
import { BucketStore, type BucketEntry, type BucketPlace, type SeriesKind, type SeriesRecord } from './bucket-store.js';
import { chunkOf, chunkSpans, oldestChunk, retentionSlackMs, type Tier, tiers } from './tiers.js';

const prefix = 'watchkeeper:history';
/** Commands in one write at most, so that a backlog does not block the server for others. */
const pipelineMax = 2_000;

function keyOf(id: string, tier: Tier, chunk: number): string {
  return `${prefix}:${tier.name}:${chunk}:${id}`;
}

function bytesOf(tier: Tier): number {
  return (tier.chunkMs / tier.stepMs) * recordBytes;
}

function encoded(bucket: Bucket): Buffer {
  const bytes = Buffer.alloc(recordBytes);
  writeRecord(new DataView(bytes.buffer, bytes.byteOffset, recordBytes), 0, bucket);
  return bytes;
}

function refused(error: Error): AppError {
  return new AppError(
    'history.store_refused',
    'unavailable',
    'Redis refuses to keep or give history. Check its memory limit and the rights of the user in REDIS_URL.',
    { cause: error },
  );
}

/**
 * Buckets in Redis: one string of fixed-size records per series, tier and chunk, made at its whole length at once and
 * dropped by the server at the tier's retention; the catalogue is a hash. Downsampling is done here: a script would
 * block the server for everyone.
 */
export class RedisBucketStore extends BucketStore {
  override readonly shared = true;
  /** Keys that were made at their whole length with their end; older ones are forgotten by `expire`. */
  private readonly made = new Map<string, { readonly tier: Tier; readonly chunk: number }>();
  private readonly kinds = new Map<string, SeriesKind>();
  private readonly end = new AbortController();

  /** @param client with `binary` replies and a connection of its own */
  constructor(private readonly client: RedisClient) {
    super();
  }

  override async series(): Promise<readonly SeriesRecord[]> {
    const [reply] = await this.send([['HGETALL', `${prefix}:series`]]);
    const flat = (reply as Buffer[]).map((part) => part.toString('utf8'));
    const records: SeriesRecord[] = [];
    for (let i = 0; i + 1 < flat.length; i += 2) {
      records.push({ id: flat[i] ?? '', kind: flat[i + 1] === 'counter' ? 'counter' : 'gauge' });
    }
    for (const { id, kind } of records) this.kinds.set(id, kind);
    return records;
  }

  override async declare(series: readonly SeriesRecord[]): Promise<void> {
    for (const { id, kind } of series) this.kinds.set(id, kind);
    await this.send(series.map(({ id, kind }) => ['HSETNX', `${prefix}:series`, id, kind]));
  }

  override async write(entries: readonly BucketEntry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += pipelineMax) await this.writeSome(entries.slice(at, at + pipelineMax));
  }

  override async pick(places: readonly BucketPlace[]): Promise<readonly (Bucket | null)[]> {
    const replies = await this.send(
      places.map(({ id, tier, startMs }) => {
        const chunk = chunkOf(tier, startMs);
        const offset = ((startMs - chunk * tier.chunkMs) / tier.stepMs) * recordBytes;
        return ['GETRANGE', keyOf(id, tier, chunk), offset, offset + recordBytes - 1];
      }),
    );
    return replies.map((reply) => {
      const bytes = reply as Buffer;
      if (bytes.byteLength < recordBytes) return null;
      return readRecord(new DataView(bytes.buffer, bytes.byteOffset, recordBytes), 0);
    });
  }

  override async read(id: string, tier: Tier, fromMs: number, toMs: number): Promise<BucketRun> {
    const run = new BucketRun(fromMs, tier.stepMs, Math.max(0, (toMs - fromMs) / tier.stepMs));
    const spans = chunkSpans(tier, fromMs, toMs);
    const replies = await this.send(
      spans.map(({ chunk, first, count }) => {
        const offset = first * recordBytes;
        return ['GETRANGE', keyOf(id, tier, chunk), offset, offset + count * recordBytes - 1];
      }),
    );
    let index = 0;
    for (const [i, { count }] of spans.entries()) {
      run.fill(index, replies[i] as Buffer);
      index += count;
    }
    return run;
  }

  /** The server drops keys by itself; this forgets which ones were made. */
  override async expire(nowMs: number): Promise<void> {
    const oldest = new Map(tiers.map((tier) => [tier, oldestChunk(tier, nowMs)]));
    for (const [key, { tier, chunk }] of this.made) {
      if (chunk < (oldest.get(tier) ?? 0)) this.made.delete(key);
    }
  }

  override async close(): Promise<void> {
    this.end.abort();
    this.client.close();
  }

  private async writeSome(entries: readonly BucketEntry[]): Promise<void> {
    const commands: RedisCommand[] = [];
    const sets: { readonly index: number; readonly key: string; readonly entry: BucketEntry }[] = [];
    for (const entry of entries) {
      const chunk = chunkOf(entry.tier, entry.startMs);
      const key = keyOf(entry.id, entry.tier, chunk);
      if (!this.made.has(key)) {
        commands.push(...this.making(key, entry.tier, chunk));
        this.made.set(key, { tier: entry.tier, chunk });
      }
      sets.push({ index: commands.length, key, entry });
      commands.push(this.setting(key, entry));
    }
    const replies = await this.send(commands).catch((error: unknown) => {
      for (const { key } of sets) this.made.delete(key);
      throw error;
    });
    const emptied = sets.filter(({ index, entry }) => Number(replies[index]) <= bytesOf(entry.tier));
    if (emptied.length > 0) await this.makeAgain(emptied);
  }

  /** The server lost the key, or all of them: evicted, flushed, or started again without its data. */
  private async makeAgain(lost: readonly { readonly key: string; readonly entry: BucketEntry }[]): Promise<void> {
    await this.send(lost.flatMap(({ key, entry }) => this.making(key, entry.tier, chunkOf(entry.tier, entry.startMs))));
    const ids = new Set(lost.map(({ entry }) => entry.id));
    await this.declare([...ids].map((id) => ({ id, kind: this.kinds.get(id) ?? 'gauge' })));
  }

  /**
   * One byte beyond the last record gives a new string its exact length; growing it bucket by bucket would let the
   * server reserve up to twice as much. The byte is always zero, so making an old key again changes nothing.
   */
  private making(key: string, tier: Tier, chunk: number): readonly RedisCommand[] {
    const endMs = (chunk + 1) * tier.chunkMs + tier.retentionMs + retentionSlackMs;
    return [
      ['SETRANGE', key, bytesOf(tier), Buffer.alloc(1)],
      ['PEXPIREAT', key, endMs],
    ];
  }

  private setting(key: string, { tier, startMs, bucket }: BucketEntry): RedisCommand {
    return ['SETRANGE', key, ((startMs % tier.chunkMs) / tier.stepMs) * recordBytes, encoded(bucket)];
  }

  private async send(commands: readonly RedisCommand[]): Promise<readonly unknown[]> {
    if (commands.length === 0) return [];
    const replies: readonly RedisReply[] = await this.client.send(commands, this.end.signal);
    return replies.map((reply) => {
      if (!reply.ok) throw refused(reply.error);
      return reply.value;
    });
  }
}
