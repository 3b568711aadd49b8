import type { Sample } from '../collect/index.js';
import { asAppError, type AppError } from '../core/index.js';
import { addSample, type Bucket, bucketOf } from './bucket.js';
import type { BucketEntry, BucketPlace, BucketStore, SeriesRecord } from './bucket-store.js';
import { kindOf, seriesId } from './series.js';
import { type Tier, tiers } from './tiers.js';

/** Buckets that wait for a store that is away; beyond it the oldest is given up and counted. */
const maxUnsaved = 50_000;
/** A shared store may hold samples of another process when we were silent about a series for this long. */
const silenceMs = 15_000;
const expireEveryMs = 3_600_000;

interface OpenSeries {
  readonly id: string;
  lastSampleMs: number;
  /** The latest time of a sample, also of one before the clock was set back. */
  newestMs: number;
  /** In the order of `tiers`; undefined until the store was asked. */
  readonly open: (BucketEntry & { readonly bucket: Bucket })[];
}

/** What the recorder tells about itself. */
export interface RecorderEvents {
  dropped(samples: number): void;
  lost(buckets: number): void;
}

/**
 * Adds samples to the running bucket of each tier and writes those buckets through at once, so a killed process loses
 * nothing that was accepted. Where it does not know the running bucket it reads it from the store and goes on from
 * there, so a restart neither loses nor doubles.
 */
export class HistoryRecorder {
  private readonly known = new Map<string, SeriesRecord>();
  private readonly states = new Map<string, OpenSeries>();
  private unsaved = new Map<string, BucketEntry>();
  private undeclared: SeriesRecord[] = [];
  private loaded: Promise<void> | undefined;
  private turn: Promise<void> = Promise.resolve();
  private nextExpiryMs = -Infinity;

  constructor(
    private readonly store: BucketStore,
    private readonly maxSeries: number,
    private readonly events: RecorderEvents,
  ) {}

  /** The catalogue; series that other processes declared are seen after `reload`. */
  async catalogue(): Promise<ReadonlyMap<string, SeriesRecord>> {
    await this.load();
    return this.known;
  }

  /** Reads the catalogue of a shared store again. */
  async reload(): Promise<void> {
    if (!this.store.shared) return this.load();
    for (const series of await this.store.series()) this.known.set(series.id, series);
  }

  /**
   * Adds the samples of one pass; a call waits for the one before.
   * @throws what the store throws; what could not be written is kept and goes with the next call
   */
  record(atMs: number, samples: readonly Sample[]): Promise<void> {
    const turn = this.turn.then(() => this.recordNow(atMs, samples));
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  private async recordNow(atMs: number, samples: readonly Sample[]): Promise<void> {
    await this.load();
    const admitted = this.admit(samples);
    let failure: AppError | undefined;
    try {
      await this.declare();
      await this.resume(atMs, admitted);
    } catch (error) {
      // Series whose running bucket is known go on; what they gather is written when the store is back.
      failure = asAppError(error);
    }
    for (const { state, value } of admitted) this.add(state, atMs, value);
    this.trim();
    if (failure !== undefined) throw failure;
    await this.save();
    if (atMs < this.nextExpiryMs) return;
    this.nextExpiryMs = atMs + expireEveryMs;
    await this.store.expire(atMs);
  }

  private load(): Promise<void> {
    this.loaded ??= this.store.series().then(
      (all) => {
        for (const series of all) this.known.set(series.id, series);
      },
      (error: unknown) => {
        this.loaded = undefined;
        throw error;
      },
    );
    return this.loaded;
  }

  private admit(samples: readonly Sample[]): { state: OpenSeries; value: number }[] {
    const admitted: { state: OpenSeries; value: number }[] = [];
    let dropped = 0;
    for (const sample of samples) {
      const id = seriesId(sample.name, sample.labels);
      if (!this.known.has(id)) {
        if (this.known.size >= this.maxSeries) {
          dropped += 1;
          continue;
        }
        const series = { id, kind: kindOf(sample) };
        this.known.set(id, series);
        this.undeclared.push(series);
      }
      let state = this.states.get(id);
      if (!state) this.states.set(id, (state = { id, lastSampleMs: -Infinity, newestMs: -Infinity, open: [] }));
      admitted.push({ state, value: sample.value });
    }
    if (dropped > 0) this.events.dropped(dropped);
    return admitted;
  }

  private async declare(): Promise<void> {
    if (this.undeclared.length === 0) return;
    await this.store.declare(this.undeclared);
    this.undeclared = [];
  }

  /** Takes running buckets that this process does not know, or not surely, from the store. */
  private async resume(atMs: number, admitted: readonly { state: OpenSeries }[]): Promise<void> {
    const asked: { state: OpenSeries; index: number; place: BucketPlace }[] = [];
    for (const { state } of admitted) {
      // Forgotten first: while the store is away, nothing may be added to a bucket that another process went on with.
      if (this.store.shared && atMs - state.lastSampleMs > silenceMs) state.open.length = 0;
      for (const [index, tier] of tiers.entries()) {
        const startMs = startOf(tier, atMs);
        const open = state.open[index];
        // A clock that was set back leads to buckets that are written already; all others are new.
        if (open && (open.startMs === startMs || startMs > startOf(tier, state.newestMs))) continue;
        asked.push({ state, index, place: { id: state.id, tier, startMs } });
      }
    }
    if (asked.length === 0) return;
    const found = await this.store.pick(asked.map(({ place }) => place));
    for (const [i, { state, index, place }] of asked.entries()) {
      const waiting = this.unsaved.get(keyOf(place))?.bucket;
      const bucket = waiting ?? found[i] ?? { count: 0, sum: 0, min: Infinity, max: -Infinity, last: 0 };
      state.open[index] = { ...place, bucket: { ...bucket } };
    }
  }

  private add(state: OpenSeries, atMs: number, value: number): void {
    if (state.open.length < tiers.length) return;
    state.lastSampleMs = atMs;
    state.newestMs = Math.max(state.newestMs, atMs);
    for (const [index, tier] of tiers.entries()) {
      const startMs = startOf(tier, atMs);
      let entry = state.open[index];
      if (entry?.startMs === startMs) addSample(entry.bucket, value);
      else if (entry && entry.startMs < startMs) {
        entry = { id: state.id, tier, startMs, bucket: bucketOf(value) };
        state.open[index] = entry;
      } else continue;
      this.unsaved.set(keyOf(entry), entry);
    }
  }

  private trim(): void {
    const excess = this.unsaved.size - maxUnsaved;
    if (excess <= 0) return;
    for (const key of [...this.unsaved.keys()].slice(0, excess)) this.unsaved.delete(key);
    this.events.lost(excess);
  }

  private async save(): Promise<void> {
    await this.store.write([...this.unsaved.values()]);
    this.unsaved = new Map();
  }
}

function startOf(tier: Tier, atMs: number): number {
  return Math.floor(atMs / tier.stepMs) * tier.stepMs;
}

function keyOf(place: BucketPlace): string {
  return `${place.tier.name} ${place.startMs} ${place.id}`;
}
