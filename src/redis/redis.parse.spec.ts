import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseInfo, parseNumber, parsePairs, readInfo } from './redis.parse.js';
import type { RedisInfo } from './redis.snapshot.js';

function recorded(name: string): string {
  return readFileSync(join(__dirname, 'testdata', `info-${name}.txt`), 'utf8');
}

function infoOf(name: string): RedisInfo {
  return readInfo(parseInfo(recorded(name)));
}

/** The figures that every recorded primary and every version derived from it share, checked by hand. */
const shared = {
  runId: '52bde9d7c078f2226f9ee8abba528110e2e7736e',
  clusterEnabled: false,
  memoryLimitBytes: 268_435_456,
  memoryPolicy: 'volatile-lru',
  keysExpired: 1,
  keysEvicted: 0,
  clientsLimit: 10_000,
  clientsBlocked: 0,
  connectionsRejected: 0,
  errorReplies: 4,
  loading: false,
  loadingPercent: null,
  snapshotOk: true,
  snapshotRunning: false,
  snapshotLastSeconds: 1_795_228_709,
  appendFileEnabled: true,
  appendFileWriteOk: true,
  appendFileRewriteOk: true,
  role: 'primary',
  replicasConnected: 1,
  primaryLinkUp: null,
  primaryLinkIdleSeconds: null,
} as const satisfies Partial<RedisInfo>;

describe('parseInfo', () => {
  it('splits at the first colon only, drops CR, and knows the sections', () => {
    const { values, sections } = parseInfo(
      '# Server\r\nos:a:b:c\r\nempty:\r\n\r\n# Keyspace\r\nnot a field\r\n:none\r\n',
    );
    expect([...values]).toEqual([
      ['os', 'a:b:c'],
      ['empty', ''],
    ]);
    expect([...sections]).toEqual(['server', 'keyspace']);
  });

  it('reads LF line ends too', () => {
    expect(parseInfo('a:1\nb:2\n').values.get('b')).toBe('2');
  });
});

describe('parsePairs', () => {
  it('goes by names, so that pairs of later versions in any place do no harm', () => {
    const pairs = parsePairs('new=1,keys=3,expires=2,avg_ttl=0,subexpiry=9,broken,=x');
    expect(Object.fromEntries(pairs)).toEqual({ new: '1', keys: '3', expires: '2', avg_ttl: '0', subexpiry: '9' });
  });
});

