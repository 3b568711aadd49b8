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
  /** What a component or check was last seen as, and since when. Bounded: components and checks are closed sets. */
  private readonly states = new Map<string, { readonly state: string; readonly sinceMs: number }>();

  put(observation: Observation): void {
    this.note(`component ${observation.component}`, observation.outcome, observation.startedAtMs);
    for (const check of observation.checks) this.note(`check ${check.name}`, check.verdict, observation.startedAtMs);
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

  /** When this process first saw the component in its present outcome, epoch ms; undefined until the first run. */
  sinceOf(component: string): number | undefined {
    return this.states.get(`component ${component}`)?.sinceMs;
  }

  /** When this process first saw the check with the verdict it has now, epoch ms; undefined until the first run. */
  checkSince(check: string): number | undefined {
    return this.states.get(`check ${check}`)?.sinceMs;
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

  private note(key: string, state: string, atMs: number): void {
    if (this.states.get(key)?.state !== state) this.states.set(key, { state, sinceMs: atMs });
  }
}
