import type { AppError, Clock } from '../core/index.js';
import { parseRedisUrl } from './redis.address.js';
import {
  RedisConnection,
  unlessAborted,
  type ConnectionOptions,
  type RedisCommand,
  type RedisReply,
} from './redis.connection.js';
import { redisUnreachable } from './redis.errors.js';

export interface RedisClientOptions extends Omit<ConnectionOptions, 'address'> {
  /** `redis://` or `rediss://`, checked by the configuration. */
  readonly url: string;
}

/**
 * Pause between two attempts to connect. Attempts are made by calls only, one at a time, so it bounds the load on a
 * server that is away and never hides one that is back from the next call.
 */
const retryPauseMs = 100;

/**
 * The door to one Redis server: connects when it is first needed, and again by the next call after the connection was
 * lost. No timer works in the background, and nothing is queued while the server is away: a call answers or fails
 * within twice `timeoutMs`.
 */
export class RedisClient {
  private readonly options: ConnectionOptions;
  private current: RedisConnection | undefined;
  private opening: Promise<RedisConnection> | undefined;
  private notBeforeMs = -Infinity;
  private readonly end = new AbortController();

  constructor(
    options: RedisClientOptions,
    private readonly clock: Clock,
  ) {
    this.options = { ...options, address: parseRedisUrl(options.url) };
  }

  /**
   * The open connection, or a new one.
   * @param signal ends the wait at once; an attempt that others may wait for goes on until its own limit
   * @throws redis.unreachable, redis.timeout, redis.auth_refused, redis.clients_exhausted, redis.aborted
   */
  connection(signal: AbortSignal): Promise<RedisConnection> {
    if (this.end.signal.aborted) return Promise.reject(closedError());
    if (this.current?.isOpen) return Promise.resolve(this.current);
    this.opening ??= this.open().finally(() => {
      this.opening = undefined;
    });
    return unlessAborted(this.opening, signal);
  }

  /**
   * Sends the commands in one write, over the open or a new connection.
   * @throws as `connection`, and redis.timeout or redis.unreachable when the replies do not come
   */
  async send(commands: readonly RedisCommand[], signal: AbortSignal): Promise<readonly RedisReply[]> {
    const connection = await this.connection(signal);
    return connection.send(commands, signal);
  }

  /** Ends the connection, or the attempt to open one, for good; calls under way fail. */
  close(): void {
    this.end.abort();
    this.current?.close();
    this.current = undefined;
  }

  private async open(): Promise<RedisConnection> {
    const pauseMs = this.notBeforeMs - this.clock.monotonicMs();
    if (pauseMs > 0) await new Promise<void>((resolve) => this.clock.after(pauseMs, resolve));
    try {
      this.current = await RedisConnection.open(this.options, this.clock, this.end.signal);
      return this.current;
    } catch (error) {
      this.notBeforeMs = this.clock.monotonicMs() + retryPauseMs;
      throw error;
    }
  }
}

function closedError(): AppError {
  return redisUnreachable(new Error('the client is closed'));
}
