import pg from 'pg';
import { ConnectFailed, ConnectionLost, ServerSilent } from './database.errors.js';

/** Learns of the end of every statement. */
export interface QueryWatch {
  /**
   * @param durationMs from the call to the server's "ready for query", waiting for the connection not included
   * @param text the statement with placeholders; empty where the form does not tell it
   */
  finished(durationMs: number, failed: boolean, text: string): void;
}

/** What the pool hands to each of its clients, beside the options of `pg`. */
export interface WatchedOptions extends pg.PoolConfig {
  readonly watch?: QueryWatch;
  /** Milliseconds after which a server that has not answered a statement is given up. */
  readonly deadlineMs?: number;
}

type Callback = (error: Error | null | undefined, result?: unknown) => void;

/** A cursor, a COPY stream or a prepared `Query`: it is told the end by these two calls. */
interface Submitted extends pg.Submittable {
  readonly text?: unknown;
  handleReadyForQuery(...args: readonly unknown[]): unknown;
  handleError(error: Error, ...args: readonly unknown[]): unknown;
}

function textOf(config: unknown): string {
  if (typeof config === 'string') return config;
  const text = (config as { text?: unknown }).text;
  return typeof text === 'string' ? text : '';
}

/**
 * A `pg` client that reports every statement in all three call forms (promise, callback, submittable) and never waits
 * for a silent server. `query_timeout` of `pg` is not used: it answers the caller but leaves the statement running on
 * a connection that goes back to the pool; here the connection is destroyed, so the pool throws it away.
 */
export class WatchedClient extends pg.Client {
  private readonly options: WatchedOptions;
  private broken = false;

  constructor(options: WatchedOptions) {
    super(options);
    this.options = options;
    // Marks the connection, and keeps an error between two listeners of the pool from ending the process.
    this.on('error', () => (this.broken = true));
    this.on('end', () => (this.broken = true));
    const send = this.query.bind(this) as (...args: readonly unknown[]) => unknown;
    this.query = ((config: unknown, values?: unknown, callback?: unknown) => {
      if (typeof (config as Submitted).submit === 'function') {
        this.follow(config as Submitted);
        return send(config, values, callback);
      }
      const settle = this.begin(textOf(config));
      if (typeof values === 'function') return send(config, this.wrap(values as Callback, settle));
      if (typeof callback === 'function') return send(config, values, this.wrap(callback as Callback, settle));
      return this.promised(() => send(config, values) as Promise<unknown>, settle);
    }) as typeof this.query;
  }

  /** Cuts the connection at once. A statement under way fails with ConnectionLost. */
  abandon(reason?: Error): void {
    this.connection.stream.destroy(reason);
  }

  /** Starts the clock of a statement. @returns to be called once with its error */
  private begin(text: string): (error: Error | undefined) => Error | undefined {
    const startedAt = performance.now();
    const { deadlineMs, watch } = this.options;
    const timer = deadlineMs ? setTimeout(() => this.abandon(new ServerSilent(deadlineMs)), deadlineMs) : undefined;
    return (error) => {
      clearTimeout(timer);
      watch?.finished(performance.now() - startedAt, error !== undefined, text);
      return error && this.explained(error);
    };
  }

  /** Tells a lost connection from a refused statement; `pg` gives the former no code. */
  private explained(error: Error): Error {
    return this.broken && !(error instanceof ConnectionLost) ? new ConnectionLost(error) : error;
  }

  private wrap(callback: Callback, settle: (error: Error | undefined) => Error | undefined): Callback {
    return (error, result) => callback(settle(error ?? undefined), result);
  }

  private async promised(
    send: () => Promise<unknown>,
    settle: (error: Error | undefined) => Error | undefined,
  ): Promise<unknown> {
    try {
      const result = await send();
      settle(undefined);
      return result;
    } catch (thrown) {
      const error = thrown as Error;
      throw settle(error) ?? error;
    }
  }

  /**
   * Follows a submittable to its end. Its deadline counts silence of the socket and not its whole run, because a COPY
   * or a cursor lasts as long as its other side feeds or reads it.
   */
  private follow(query: Submitted): void {
    const startedAt = performance.now();
    const { deadlineMs, watch } = this.options;
    const stream = this.connection.stream as import('node:net').Socket;
    const onSilence = (): void => this.abandon(new ServerSilent(deadlineMs ?? 0));
    if (deadlineMs) stream.setTimeout(deadlineMs, onSilence);
    const ready = query.handleReadyForQuery.bind(query);
    const failed = query.handleError.bind(query);
    let open = true;
    const close = (error: Error | undefined): void => {
      if (!open) return;
      open = false;
      stream.setTimeout(0, onSilence);
      watch?.finished(performance.now() - startedAt, error !== undefined, textOf(query));
    };
    query.handleReadyForQuery = (...args) => {
      close(undefined);
      return ready(...args);
    };
    query.handleError = (error, ...args) => {
      close(error);
      return failed(this.explained(error), ...args);
    };
  }
}

type ConnectCallback = Parameters<pg.Pool['connect']>[0];

/**
 * A `pg` pool of watched clients. Whatever keeps `connect` from yielding a client becomes ConnectFailed, so nobody has
 * to recognise the driver's texts. Knows its clients, to cut them off at the end of a bounded shutdown.
 */
export class WatchedPool extends pg.Pool {
  private readonly clients = new Set<WatchedClient>();

  constructor(options: WatchedOptions) {
    super({ ...options, Client: WatchedClient as unknown as new () => pg.ClientBase });
    this.on('connect', (client) => this.clients.add(client as unknown as WatchedClient));
    this.on('remove', (client) => this.clients.delete(client as unknown as WatchedClient));
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | void {
    if (!callback) {
      return super.connect().catch((error: unknown) => {
        throw new ConnectFailed(error);
      });
    }
    super.connect((error, client, done) => callback(error && new ConnectFailed(error), client, done));
  }

  /** Cuts every connection that is still open. */
  abandon(): void {
    for (const client of this.clients) client.abandon();
    this.clients.clear();
  }
}
