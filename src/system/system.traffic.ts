import { isContainerLink, isLoopback, type InterfaceCounters } from './system-network.parse.js';
import type { Rates } from './system.rates.js';
import type { NetworkInterface, SystemNetwork, Traffic, TrafficCounters } from './system.snapshot.js';

/** Interfaces shown one by one; the totals are over all. */
const maxInterfaces = 64;

/** Sum in which an unknown part makes the whole unknown. */
function addKnown(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** Sum of directions. Its rate is the sum of the known rates: an interface that just came or was reset adds nothing. */
function sum(all: readonly Traffic[]): Traffic {
  const start: Traffic = { bytes: 0, packets: 0, errors: 0, drops: 0, bytesPerSecond: null };
  return all.reduce(
    (a, b) => ({
      bytes: a.bytes + b.bytes,
      packets: addKnown(a.packets, b.packets),
      errors: addKnown(a.errors, b.errors),
      drops: addKnown(a.drops, b.drops),
      bytesPerSecond: b.bytesPerSecond === null ? a.bytesPerSecond : (a.bytesPerSecond ?? 0) + b.bytesPerSecond,
    }),
    start,
  );
}

/** Adds rates and totals to the counters of one pass. */
export function networkOf(counters: readonly InterfaceCounters[], rates: Rates): SystemNetwork {
  const direction = (name: string, way: 'received' | 'sent', traffic: TrafficCounters): Traffic => ({
    ...traffic,
    bytesPerSecond: rates.perSecond(`net ${way} ${name}`, traffic.bytes),
  });
  const all: readonly NetworkInterface[] = counters.map((one) => ({
    name: one.name,
    received: direction(one.name, 'received', one.received),
    sent: direction(one.name, 'sent', one.sent),
  }));
  const outside = all.filter((one) => !isLoopback(one.name));
  return {
    received: sum(outside.map((one) => one.received)),
    sent: sum(outside.map((one) => one.sent)),
    interfaces: all.filter((one) => !isContainerLink(one.name)).slice(0, maxInterfaces),
  };
}