describe('parseNumber', () => {
  it.each([
    ['0', 0],
    ['-1', -1],
    ['3.62', 3.62],
    ['0.299174', 0.299174],
    ['9007199254740991', 9_007_199_254_740_991],
    ['1e3', 1000],
  ])('reads %s', (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  it.each(['nan', '-nan', 'inf', '', ' ', '60.42%', '2.70M', '0x10', '1,2', '1e999', undefined])(
    'takes %p for no number',
    (text) => {
      expect(parseNumber(text)).toBeNull();
    },
  );
});

describe('readInfo', () => {
  it.each([
    ['redis-7.0.15-primary', { product: 'redis', version: '7.0.15', mode: 'standalone' }],
    ['redis-6.2.14-derived', { product: 'redis', version: '6.2.14', mode: 'standalone' }],
    ['redis-8.2.1-derived', { product: 'redis', version: '8.2.1', mode: 'standalone' }],
    ['valkey-7.2.8-derived', { product: 'valkey', version: '7.2.8', mode: 'standalone' }],
    ['valkey-8.1.1-cluster-derived', { product: 'valkey', version: '8.1.1', mode: 'cluster', clusterEnabled: true }],
  ])('reads the same figures from %s', (name, own) => {
    expect(infoOf(name)).toMatchObject({ ...shared, ...own });
  });

  it('sums the keys over all databases', () => {
    const info = infoOf('redis-7.0.15-primary');
    expect(info).toMatchObject({ keys: 1992, keysWithExpiry: 3 });
    expect(info.databases).toEqual([
      { index: 0, keys: 1989, keysWithExpiry: 0, averageTtlMs: null },
      { index: 2, keys: 3, keysWithExpiry: 3, averageTtlMs: 3_576_598 },
    ]);
  });

  it('does not stumble over the pairs that 7.4 added to a database', () => {
    expect(infoOf('redis-8.2.1-derived')).toMatchObject({ keys: 1992, keysWithExpiry: 3 });
  });

  it('drops the nan of mem_fragmentation_ratio', () => {
    expect(infoOf('redis-8.2.1-derived').memoryFragmentationRatio).toBeNull();
    expect(infoOf('redis-7.0.15-primary').memoryFragmentationRatio).toBe(3.52);
  });

  it('tells an empty server from one that hides its keys', () => {
    expect(infoOf('redis-7.0.15-empty')).toMatchObject({ keys: 0, keysWithExpiry: 0, databases: [] });
    expect(readInfo(parseInfo('# Server\r\nredis_version:7.0.15\r\n'))).toMatchObject({ keys: null, databases: null });
  });

  it('tells how far the slowest online replica is behind, and nothing while none is online', () => {
    expect(infoOf('redis-7.0.15-primary').replicationLagBytes).toBe(0);
    expect(infoOf('redis-8.2.1-derived').replicationLagBytes).toBe(1024);
    expect(infoOf('redis-7.0.15-empty').replicationLagBytes).toBeNull();
    const waiting = recorded('redis-7.0.15-primary').replace('state=online', 'state=wait_bgsave');
    expect(readInfo(parseInfo(waiting)).replicationLagBytes).toBeNull();
  });

  it('reads the link of a replica before and after its first synchronisation', () => {
    expect(infoOf('redis-7.0.15-replica-syncing')).toMatchObject({
      role: 'replica',
      primaryLinkUp: false,
      primaryLinkIdleSeconds: null,
    });
    expect(infoOf('redis-7.0.15-replica')).toMatchObject({
      role: 'replica',
      primaryLinkUp: true,
      primaryLinkIdleSeconds: 1,
    });
  });

  it('reads how far a server has come with loading its data', () => {
    const info = infoOf('redis-7.0.15-loading');
    expect(info.loading).toBe(true);
    expect(info.loadingPercent).toBeGreaterThan(0);
    expect(info.loadingPercent).toBeLessThan(100);
  });

  it('reads totals per command in seconds, and its failures', () => {
    const { commands } = infoOf('redis-7.0.15-primary');
    expect(commands.get('zadd')).toEqual({ calls: 5000, seconds: 0.004913, failures: 0 });
    expect(commands.get('get')).toMatchObject({ calls: 8007, failures: 1 });
    expect(commands.has('config|get')).toBe(true);
    const old = readInfo(parseInfo('cmdstat_get:calls=2,usec=9,usec_per_call=4.50'));
    expect(old.commands.get('get')).toEqual({ calls: 2, seconds: 0.000009, failures: null });
  });

  it('reads error replies by their first word', () => {
    expect([...infoOf('redis-7.0.15-primary').errorsByPrefix]).toEqual([
      ['ERR', 1],
      ['MYAPP_ODD', 1],
      ['QUOTA', 1],
      ['WRONGTYPE', 1],
    ]);
  });

  it('knows nothing, and invents nothing, from no text at all', () => {
    const info = readInfo(parseInfo(''));
    for (const [name, value] of Object.entries(info)) {
      if (value instanceof Map) expect(value.size).toBe(0);
      else expect([name, value]).toEqual([name, null]);
    }
  });

  it('never reads -1, the word for "never", as a figure', () => {
    const info = readInfo(parseInfo('master_last_io_seconds_ago:-1\r\nrdb_last_save_time:0\r\nmaxmemory:0\r\n'));
    expect(info).toMatchObject({ primaryLinkIdleSeconds: null, snapshotLastSeconds: null, memoryLimitBytes: null });
  });

  it('bounds the rows of a list that a broken server makes endless', () => {
    const lines = Array.from({ length: 5_000 }, (_, i) => `cmdstat_c${i}:calls=1,usec=1`);
    expect(readInfo(parseInfo(lines.join('\r\n'))).commands.size).toBe(1_000);
  });
});
