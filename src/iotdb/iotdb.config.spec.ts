import { type ConfigSection, parseConfig } from '../core/index.js';
import { addressOf } from './iotdb.address.js';
import { iotdbConfig, type IotdbConfig } from './iotdb.config.js';

function parse(environment: NodeJS.ProcessEnv) {
  return parseConfig([iotdbConfig as unknown as ConfigSection], environment);
}

function valid(environment: NodeJS.ProcessEnv): IotdbConfig {
  const parsed = parse(environment);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.values.get(iotdbConfig.token) as IotdbConfig;
}

function basic(account: string): string {
  return `Basic ${Buffer.from(account).toString('base64')}`;
}

describe('iotdbConfig', () => {
  it('needs nothing, and then there is no IoTDB', () => {
    expect(addressOf(valid({}))).toBeNull();
  });

  it.each([
    [
      { IOTDB_URL: 'http://h:18080', IOTDB_USERNAME: 'u', IOTDB_PASSWORD: 'p' },
      { base: 'http://h:18080', authorization: basic('u:p'), reporters: [] },
    ],
    [
      { IOTDB_URL: 'https://u%40x:p%20w@h/iotdb/', IOTDB_USERNAME: 'other', IOTDB_PASSWORD: 'other' },
      { base: 'https://h/iotdb', authorization: basic('u@x:p w'), reporters: [] },
    ],
    [
      { IOTDB_URL: 'http://u:p@h:1', IOTDB_METRICS_URL: 'http://h:9092/metrics, http://a:b@i:9092/metrics' },
      {
        base: 'http://h:1',
        authorization: basic('u:p'),
        reporters: [
          { url: 'http://h:9092/metrics', authorization: null },
          { url: 'http://i:9092/metrics', authorization: basic('a:b') },
        ],
      },
    ],
  ])('takes %j', (environment, address) => {
    expect(addressOf(valid(environment))).toEqual(address);
  });

  it.each<[NodeJS.ProcessEnv, string]>([
    [{ IOTDB_URL: 'iotdb://h:6667' }, 'IOTDB_URL'],
    [{ IOTDB_URL: 'http://h:18080' }, 'IOTDB_PASSWORD'],
    [{ IOTDB_URL: 'http://h:18080', IOTDB_USERNAME: 'root' }, 'IOTDB_PASSWORD'],
    [{ IOTDB_URL: 'http://h:18080', IOTDB_USERNAME: 'root', IOTDB_PASSWORD: 'a:b' }, 'IOTDB_PASSWORD'],
    [{ IOTDB_URL: 'http://u:a%3Ab@h:18080' }, 'IOTDB_URL'],
    [{ IOTDB_URL: 'http://u:%zz@h:18080' }, 'IOTDB_URL'],
    [{ IOTDB_METRICS_URL: 'http://h:9092/metrics' }, 'IOTDB_METRICS_URL'],
    [{ IOTDB_URL: 'http://u:p@h:1', IOTDB_METRICS_URL: 'h:9092' }, 'IOTDB_METRICS_URL'],
    [{ IOTDB_URL: 'http://u:p@h:1', IOTDB_METRICS_URL: 'http://h:99999/metrics' }, 'IOTDB_METRICS_URL'],
  ])('refuses %j with a fault of %s', (environment, variable) => {
    const parsed = parse(environment);
    expect(parsed.ok ? [] : parsed.faults.map((fault) => fault.variable)).toEqual([variable]);
  });

  it('never prints a password, however wrong the rest is', () => {
    const parsed = parse({
      IOTDB_URL: 'ftp://u:geheim@h',
      IOTDB_PASSWORD: 'geheim:x',
      IOTDB_METRICS_URL: 'x://u:geheim@h',
    });
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain('geheim');
  });
});
