import type { Check, Limit } from '../collect/index.js';
import type { RedisInfo, RedisSnapshot } from './redis.snapshot.js';

/** Limits of the judgement; see the variables of the same name in redis.config.ts. */
export interface RedisLimits {
  readonly responseMsMax: number;
  readonly memoryPercentMax: number;
  readonly clientsPercentMax: number;
}

/** Something that is wrong, with the limit it crossed if it is a comparison. */
interface Fault {
  readonly message: string;
  readonly limit: Limit | null;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function percentOf(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : rounded((100 * part) / whole);
}

/**
 * Whether a full memory is the normal state: a server that may evict keys makes room by itself, one that may not
 * refuses writes. The `volatile-*` policies evict keys with a time to live only, so without any they cannot.
 */
function makesRoomItself(info: RedisInfo): boolean {
  const policy = info.memoryPolicy ?? 'noeviction';
  return policy.startsWith('allkeys-') || (policy.startsWith('volatile-') && (info.keysWithExpiry ?? 0) > 0);
}

/** Share of maxmemory in use; null without a limit. */
export function memoryUsedPercent(info: RedisInfo): number | null {
  return percentOf(info.memoryUsedBytes, info.memoryLimitBytes);
}

function stateFaults({ info, refusal, window }: RedisSnapshot): string[] {
  const faults: string[] = [];
  if (refusal === 'loading') {
    const progress = info.loadingPercent === null ? '' : ` (${rounded(info.loadingPercent)} % read)`;
    faults.push(`Redis is loading its data and refuses commands until it is done${progress}`);
  }
  if (refusal === 'busy') {
    faults.push('A script or function runs too long and blocks Redis (BUSY): wait or end it with SCRIPT KILL');
  }
  if (refusal === 'primary_down') {
    faults.push('Redis is a replica without its primary and refuses commands (MASTERDOWN)');
  } else if (info.primaryLinkUp === false) {
    faults.push('The replica has lost the link to its primary, its data grows old');
  }
  if (info.snapshotOk === false) {
    faults.push('The last snapshot failed: writes are refused while stop-writes-on-bgsave-error is on; check the disk');
  }
  if (info.appendFileWriteOk === false) faults.push('Writing the append-only file fails: check the disk');
  if (info.appendFileRewriteOk === false) faults.push('The last rewrite of the append-only file failed');
  if (window.connectionsRejected > 0) {
    faults.push(`${window.connectionsRejected} connections were refused since the last pass: maxclients is reached`);
  }
  return faults;
}

function over(figure: string, value: number | null, bound: number, message: (value: number) => string): Fault[] {
  if (value === null || value < bound) return [];
  return [{ message: message(value), limit: { figure, operator: '>=', value: bound } }];
}

/**
 * The one check of Redis. A server that answers is at worst degraded; one that does not is a failed run, and down.
 */
export function judgeRedis(snapshot: RedisSnapshot, limits: RedisLimits): readonly Check[] {
  const { info, pingMs } = snapshot;
  const memoryPercent = memoryUsedPercent(info);
  const atRiskPercent = makesRoomItself(info) ? null : memoryPercent;
  const clientsPercent = percentOf(info.clientsConnected, info.clientsLimit);
  const responseMs = pingMs === null ? null : rounded(pingMs);
  const faults: readonly Fault[] = [
    ...stateFaults(snapshot).map((message) => ({ message, limit: null })),
    ...over(
      'memory_used_percent',
      atRiskPercent,
      limits.memoryPercentMax,
      (value) => `${value} % of maxmemory is used and nothing may be evicted: writes will be refused when it is full`,
    ),
    ...over(
      'clients_used_percent',
      clientsPercent,
      limits.clientsPercentMax,
      (value) => `${value} % of maxclients are connected`,
    ),
    ...over('response_time_ms', responseMs, limits.responseMsMax, (value) => `Redis took ${value} ms to answer a PING`),
  ];
  const product = info.product === 'valkey' ? 'Valkey' : 'Redis';
  const connected = `Connected to ${product}${info.version === null ? '' : ` ${info.version}`}`;
  const blind = snapshot.infoAnswered
    ? ''
    : '; its figures are missing because INFO is refused, allow it to the user in REDIS_URL';
  return [
    {
      name: 'redis',
      verdict: faults.length > 0 ? 'degraded' : 'ok',
      message: faults.length > 0 ? faults.map((fault) => fault.message).join('; ') : `${connected}${blind}`,
      figures: {
        ...(responseMs === null ? {} : { response_time_ms: responseMs }),
        ...(memoryPercent === null ? {} : { memory_used_percent: memoryPercent }),
        ...(clientsPercent === null ? {} : { clients_used_percent: clientsPercent }),
      },
      limit:
        faults.length > 0
          ? (faults.find((fault) => fault.limit !== null)?.limit ?? null)
          : { figure: 'response_time_ms', operator: '>=', value: limits.responseMsMax },
      loadPercent: atRiskPercent,
    },
  ];
}
