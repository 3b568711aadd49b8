import { defineConfig, variable, type ConfigOf } from '../core/index.js';

export const databaseConfig = defineConfig('PostgreSQL', {
  DATABASE_URL: variable.optionalUrl(['postgres', 'postgresql'], {
    description:
      'PostgreSQL 14 or newer for everything that must survive. Unset: an embedded server is started. ' +
      'For its statistics the role needs pg_monitor.',
    secret: true,
  }),
  DATABASE_POOL_SIZE: variable.integer({
    default: 20,
    min: 2,
    max: 500,
    description: 'Connections of this instance at most. All instances together must stay below max_connections.',
  }),
  DATABASE_CONNECT_TIMEOUT_MS: variable.integer({
    default: 5_000,
    min: 100,
    max: 60_000,
    description: 'Longest wait for a connection: for the server to accept one, and for a free one of the pool.',
  }),
  DATABASE_TIMEOUT_MS: variable.integer({
    default: 10_000,
    min: 100,
    max: 600_000,
    description:
      'Longest run of one statement. The server cancels it then; a server that does not even do that is given up ' +
      'half a second later and its connection is thrown away.',
  }),
  DATABASE_MIGRATION_TIMEOUT_MS: variable.integer({
    default: 600_000,
    min: 1_000,
    max: 86_400_000,
    description: 'Longest run of one statement of a migration, and longest wait for another instance that migrates.',
  }),
  DATABASE_START_TIMEOUT_MS: variable.integer({
    default: 10_000,
    min: 0,
    max: 600_000,
    description:
      'Longest wait at start for the first attempt to connect and to migrate; then the start goes on and retries in the background.',
  }),
  DATABASE_SLOW_QUERY_MS: variable.integer({
    default: 1_000,
    min: 1,
    max: 600_000,
    description: 'From this duration on a statement of the application counts as slow and is listed for admins.',
  }),
  DATABASE_STATS_TIMEOUT_MS: variable.integer({
    default: 4_000,
    min: 100,
    max: 60_000,
    description: 'Longest run of one statement that reads statistics, and longest wait for its connection.',
  }),
  DATABASE_TABLES_INTERVAL_MS: variable.integer({
    default: 60_000,
    min: 10_000,
    max: 3_600_000,
    description: 'Time between two readings of table sizes, row counts and statement statistics.',
  }),
  DATABASE_LIMIT_RESPONSE_MS: variable.integer({
    default: 1_000,
    min: 1,
    max: 60_000,
    description: 'The database is degraded when it takes longer to answer.',
  }),
  DATABASE_LIMIT_CONNECTIONS_PERCENT: variable.integer({
    default: 80,
    min: 1,
    max: 100,
    description: 'The database is degraded from this share of its connections in use.',
  }),
  DATABASE_LIMIT_TRANSACTION_SECONDS: variable.integer({
    default: 3_600,
    min: 1,
    max: 604_800,
    description: 'The database is degraded while a transaction has been open this long: it keeps VACUUM from its work.',
  }),
  DATABASE_LIMIT_WRAPAROUND_AGE: variable.integer({
    default: 1_000_000_000,
    min: 200_000_000,
    max: 2_000_000_000,
    description: 'The database is degraded from this age of its oldest unfrozen transaction id; the end is near 2.1e9.',
  }),
});

export type DatabaseConfig = ConfigOf<typeof databaseConfig>;
