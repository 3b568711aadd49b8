/** Where a Redis server listens and how to sign in, as REDIS_URL tells it. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username: string | null;
  readonly password: string | null;
  /** Database number of the path; 0 when there is none. */
  readonly database: number;
}

const defaultPort = 6379;

/**
 * Splits `redis://[user:password@]host[:port][/database]`; `rediss` means TLS. The URL must already be valid.
 * User and password are percent-decoded.
 */
export function parseRedisUrl(text: string): RedisAddress {
  const url = new URL(text);
  const path = /^\/(\d{1,4})$/.exec(url.pathname);
  return {
    host: decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPort : Number(url.port),
    tls: url.protocol === 'rediss:',
    username: url.username === '' ? null : decodeURIComponent(url.username),
    password: url.password === '' ? null : decodeURIComponent(url.password),
    database: path ? Number(path[1]) : 0,
  };
}
