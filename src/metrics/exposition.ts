import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Metric as PromMetric } from 'prom-client';
import { Instruments, Latest, Participants } from '../collect/index.js';
import { Clock } from '../core/index.js';
import { metricsConfig, type MetricsConfig } from './metrics.config.js';
import { ObservedMetric } from './observed-metric.js';
import { seedNames, underSeedName } from './seed-names.js';

/** Scrapes within this time get the same text: health of the process does not depend on who scrapes it. */
const cacheMs = 1_000;
const fastestCompression = 1;
const compress = promisify(gzip);

/** A metric in the registry: prom-client's own, or an adapter that may have nothing to say. */
interface Registered {
  readonly name: string;
  isSilent?(): boolean;
}

/** One rendering of all metrics. */
export interface Exposition {
  readonly text: Buffer;
  /** Compressed on first demand, then kept with the text. */
  gzipped(): Promise<Buffer>;
}

/**
 * Renders the text format 0.0.4. Collected metrics come from the latest observations: what is gone at the source is
 * gone from the output. Scrapes are coalesced and never collect, so a hanging dependency cannot slow them.
 */
@Injectable()
export class ExpositionRenderer implements OnApplicationBootstrap {
  private current: { readonly atMs: number; readonly exposition: Promise<Exposition> } | undefined;

  constructor(
    private readonly instruments: Instruments,
    private readonly participants: Participants,
    private readonly latest: Latest,
    private readonly clock: Clock,
    @Inject(metricsConfig.token) private readonly config: MetricsConfig,
  ) {}

  /** Registers one adapter per collected family; prom-client refuses a name that is taken. */
  onApplicationBootstrap(): void {
    for (const family of this.participants.families()) {
      const adapter = new ObservedMetric(family, this.latest);
      this.instruments.registry.registerMetric(adapter as unknown as PromMetric);
    }
  }

  read(): Promise<Exposition> {
    const now = this.clock.monotonicMs();
    if (!this.current || now - this.current.atMs >= cacheMs) this.current = { atMs: now, exposition: this.render() };
    return this.current.exposition;
  }

  private async render(): Promise<Exposition> {
    const { registry } = this.instruments;
    const blocks: string[] = [];
    for (const metric of registry.getMetricsAsArray() as unknown as readonly Registered[]) {
      if (metric.isSilent?.()) continue;
      const block = await registry.getSingleMetricAsString(metric.name);
      blocks.push(block);
      const alias = this.config.METRICS_SEED_NAMES ? seedNames[metric.name] : undefined;
      if (alias !== undefined) blocks.push(underSeedName(block, metric.name, alias));
    }
    const text = Buffer.from(`${blocks.join('\n')}\n`, 'utf8');
    let zipped: Promise<Buffer> | undefined;
    return { text, gzipped: () => (zipped ??= compress(text, { level: fastestCompression })) };
  }
}
