import type { Row } from '../collect/index.js';
import type { RedisCommandTotals } from './redis.snapshot.js';

/** What is not in a closed set is summed under this value, so that sums over the label stay whole. */
const other = 'other';

/**
 * Commands with figures of their own. A fixed set and not the N most frequent ones: a command that enters or leaves a
 * ranking would make `other` and itself jump, and `rate()` would read that as traffic.
 */
export const namedCommands: ReadonlySet<string> = new Set(
  (
    'append auth bitcount blmove blpop brpop bzpopmin client cluster command config dbsize decr decrby del discard ' +
    'eval evalsha exec exists expire expireat fcall flushall flushdb geoadd geosearch get getdel getex getrange hdel ' +
    'hello hexists hget hgetall hincrby hkeys hlen hmget hscan hset hsetnx incr incrby info keys lindex llen lmove ' +
    'lpop lpush lrange lrem ltrim mget mset multi pexpire pfadd pfcount ping psetex psubscribe psync pttl publish ' +
    'rename replconf restore rpop rpush sadd save scan scard script select set setbit setex setnx setrange sismember ' +
    'slowlog smembers spop spublish srem sscan ssubscribe strlen subscribe touch ttl type unlink unsubscribe unwatch ' +
    'wait watch xack xadd xautoclaim xdel xgroup xlen xpending xrange xread xreadgroup xtrim zadd zcard zcount ' +
    'zincrby zpopmax zpopmin zrange zrangebyscore zrank zrem zremrangebyscore zrevrange zscan zscore'
  ).split(' '),
);

/** First words of error replies that the server itself makes. Scripts and modules may make any other. */
export const namedErrors: ReadonlySet<string> = new Set([
  'ASK',
  'BUSY',
  'BUSYGROUP',
  'BUSYKEY',
  'CLUSTERDOWN',
  'CROSSSLOT',
  'ERR',
  'EXECABORT',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'MOVED',
  'NOAUTH',
  'NOGROUP',
  'NOPERM',
  'NOREPLICAS',
  'NOSCRIPT',
  'OOM',
  'READONLY',
  'TRYAGAIN',
  'UNBLOCKED',
  'WRONGPASS',
  'WRONGTYPE',
]);

function summed(entries: Iterable<readonly [name: string, value: number]>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, value] of entries) sums.set(name, (sums.get(name) ?? 0) + value);
  return sums;
}

function rowsOf(label: string, sums: ReadonlyMap<string, number>): Row[] {
  return [...sums].map(([name, value]) => [{ [label]: name }, value] as const);
}

/**
 * One row per named command with its container's parts together (`config|get` and `config|set` under `config`, as
 * before 7.0), and one `other`.
 * @param read null leaves the command out
 */
export function commandRows(
  commands: ReadonlyMap<string, RedisCommandTotals>,
  read: (totals: RedisCommandTotals) => number | null,
): Row[] {
  const entries: [string, number][] = [];
  for (const [name, totals] of commands) {
    const value = read(totals);
    const container = name.split('|', 1)[0] ?? name;
    if (value !== null) entries.push([namedCommands.has(container) ? container : other, value]);
  }
  return rowsOf('command', summed(entries));
}

/** One row per named first word of an error, and one `other`. */
export function errorRows(errors: ReadonlyMap<string, number>): Row[] {
  return rowsOf(
    'prefix',
    summed([...errors].map(([prefix, count]) => [namedErrors.has(prefix) ? prefix : other, count])),
  );
}
