import { Injectable } from '@nestjs/common';
import type { Observation } from './observation.js';

/**
 * The latest observation of each component. Request handlers read it and never collect, so an answer costs no round
 * trip and JSON, `/metrics`, history and streams can never disagree.
 */
@Injectable()
export class Latest {
  private readonly byComponent = new Map<string, Observation>();

  put(observation: Observation): void {
    this.byComponent.set(observation.component, observation);
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
