import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Collector, NotPresent, type Check } from '../collect/index.js';
import { Clock } from '../core/index.js';
import { RedisClient } from './redis.client.js';
import { redisConfig, type RedisConfig } from './redis.config.js';
import type { RedisConnection, RedisReply } from './redis.connection.js';
import { judgeRedis } from './redis.judge.js';
import { redisMetrics } from './redis.metrics.js';
import { parseInfo, readInfo } from './redis.parse.js';
import type { RedisRefusal, RedisSnapshot } from './redis.snapshot.js';
import { stepWindow, type RedisBase } from './redis.window.js';

/**
 * What one pass asks for, in one INFO. Naming the sections costs the server 38 us on 7.0, `INFO all` 45 us and more
 * with every command used, because it computes latency percentiles that nobody here reads.
 */
const sections =
  'server clients memory persistence stats replication cpu cluster keyspace errorstats commandstats'.split(' ');

/** What a server told about itself on one connection, so that no pass repeats a request that it refuses. */
interface Dialect {
  /** Before 7.0 INFO takes one section at most; `all` then holds what we read and no percentiles yet. */
  infoArguments: readonly string[];
  /** False once refused: every refusal would count as an error reply and fill the ACL log. */
  slowlogPermitted: boolean;
}

/** @param words whole words that the refusal begins with: `NOPERM`, `ERR syntax` */
function refused(reply: RedisReply | undefined, words: string): boolean {
  return reply !== undefined && !reply.ok && reply.error.message.startsWith(`${words} `);
}

function numberOf(reply: RedisReply | undefined): number | null {
  return reply?.ok && typeof reply.value === 'number' ? reply.value : null;
}

/** Reads a Redis or Valkey server over a connection of its own: one PING and one INFO a pass. */
@Injectable()
export class RedisCollector extends Collector<RedisSnapshot> implements OnApplicationShutdown {
  override readonly component = 'redis';
  override readonly metrics = redisMetrics;
  override readonly checks = ['redis'];
  override readonly external = true;
  private readonly client: RedisClient | undefined;
  private readonly dialects = new WeakMap<RedisConnection, Dialect>();
  private base: RedisBase | null = null;

  constructor(
    @Inject(redisConfig.token) private readonly config: RedisConfig,
    private readonly clock: Clock,
  ) {
    super();
    if (config.REDIS_URL === undefined) return;
    this.client = new RedisClient(
      {
        url: config.REDIS_URL,
        name: 'watchkeeper-monitor',
        timeoutMs: config.REDIS_TIMEOUT_MS,
        selectDatabase: false,
      },
      clock,
    );
  }

  /**
   * @throws NotPresent without REDIS_URL; redis.unreachable, redis.timeout, redis.auth_refused,
   * redis.clients_exhausted and redis.aborted, all of kind `unavailable`
   */
  override async collect(signal: AbortSignal): Promise<RedisSnapshot> {
    if (!this.client) throw new NotPresent('No Redis is configured. Set REDIS_URL to watch one.');
    const connection = await this.client.connection(signal);
    const dialect = this.dialectOf(connection);
    // PING travels alone: in one write with INFO its reply would wait for INFO's and measure both.
    const sentMs = this.clock.monotonicMs();
    const [pong] = await connection.send([['PING']], signal);
    const pingMs = this.clock.monotonicMs() - sentMs;
    const { info, slowlog } = await this.ask(connection, dialect, signal);
    const text = info?.ok && typeof info.value === 'string' ? info.value : null;
    const figures = readInfo(parseInfo(text ?? ''));
    const step = stepWindow(this.base, figures, this.clock.monotonicMs(), this.clock.nowMs());
    if (text !== null) this.base = step.base;
    return {
      info: figures,
      infoAnswered: text !== null,
      pingMs: refused(pong, 'NOPERM') ? null : pingMs,
      startTimeSeconds: step.startTimeSeconds,
      refusal: this.refusalOf(pong, figures.loading),
      window: step.window,
      slowlogEntries: numberOf(slowlog),
    };
  }

  override judge(snapshot: RedisSnapshot): readonly Check[] {
    return judgeRedis(snapshot, {
      responseMsMax: this.config.REDIS_RESPONSE_MS_MAX,
      memoryPercentMax: this.config.REDIS_MEMORY_PERCENT_MAX,
      clientsPercentMax: this.config.REDIS_CLIENTS_PERCENT_MAX,
    });
  }

  onApplicationShutdown(): void {
    this.client?.close();
  }

  private async ask(
    connection: RedisConnection,
    dialect: Dialect,
    signal: AbortSignal,
  ): Promise<{ info: RedisReply | undefined; slowlog: RedisReply | undefined }> {
    const [info, slowlog] = await connection.send(
      [['INFO', ...dialect.infoArguments], ...(dialect.slowlogPermitted ? [['SLOWLOG', 'LEN'] as const] : [])],
      signal,
    );
    if (refused(slowlog, 'NOPERM') || refused(slowlog, 'ERR unknown')) dialect.slowlogPermitted = false;
    const isOld = refused(info, 'ERR syntax') && dialect.infoArguments.length > 1;
    if (!isOld) return { info, slowlog };
    dialect.infoArguments = ['all'];
    return this.ask(connection, dialect, signal);
  }

  private dialectOf(connection: RedisConnection): Dialect {
    const known = this.dialects.get(connection);
    if (known) return known;
    const dialect: Dialect = { infoArguments: sections, slowlogPermitted: true };
    this.dialects.set(connection, dialect);
    return dialect;
  }

  private refusalOf(pong: RedisReply | undefined, loading: boolean | null): RedisRefusal | null {
    if (loading === true || refused(pong, 'LOADING')) return 'loading';
    if (refused(pong, 'MASTERDOWN')) return 'primary_down';
    return refused(pong, 'BUSY') ? 'busy' : null;
  }
}
