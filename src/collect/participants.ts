import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Collector } from './collector.js';
import type { MetricFamily } from './metric.js';
import { runFamilies } from './run.js';
import { Sink } from './sink.js';

function unique<T>(what: string, items: readonly T[], name: (item: T) => string): readonly T[] {
  const seen = new Set<string>();
  for (const item of items) {
    if (seen.has(name(item))) throw new Error(`two ${what}s are called ${name(item)}`);
    seen.add(name(item));
  }
  return items;
}

/** Every collector and sink that some module provides, found by class. Duplicate names stop the boot. */
@Injectable()
export class Participants {
  private found: readonly Collector[] | undefined;

  constructor(private readonly discovery: DiscoveryService) {}

  /** In order of component names. Ask when all modules are built; the answer stays. */
  collectors(): readonly Collector[] {
    if (this.found) return this.found;
    const found = this.instancesOf(Collector).sort((a, b) => (a.component < b.component ? -1 : 1));
    unique('component', found, (c) => c.component);
    unique(
      'check',
      found.flatMap((c) => c.checks),
      (name) => name,
    );
    this.found = found;
    return found;
  }

  sinks(): readonly Sink[] {
    return unique('sink', this.instancesOf(Sink), (s) => s.name);
  }

  /** Every family that observations can carry: the collectors' metrics and the three samples of each run. */
  families(): readonly MetricFamily[] {
    const own = this.collectors().flatMap((collector): readonly MetricFamily[] => collector.metrics);
    return unique('metric', [...own, ...Object.values(runFamilies)], (family) => family.name);
  }

  private instancesOf<T>(type: abstract new () => T): T[] {
    const found = new Set<T>();
    for (const wrapper of this.discovery.getProviders()) {
      const instance: unknown = wrapper.instance;
      if (instance instanceof type) found.add(instance);
    }
    return [...found];
  }
}
