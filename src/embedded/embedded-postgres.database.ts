import pg from 'pg';
import { superuser } from './embedded-postgres.cluster.js';

/** Name of our database and of the login that owns it. */
export const databaseName = 'watchkeeper';

/** Where a server listens, and what opens it. */
export interface PostgresLogin {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** What a server answers to a login. `refused`: it lives, but does not take our password. */
export type LoginAnswer =
  | { readonly kind: 'ready'; readonly version: string; readonly major: number }
  | { readonly kind: 'starting' | 'stopping' | 'refused' | 'missing' | 'silent' };

const loginTimeoutMs = 5_000;

/**
 * Session settings of the launcher's own login. A password stands in its statements: they are to appear neither in
 * the statistics of statements nor in the log.
 */
const discreet = '-c pg_stat_statements.track=none -c log_min_error_statement=panic -c client_min_messages=warning';

/** The URL of a login on loopback. */
export function loginUrl({ user, password, port, database }: PostgresLogin): string {
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
}

async function withClient<T>(login: PostgresLogin, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: loginUrl(login),
    connectionTimeoutMillis: loginTimeoutMs,
    query_timeout: 60_000,
    application_name: 'watchkeeper launcher',
    ssl: false,
    ...(login.user === superuser ? { options: discreet } : {}),
  });
  // The failure of a query in flight is thrown there; one between queries ends up in the next query.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Asks a server whether it takes the login. Never throws; answers within 5 s. */
export async function tryLogin(login: PostgresLogin): Promise<LoginAnswer> {
  try {
    return await withClient(login, async (client) => {
      const { rows } = await client.query<{ version: string; number: number }>(
        `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number`,
      );
      const row = rows[0];
      if (!row) return { kind: 'silent' };
      return { kind: 'ready', version: row.version, major: Math.floor(row.number / 10_000) };
    });
  } catch (error) {
    return { kind: kindOf(error) };
  }
}

/** By SQLSTATE: 57P03 cannot_connect_now, 53300 too_many_connections, 28xxx authorization, 3D000 no such database. */
function kindOf(error: unknown): 'starting' | 'stopping' | 'refused' | 'missing' | 'silent' {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (code === '57P03') return message.includes('shutting down') ? 'stopping' : 'starting';
  if (code === '53300') return 'starting';
  if (code.startsWith('28')) return 'refused';
  if (code === '3D000') return 'missing';
  return 'silent';
}

/**
 * Brings role, database and extension to what the application expects. Each step looks first, so an interrupted one
 * is done by the next start. Our login owns its database and may read all statistics, but is no superuser: a fault
 * in the application does not reach the server's files.
 */
export async function prepareDatabase(port: number, superuserPassword: string, password: string): Promise<void> {
  const admin = { port, user: superuser, password: superuserPassword };
  const ours = { port, user: databaseName, password, database: databaseName };
  await withClient({ ...admin, database: 'postgres' }, async (client) => {
    const literal = client.escapeLiteral(password);
    const role = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [databaseName]);
    if (role.rowCount === 0) await client.query(`CREATE ROLE ${databaseName} LOGIN PASSWORD ${literal}`);
    else if ((await tryLogin(ours)).kind === 'refused') {
      await client.query(`ALTER ROLE ${databaseName} LOGIN PASSWORD ${literal}`);
    }
    await client.query(`GRANT pg_monitor TO ${databaseName}`);
    const database = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName]);
    if (database.rowCount === 0) await client.query(`CREATE DATABASE ${databaseName} OWNER ${databaseName}`);
  });
  await withClient({ ...admin, database: databaseName }, async (client) => {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  });
}
