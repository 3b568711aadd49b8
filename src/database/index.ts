export { databaseConfig } from './database.config.js';
export type { DatabaseConfig } from './database.config.js';
export { isForeignKeyViolation, isUniqueViolation } from './database.errors.js';
export { DatabaseModule } from './database.module.js';
export { Database } from './database.service.js';
export type { PoolState } from './database.service.js';
export type { DatabaseSchema } from './database.source.js';
export { DEFAULT_TENANT_ID } from './tenant.js';
