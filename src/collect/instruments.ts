import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { HistogramValue, MetricFamily } from './metric.js';

/** Label sets an instrument keeps at most; further ones are counted under `other`. */
const maxLabelSets = 512;

/** What an instrument is: a family, and for a histogram its bounds in base units, ascending, without +Inf. */
export interface InstrumentFamily extends Omit<MetricFamily, 'type'> {
  readonly buckets?: readonly number[];
}

/**
 * Bounds the label sets of one instrument. Labels must come from closed sets anyway; this is the last line, so that a
 * mistake costs one series called `other` and not the memory of the process and of every Prometheus that scrapes it.
 */
class LabelBound {
  private readonly known = new Set<string>();

  constructor(private readonly labelNames: readonly string[]) {}

  apply(values: readonly string[]): Record<string, string> {
    const key = values.join('\u0000');
    const admitted = this.known.has(key) || this.known.size < maxLabelSets;
    if (admitted) this.known.add(key);
    return Object.fromEntries(this.labelNames.map((name, i) => [name, admitted ? (values[i] ?? '') : 'other']));
  }
}

export interface HistogramInstrument {
  /** @param value in the base unit of the name (seconds) @param labels in the order of `labelNames` */
  observe(value: number, ...labels: readonly string[]): void;
  /** Observations so far over all label sets. */
  readonly count: number;
  /** Sum of all observed values. */
  readonly sum: number;
  /** The histogram over all label sets. */
  read(): HistogramValue;
}

export interface CounterInstrument {
  add(amount: number, ...labels: readonly string[]): void;
  /** Total over all label sets. */
  readonly total: number;
}

export interface GaugeInstrument {
  set(value: number, ...labels: readonly string[]): void;
  add(amount: number): void;
  readonly value: number;
}

/**
 * Numbers born in this process: declared in a feature's `*.metrics.ts`, created here, observed where they happen.
 * They live in this application's own prom-client registry, beside the adapters of the collected metrics.
 */
@Injectable()
export class Instruments {
  readonly registry = new Registry();

  histogram(family: InstrumentFamily): HistogramInstrument {
    const bound = new LabelBound(family.labelNames);
    const bounds = family.buckets ?? [];
    const metric = new Histogram({
      name: family.name,
      help: family.help,
      labelNames: [...family.labelNames],
      buckets: [...bounds],
      registers: [this.registry],
    });
    const totals = { count: 0, sum: 0 };
    // One more than there are bounds: the last counts what is beyond all of them.
    const perBucket = new Array<number>(bounds.length + 1).fill(0);
    return {
      observe: (value, ...labels) => {
        totals.count += 1;
        totals.sum += value;
        const found = bounds.findIndex((upper) => value <= upper);
        const index = found < 0 ? bounds.length : found;
        perBucket[index] = (perBucket[index] ?? 0) + 1;
        metric.observe(bound.apply(labels), value);
      },
      get count() {
        return totals.count;
      },
      get sum() {
        return totals.sum;
      },
      read: () => {
        let cumulative = 0;
        return { ...totals, buckets: bounds.map((upper, i) => [upper, (cumulative += perBucket[i] ?? 0)] as const) };
      },
    };
  }

  counter(family: InstrumentFamily): CounterInstrument {
    const bound = new LabelBound(family.labelNames);
    const metric = new Counter({
      name: family.name,
      help: family.help,
      labelNames: [...family.labelNames],
      registers: [this.registry],
    });
    let total = 0;
    return {
      add: (amount, ...labels) => {
        total += amount;
        metric.inc(bound.apply(labels), amount);
      },
      get total() {
        return total;
      },
    };
  }

  gauge(family: InstrumentFamily): GaugeInstrument {
    const bound = new LabelBound(family.labelNames);
    const metric = new Gauge({
      name: family.name,
      help: family.help,
      labelNames: [...family.labelNames],
      registers: [this.registry],
    });
    let last = 0;
    return {
      set: (value, ...labels) => {
        last = value;
        metric.set(bound.apply(labels), value);
      },
      add: (amount) => {
        last += amount;
        metric.inc(amount);
      },
      get value() {
        return last;
      },
    };
  }
}
