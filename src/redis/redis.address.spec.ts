import { parseConfig, type ConfigSection } from '../core/index.js';
import { parseRedisUrl } from './redis.address.js';
import { redisConfig } from './redis.config.js';

describe('parseRedisUrl', () => {
  it.each([
    ['redis://cache', { host: 'cache', port: 6379, tls: false, username: null, password: null, database: 0 }],
    ['redis://10.0.0.7:7000/1', { host: '10.0.0.7', port: 7000, database: 1 }],
    ['redis://:p%40ss%3Aw%2Frd@cache/0', { username: null, password: 'p@ss:w/rd', database: 0 }],
    ['redis://mon:secret@cache', { username: 'mon', password: 'secret' }],
    ['rediss://cache.example.org', { host: 'cache.example.org', tls: true }],
    ['redis://[::1]:6380', { host: '::1', port: 6380 }],
    ['redis://cache/not-a-number', { database: 0 }],
  ])('reads %s', (url, address) => {
    expect(parseRedisUrl(url)).toMatchObject(address);
  });
});

describe('redisConfig', () => {
  const sections = [redisConfig as unknown as ConfigSection];

  it('is off by default, and never shows the URL of a fault', () => {
    const parsed = parseConfig(sections, {});
    expect(parsed.ok && parsed.values.get(redisConfig.token)).toMatchObject({
      REDIS_URL: undefined,
      REDIS_TIMEOUT_MS: 2000,
    });
    const wrong = parseConfig(sections, { REDIS_URL: 'http://u:secret@cache' });
    expect(wrong.ok).toBe(false);
    expect(JSON.stringify(wrong)).not.toContain('secret');
  });
});
