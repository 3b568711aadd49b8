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
    description: 'Wait at start for the database and its migrations; after it the start goes on without the database.',
  }),
});

export type DatabaseConfig = ConfigOf<typeof databaseConfig>;
