import type { TrafficCounters } from './system.snapshot.js';

export interface InterfaceCounters {
  readonly name: string;
  readonly received: TrafficCounters;
  readonly sent: TrafficCounters;
}

/**
 * Parses `/proc/net/dev`: two heading lines, then one interface a line. Names may hold any character but white space
 * and `/`, also a colon (an alias), so the last colon before the numbers ends the name; the first number may follow it
 * without a space.
 */
export function parseNetDev(text: string): readonly InterfaceCounters[] {
  const found: InterfaceCounters[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*(\S+):([\d\s]+)$/.exec(line);
    if (!match) continue;
    const n = (match[2] ?? '').trim().split(/\s+/).map(Number);
    const direction = (first: number): TrafficCounters => ({
      bytes: n[first] ?? 0,
      packets: n[first + 1] ?? 0,
      errors: n[first + 2] ?? 0,
      drops: n[first + 3] ?? 0,
    });
    if (n.length >= 12) found.push({ name: match[1] ?? '', received: direction(0), sent: direction(8) });
  }
  return found;
}

/** Traffic that never leaves the machine. */
export function isLoopback(name: string): boolean {
  return name === 'lo' || /^lo\d+$/.test(name) || name.startsWith('Loopback');
}

/** One end of a link into a container: random names that come and go, and traffic that a bridge counts as well. */
export function isContainerLink(name: string): boolean {
  return /^(veth|cali|lxc)./.test(name);
}
