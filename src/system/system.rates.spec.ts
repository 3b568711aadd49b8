import { disksOf } from './system.disks.js';
import { parseDiskStats } from './system-disk.parse.js';
import { parseNetDev } from './system-network.parse.js';
import { Rates, shown } from './system.rates.js';
import { networkOf } from './system.traffic.js';

function pass(rates: Rates, atMs: number, counters: Readonly<Record<string, number>>): Record<string, number | null> {
  rates.begin(atMs);
  return Object.fromEntries(Object.entries(counters).map(([key, value]) => [key, rates.perSecond(key, value)]));
}

describe('Rates', () => {
  it('divides by the time that passed and knows nothing at first', () => {
    const rates = new Rates();
    expect(pass(rates, 0, { a: 100 })).toEqual({ a: null });
    expect(pass(rates, 4_000, { a: 300, b: 7 })).toEqual({ a: 50, b: null });
    expect(pass(rates, 5_000, { a: 300, b: 17 })).toEqual({ a: 0, b: 10 });
  });

  it('says null after a reset or a wrap, and goes on from there', () => {
    const rates = new Rates();
    pass(rates, 0, { a: 4_294_967_000 });
    expect(pass(rates, 1_000, { a: 200 })).toEqual({ a: null });
    expect(pass(rates, 2_000, { a: 500 })).toEqual({ a: 300 });
  });

  it('forgets what was not seen in the last pass', () => {
    const rates = new Rates();
    pass(rates, 0, { a: 1 });
    pass(rates, 1_000, {});
    expect(pass(rates, 2_000, { a: 5 })).toEqual({ a: null });
  });

  it('says null when no time passed', () => {
    const rates = new Rates();
    pass(rates, 1_000, { a: 1 });
    expect(pass(rates, 1_000, { a: 2 })).toEqual({ a: null });
  });
});

describe('shown', () => {
  it.each([
    [84.999, 84.9],
    [85, 85],
    [84.3, 84.3],
    [8.2, 8.2],
    [99.96, 99.9],
    [0, 0],
  ])('%d reads %d', (value, expected) => {
    expect(shown(value)).toBe(expected);
  });
});

const netDev = (lo: number, eth0: number, veth: number): string =>
  [`lo: ${lo} 1 0 0 0 0 0 0 ${lo} 1 0 0 0 0 0 0`, `eth0: ${eth0} 10 1 2 0 0 0 0 ${eth0 * 2} 20 3 4 0 0 0 0`]
    .concat(`veth0a: ${veth} 5 0 0 0 0 0 0 ${veth} 5 0 0 0 0 0 0`)
    .join('\n');

describe('networkOf', () => {
  it('sums over all interfaces but loopback, and shows all but the links into containers', () => {
    const rates = new Rates();
    rates.begin(0);
    networkOf(parseNetDev(netDev(1_000, 2_000, 300)), rates);
    rates.begin(2_000);
    const network = networkOf(parseNetDev(netDev(9_000, 2_400, 400)), rates);
    expect(network.received).toEqual({ bytes: 2_800, packets: 15, errors: 1, drops: 2, bytesPerSecond: 250 });
    expect(network.sent).toEqual({ bytes: 5_200, packets: 25, errors: 3, drops: 4, bytesPerSecond: 450 });
    expect(network.interfaces.map((one) => one.name)).toEqual(['lo', 'eth0']);
    expect(network.interfaces[0]?.received.bytesPerSecond).toBe(4_000);
  });

  it('adds only known rates when an interface was reset', () => {
    const rates = new Rates();
    rates.begin(0);
    networkOf(parseNetDev(netDev(0, 5_000, 100)), rates);
    rates.begin(1_000);
    expect(networkOf(parseNetDev(netDev(0, 10, 150)), rates).received.bytesPerSecond).toBe(50);
  });

  it('shows 64 interfaces at most', () => {
    const rates = new Rates();
    rates.begin(0);
    const many = Array.from({ length: 200 }, (_, i) => `eth${i}: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0`).join('\n');
    const network = networkOf(parseNetDev(many), rates);
    expect(network.interfaces).toHaveLength(64);
    expect(network.sent.bytes).toBe(200);
  });
});

describe('disksOf', () => {
  it('gives operations, bytes and busy share per second between two passes', () => {
    const rates = new Rates();
    const at = (atMs: number, line: string) => {
      rates.begin(atMs);
      return disksOf(parseDiskStats(line), rates)[0];
    };
    expect(at(0, '8 0 sda 10 0 100 5 20 0 200 6 1 1000 11')?.busyPercent).toBeNull();
    expect(at(10_000, '8 0 sda 60 0 300 9 20 0 200 6 2 3500 11')).toMatchObject({
      read: { operations: 60, operationsPerSecond: 5, bytesPerSecond: (200 * 512) / 10 },
      written: { operationsPerSecond: 0, bytesPerSecond: 0 },
      inProgress: 2,
      busyPercent: 25,
    });
  });
});
