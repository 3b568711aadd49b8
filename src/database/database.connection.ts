import pg from 'pg';
import { WatchedClient } from './database.client.js';
import { ConnectFailed, statisticsRefused, tooOld, translateDatabaseError } from './database.errors.js';

/** Runs one statement and returns its rows. */
export type Ask = (sql: string) => Promise<readonly Record<string, unknown>[]>;

export interface StatsConnectionOptions {
  readonly url: string;
  readonly applicationName: string;
  /** Longest wait for the connection, and longest run of one statement. */
  readonly timeoutMs: number;
}

interface Opened {
  readonly client: WatchedClient;
  readonly versionNumber: number;
}

/** "15.20 (Debian 15.20-0+deb12u1)" and "18.4" as server_version_num; undefined for a text that is no version. */
function versionNumberOf(serverVersion: string): number | undefined {
  const match = /^(\d+)(?:\.(\d+))?/.exec(serverVersion);
  return match ? Number(match[1]) * 10_000 + Number(match[2] ?? 0) : undefined;
}

/**
 * One connection of its own for reading statistics: never the application's pool, because a saturated pool must not
 * make the database look dead. Kept between passes, opened anew after any failure of the connection.
 */
export class StatsConnection {
  private opened: Opened | undefined;

  constructor(private readonly options: StatsConnectionOptions) {}

  /**
   * Lets `work` ask the server. An aborted signal destroys the socket, whatever is under way.
   * @throws AppError: `unavailable` while the server does not answer, `forbidden` when it refuses the statistics
   */
  async use<T>(signal: AbortSignal, work: (ask: Ask, versionNumber: number) => Promise<T>): Promise<T> {
    let current: WatchedClient | undefined;
    const onAbort = (): void => current?.abandon(new Error('the pass was given up'));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal.aborted) throw new ConnectFailed(new Error('the pass was given up'));
      const { client, versionNumber } = this.opened ?? (await this.open((made) => (current = made)));
      current = client;
      return await work(async (sql) => (await client.query<Record<string, unknown>>(sql)).rows, versionNumber);
    } catch (error) {
      throw this.translate(error);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  close(): void {
    this.opened?.client.abandon();
    this.opened = undefined;
  }

  private async open(made: (client: WatchedClient) => void): Promise<Opened> {
    const { url, applicationName, timeoutMs } = this.options;
    const client = new WatchedClient({
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: timeoutMs,
      statement_timeout: timeoutMs,
      lock_timeout: Math.min(500, timeoutMs),
      idle_in_transaction_session_timeout: 10_000,
      keepAlive: true,
      deadlineMs: timeoutMs + 500,
    });
    made(client);
    // The server tells its version while connecting, which spares a round trip.
    let version = '';
    client.connection.on('parameterStatus', (m: { parameterName: string; parameterValue: string }) => {
      if (m.parameterName === 'server_version') version = m.parameterValue;
    });
    const forget = (): void => {
      if (this.opened?.client === client) this.opened = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    await client.connect().catch((error: unknown) => {
      client.abandon();
      throw new ConnectFailed(error);
    });
    const versionNumber = versionNumberOf(version);
    if (versionNumber === undefined || versionNumber < 140_000) {
      client.abandon();
      throw tooOld(version);
    }
    this.opened = { client, versionNumber };
    return this.opened;
  }

  private translate(error: unknown): unknown {
    const translated = translateDatabaseError(error);
    return translated instanceof pg.DatabaseError && translated.code === '42501'
      ? statisticsRefused(translated)
      : translated;
  }
}
