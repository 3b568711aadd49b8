import type { Latest, MetricFamily } from '../collect/index.js';

interface PromValue {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A collected family in prom-client's registry. Its own counters cannot be set, and its gauges keep label sets that
 * are gone at the source; this one keeps nothing and answers with the samples of the latest observations.
 */
export class ObservedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator = 'sum';

  constructor(
    family: MetricFamily,
    private readonly latest: Latest,
  ) {
    this.name = family.name;
    this.help = family.help;
    this.type = family.type;
  }

  /** True when no observation has a sample of this family now. */
  isSilent(): boolean {
    return this.latest.samplesOf(this.name).length === 0;
  }

  /** What prom-client asks a metric for. */
  get(): { name: string; help: string; type: string; aggregator: string; values: PromValue[] } {
    const values = this.latest
      .samplesOf(this.name)
      .map((s) => ({ metricName: s.name, labels: s.labels, value: s.value }));
    return { name: this.name, help: this.help, type: this.type, aggregator: this.aggregator, values };
  }

  /** prom-client calls it between tests of the whole registry; there is nothing to reset. */
  reset(): void {}
}
