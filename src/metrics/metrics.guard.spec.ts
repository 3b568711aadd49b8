import { allowList, isAllowed } from './metrics.guard.js';
import { metricsConfig } from './metrics.config.js';
import { parseConfig } from '../core/index.js';

describe('The allow-list of /metrics', () => {
  const defaults = parseConfig([metricsConfig], {});
  const list = allowList(
    defaults.ok ? ((defaults.values.get(metricsConfig.token)?.METRICS_ALLOW as string[] | undefined) ?? []) : [],
  );

  it.each([
    ['127.0.0.1', true],
    ['127.8.9.10', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.20.30.40', true],
    ['172.16.0.1', true],
    ['172.32.0.1', false],
    ['192.168.1.1', true],
    ['::ffff:8.8.8.8', false],
    ['8.8.8.8', false],
    ['fd12::1', true],
    ['fe80::1', true],
    ['2001:db8::1', false],
    ['', false],
    ['not an address', false],
    [undefined, false],
  ])('answers %s with %s by default', (peer, allowed) => {
    expect(isAllowed(list, peer)).toBe(allowed);
  });

  it('takes an entry without a mask as one host', () => {
    const one = allowList(['203.0.113.7', '2001:db8::7']);
    expect(isAllowed(one, '203.0.113.7')).toBe(true);
    expect(isAllowed(one, '203.0.113.8')).toBe(false);
    expect(isAllowed(one, '2001:db8::7')).toBe(true);
    expect(isAllowed(one, '2001:db8::8')).toBe(false);
  });

  it('refuses a user name without a password at start, and the other way round', () => {
    for (const environment of [{ METRICS_USERNAME: 'prometheus' }, { METRICS_PASSWORD: 'long enough' }]) {
      const parsed = parseConfig([metricsConfig], environment);
      expect(parsed.ok ? [] : parsed.faults.map((f) => f.variable)).toEqual(['METRICS_PASSWORD']);
    }
  });
});
