import { Injectable } from '@nestjs/common';
import type { Sample } from './metric.js';
import type { Observation } from './observation.js';

type SamplesByFamily = ReadonlyMap<string, readonly Sample[]>;

function byFamily(samples: readonly Sample[]): SamplesByFamily {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const group = groups.get(sample.family.name);
    if (group) group.push(sample);
    else groups.set(sample.family.name, [sample]);
  }
  return groups;
}

/**
 * The latest observation of each component. Request handlers read it and never collect, so an answer costs no round
 * trip and JSON, `/metrics`, history and streams can never disagree.
 */
@Injectable()
export class Latest {
  private readonly byComponent = new Map<string, Observation>();
  private readonly grouped = new Map<string, SamplesByFamily>();

  put(observation: Observation): void {
    this.byComponent.set(observation.component, observation);
    this.grouped.set(observation.component, byFamily(observation.samples));
  }

  /** The latest samples of one family over all components; empty when every source is silent about it. */
  samplesOf(familyName: string): readonly Sample[] {
    return [...this.grouped.values()].flatMap((groups) => groups.get(familyName) ?? []);
  }

  /** undefined until the component's first run has ended. */
  of(component: string): Observation | undefined {
    return this.byComponent.get(component);
  }

  /** All components in order of their names. */
  all(): readonly Observation[] {
    return [...this.byComponent.values()].sort((a, b) => (a.component < b.component ? -1 : 1));
  }

  /** The latest snapshot; undefined while the component is absent, failed or not yet read. */
  snapshot<S>(component: string): { readonly snapshot: S; readonly atMs: number } | undefined {
    const observation = this.byComponent.get(component);
    return observation?.outcome === 'ok'
      ? { snapshot: observation.snapshot as S, atMs: observation.startedAtMs }
      : undefined;
  }
}
