export { DataDirectory, randomSecret } from './data-directory.js';
export type { KeptSecret } from './data-directory.js';
export { EmbeddedPostgres } from './embedded-postgres.js';
export type { PostgresIncident, StartedPostgres } from './embedded-postgres.js';
export { embeddedConfig } from './embedded.config.js';
export type { EmbeddedConfig } from './embedded.config.js';
