import { Redis } from 'ioredis';
import { AppError, type Clock } from '../core/index.js';
import type { RedisAddress } from './redis.address.js';
import {
  redisAborted,
  redisAuthRefused,
  redisDatabaseRefused,
  redisFull,
  redisTimeout,
  redisUnreachable,
  withoutCommand,
} from './redis.errors.js';

/** A command name with its arguments: `['INFO', 'server']`. */
export type RedisCommand = readonly [name: string, ...args: (string | number | Buffer)[]];

/** What the server says to one command. A refusal is an answer, not an exception. */
export type RedisReply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Error };

export interface ConnectionOptions {
  readonly address: RedisAddress;
  /** Shown in `CLIENT LIST`. Printable ASCII without spaces. */
  readonly name: string;
  /** Longest wait for the connection with its handshake, and for the replies to one batch. */
  readonly timeoutMs: number;
  /** Whether to select the database of the address. A monitor reads figures of the whole server and needs none. */
  readonly selectDatabase: boolean;
  /** Whether replies are bytes (Buffer) instead of text; for values that are not text. */
  readonly binary?: boolean;
}

/** TCP keep-alive probes start after this idle time, so that a vanished peer is noticed between passes. */
const keepAliveMs = 30_000;

/**
 * One TCP or TLS connection, from its handshake to its end. It never reconnects: what a server told on one connection
 * (its version, which commands are refused) holds exactly as long as this object.
 */
export class RedisConnection {
  private closed = false;

  private constructor(
    private readonly redis: Redis,
    private readonly timeoutMs: number,
    private readonly clock: Clock,
    private readonly lastError: () => unknown,
    private readonly binary: boolean,
  ) {}

  /**
   * Connects and signs in within `timeoutMs`.
   * @param signal ends the attempt
   * @throws redis.aborted, redis.unreachable, redis.timeout, redis.auth_refused, redis.clients_exhausted, redis.database_refused
   */
  static async open(options: ConnectionOptions, clock: Clock, signal: AbortSignal): Promise<RedisConnection> {
    const { address } = options;
    // The driver only speaks the protocol. Its reconnecting, queueing, ready check and sign-in are off: they would
    // let calls hang while the server is away, repeat INFO, and warn on the console.
    const redis = new Redis({
      host: address.host,
      port: address.port,
      ...(address.tls ? { tls: {} } : {}),
      lazyConnect: true,
      retryStrategy: null,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableReadyCheck: false,
      disableClientInfo: true,
      keepAlive: keepAliveMs,
    });
    let lastError: unknown;
    redis.on('error', (error: unknown) => {
      lastError = error;
    });
    const connection = new RedisConnection(redis, options.timeoutMs, clock, () => lastError, options.binary ?? false);
    try {
      const greeted = redis.connect().then(() => connection.greet(options));
      await unlessAborted(connection.within(greeted), signal);
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  /** False once the server or we have ended it. */
  get isOpen(): boolean {
    return !this.closed && this.redis.status === 'ready';
  }

  /**
   * Sends all commands in one write and waits for all replies, in order. Ends the connection when they do not come in
   * time: replies of a hung server must not be taken for those of a later batch, and a new connection may find a
   * server that was moved.
   * @param signal ends the wait at once
   * @throws redis.aborted, redis.timeout, redis.unreachable (connection lost), redis.auth_refused, redis.clients_exhausted
   */
  async send(commands: readonly RedisCommand[], signal: AbortSignal): Promise<readonly RedisReply[]> {
    const replies = await unlessAborted(this.within(this.exchange(commands)), signal);
    for (const reply of replies) {
      const fatal = reply.ok ? null : fatalRefusal(reply.error);
      if (fatal) throw fatal;
    }
    return replies;
  }

  /** Says goodbye; a peer that does not answer even that is cut off by the driver after 2 s. */
  close(): void {
    this.closed = true;
    if (this.redis.status !== 'end') this.redis.disconnect();
  }

  private async exchange(commands: readonly RedisCommand[]): Promise<RedisReply[]> {
    const pipeline = this.redis.pipeline();
    for (const [name, ...args] of commands) {
      if (this.binary) pipeline.callBuffer(name, ...args);
      else pipeline.call(name, ...args);
    }
    const results = (await pipeline.exec()) ?? [];
    return results.map(([error, value]) => {
      if (!error) return { ok: true, value };
      // Only the server makes ReplyErrors; everything else means that the connection failed.
      if (error.name !== 'ReplyError') throw error;
      return { ok: false, error: withoutCommand(error) as Error };
    });
  }

  private async greet({ address, name, selectDatabase }: ConnectionOptions): Promise<void> {
    const commands: RedisCommand[] = [];
    if (address.password !== null) {
      commands.push(['AUTH', ...(address.username === null ? [] : [address.username]), address.password]);
    }
    const select = selectDatabase && address.database !== 0;
    if (select) commands.push(['SELECT', address.database]);
    commands.push(['CLIENT', 'SETNAME', name]);
    const replies = await this.exchange(commands);
    for (const [index, reply] of replies.entries()) {
      if (reply.ok) continue;
      const fatal = fatalRefusal(reply.error);
      if (fatal) throw fatal;
      const command = commands[index]?.[0];
      // A server without any password takes everyone: a superfluous password in the URL does no harm.
      const superfluous = /without any password configured|no password is set/.test(reply.error.message);
      if (command === 'AUTH' && !superfluous) throw redisAuthRefused(reply.error);
      if (command === 'SELECT') throw redisDatabaseRefused(reply.error);
      // The name is a courtesy; a user who may not set it may still read.
    }
  }

  private within<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = this.clock.after(this.timeoutMs, () => {
        reject(redisTimeout(this.timeoutMs));
        this.close();
      });
      void work.then(resolve, (error: unknown) => reject(this.translated(error))).finally(() => timer.cancel());
    });
  }

  private translated(error: unknown): unknown {
    if (error instanceof AppError) return error;
    // The driver rejects with "Connection is closed." and tells the reason in an event before it. A server that
    // refuses the connection as such says so before we ask anything; the driver passes that on in such an event.
    const reason = this.lastError() ?? error;
    return (reason instanceof Error ? fatalRefusal(reason) : null) ?? redisUnreachable(reason);
  }
}

/** Refusals that concern the connection and not one command: there is no use in sending anything else. */
function fatalRefusal(error: Error): AppError | null {
  if (/\b(NOAUTH|WRONGPASS|DENIED) /.test(error.message)) return redisAuthRefused(error);
  return /max number of clients/.test(error.message) ? redisFull(error) : null;
}

/** Waits for `work` unless the signal ends the wait first. The work itself goes on and is bounded by its own limit. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(redisAborted());
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
