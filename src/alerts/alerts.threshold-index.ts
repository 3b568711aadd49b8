import type { Labels, Observation, Sample } from '../collect/index.js';
import type { Threshold } from './alerts.threshold.js';

/** Finds the thresholds of a sample without looking at all of them. */
export class ThresholdIndex {
  private readonly byName = new Map<string, Threshold[]>();
  private readonly byEnding: Threshold[] = [];
  private readonly byId: ReadonlyMap<string, Threshold>;

  /** @param thresholds of which those switched off are left out */
  constructor(thresholds: Iterable<Threshold>) {
    const enabled = [...thresholds].filter((t) => t.enabled);
    this.byId = new Map(enabled.map((t) => [t.id, t]));
    for (const threshold of enabled) {
      if (threshold.metric.startsWith('*')) this.byEnding.push(threshold);
      else this.byName.set(threshold.metric, [...(this.byName.get(threshold.metric) ?? []), threshold]);
    }
  }

  /** undefined when it does not exist or is switched off. */
  get(id: string): Threshold | undefined {
    return this.byId.get(id);
  }

  /** Every sample of the observation with each threshold that it is compared with. */
  *matches(observation: Observation): Generator<readonly [Threshold, Sample]> {
    const excluded = new Map<string, boolean>();
    const applies = ({ unless_metric: unless }: Threshold): boolean => {
      if (unless === null) return true;
      const known = excluded.get(unless) ?? observation.samples.some((s) => hasName(s.name, unless));
      excluded.set(unless, known);
      return !known;
    };
    for (const sample of observation.samples) {
      for (const threshold of this.of(sample)) if (applies(threshold)) yield [threshold, sample];
    }
  }

  private *of(sample: Sample): Generator<Threshold> {
    for (const threshold of this.byName.get(sample.name) ?? [])
      if (hasLabels(sample.labels, threshold.labels)) yield threshold;
    for (const threshold of this.byEnding)
      if (hasName(sample.name, threshold.metric) && hasLabels(sample.labels, threshold.labels)) yield threshold;
  }
}

function hasName(name: string, pattern: string): boolean {
  return pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : name === pattern;
}

function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
