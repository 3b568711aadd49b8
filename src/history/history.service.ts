import { Injectable } from '@nestjs/common';
import { Clock } from '../core/index.js';
import { BucketStore, type SeriesRecord } from './bucket-store.js';
import { seriesAliases } from './history.aliases.js';
import {
  ambiguousSeries,
  badSelector,
  rangeBackwards,
  rangeInFuture,
  tooManyPoints,
  tooOld,
  unknownSeries,
} from './history.errors.js';
import {
  allowedIntervals,
  downsample,
  type Interval,
  maxPoints,
  type Plan,
  planFor,
  type Points,
  refusalOf,
  toleranceMs,
} from './history.query.js';
import { HistorySink } from './history.sink.js';
import { parseLabels, parseSelector, selects, type Selector } from './series.js';

/** Series named in an error at most. */
const suggestions = 20;

/** The catalogue of another process is read again after this long at most. */
const reloadMs = 30_000;

/** A range of one series, ready to be read. */
export interface HistoryRequest {
  readonly series: SeriesRecord;
  readonly plan: Plan;
}

/** History for the outlets that show it. */
@Injectable()
export class HistoryService {
  private readonly selectors = new Map<string, Selector>();
  private reloadedMs = -Infinity;

  constructor(
    private readonly store: BucketStore,
    private readonly sink: HistorySink,
    private readonly clock: Clock,
  ) {}

  /** All series in order of their ids. */
  async series(): Promise<readonly SeriesRecord[]> {
    return [...(await this.catalogue()).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The series of a name, of any labels; empty when there is none. */
  async seriesNamed(name: string): Promise<readonly SeriesRecord[]> {
    return this.matching({ name, labels: {} });
  }

  /**
   * Checks a question.
   * @param metric alias, name, or `name{label="value"}`; must mean exactly one series
   * @param labels further labels as between the braces
   * @throws history.range_backwards, history.range_in_future, history.too_many_points, history.too_old,
   *   history.bad_selector, history.unknown_series, history.ambiguous_series
   */
  async prepare(
    metric: string,
    labels: string | undefined,
    startMs: number,
    endMs: number,
    interval: Interval,
  ): Promise<HistoryRequest> {
    const nowMs = this.clock.nowMs();
    if (startMs >= endMs) throw rangeBackwards();
    if (startMs > nowMs + toleranceMs) throw rangeInFuture('start_time');
    if (endMs > nowMs + toleranceMs) throw rangeInFuture('end_time');
    const refusal = refusalOf(startMs, endMs, interval, nowMs);
    const plan = planFor(startMs, endMs, interval);
    if (refusal !== null) {
      const allowed = allowedIntervals(startMs, endMs, nowMs);
      throw refusal === 'too_old' ? tooOld(interval, plan.tier, allowed) : tooManyPoints(interval, maxPoints, allowed);
    }
    return { series: await this.find(metric, labels), plan };
  }

  /** A range that needs no checks, because the caller made it. */
  range(series: SeriesRecord, fromMs: number, toMs: number, interval: Interval): HistoryRequest {
    return { series, plan: planFor(fromMs, toMs, interval) };
  }

  /** Reads and merges. The running bucket is in it, as far as it goes. */
  async points({ series, plan }: HistoryRequest): Promise<Points> {
    const { tier } = plan;
    return downsample(await this.store.read(series.id, tier, plan.fromMs - tier.stepMs, plan.toMs), plan);
  }

  private async find(metric: string, labels: string | undefined): Promise<SeriesRecord> {
    const selector = parseSelector(seriesAliases[metric] ?? metric);
    if (!selector) throw badSelector('metric');
    const more = labels === undefined ? {} : parseLabels(labels);
    if (!more) throw badSelector('labels');
    const matches = await this.matching({ name: selector.name, labels: { ...selector.labels, ...more } });
    const [only] = matches;
    if (only && matches.length === 1) return only;
    if (only) throw ambiguousSeries(metric, matches.length, idsOf(matches));
    throw unknownSeries(metric, await this.alternatives(selector.name));
  }

  private async matching(selector: Selector): Promise<readonly SeriesRecord[]> {
    const found: SeriesRecord[] = [];
    for (const series of (await this.catalogue()).values()) {
      // Cheaper than parsing every id: most have another name.
      if (series.id.startsWith(selector.name) && selects(selector, this.selectorOf(series.id))) found.push(series);
    }
    // A series with these labels and no others is meant by them, whatever else has them too.
    const asked = Object.keys(selector.labels).length;
    const exact = found.find(({ id }) => Object.keys(this.selectorOf(id).labels).length === asked);
    return exact ? [exact] : found;
  }

  private async alternatives(name: string): Promise<readonly string[]> {
    const all = await this.series();
    const family = name.split('_')[0] ?? name;
    const akin = all.filter(({ id }) => id.startsWith(family));
    return [...Object.keys(seriesAliases), ...idsOf(akin.length > 0 ? akin : all)].slice(0, suggestions);
  }

  private selectorOf(id: string): Selector {
    let selector = this.selectors.get(id);
    if (!selector) this.selectors.set(id, (selector = parseSelector(id) ?? { name: id, labels: {} }));
    return selector;
  }

  private async catalogue(): Promise<ReadonlyMap<string, SeriesRecord>> {
    if (this.store.shared && this.clock.monotonicMs() - this.reloadedMs > reloadMs) {
      await this.sink.recorder.reload();
      this.reloadedMs = this.clock.monotonicMs();
    }
    return this.sink.recorder.catalogue();
  }
}

function idsOf(series: readonly SeriesRecord[]): readonly string[] {
  return series.slice(0, suggestions).map(({ id }) => id);
}
