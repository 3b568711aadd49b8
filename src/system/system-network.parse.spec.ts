import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isContainerLink, isLoopback, parseNetDev } from './system-network.parse.js';

describe('parseNetDev', () => {
  it('reads both directions of every interface of a recorded machine', () => {
    const all = parseNetDev(readFileSync(join(__dirname, 'testdata/vm/proc/net/dev'), 'utf8'));
    expect(all.map((one) => one.name)).toEqual(['lo', 'ifb0', 'ifb1', 'eth0']);
    expect(all[3]).toEqual({
      name: 'eth0',
      received: { bytes: 1162891564, packets: 29163, errors: 0, drops: 0 },
      sent: { bytes: 2657944, packets: 18951, errors: 0, drops: 0 },
    });
  });

  it('tells errors from drops, and reads a number that stands at the colon', () => {
    const [one] = parseNetDev('  eth0:1000 10 1 2 3 4 5 6 2000 20 7 8 9 10 11 12\n');
    expect(one).toEqual({
      name: 'eth0',
      received: { bytes: 1000, packets: 10, errors: 1, drops: 2 },
      sent: { bytes: 2000, packets: 20, errors: 7, drops: 8 },
    });
  });

  it('keeps a colon in the name of an alias', () => {
    expect(parseNetDev('eth0:1: 1 1 0 0 0 0 0 0 2 2 0 0 0 0 0 0')[0]?.name).toBe('eth0:1');
  });

  it('finds nothing in an empty text', () => {
    expect(parseNetDev('')).toEqual([]);
  });
});

describe('kinds of interfaces', () => {
  it.each([
    ['lo', true, false],
    ['lo0', true, false],
    ['Loopback Pseudo-Interface 1', true, false],
    ['eth0', false, false],
    ['longhaul0', false, false],
    ['docker0', false, false],
    ['veth12ab', false, true],
    ['cali8d2f', false, true],
  ])('%s is loopback %s, a container link %s', (name, loopback, link) => {
    expect([isLoopback(name), isContainerLink(name)]).toEqual([loopback, link]);
  });
});
