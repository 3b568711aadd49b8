import { TenantsCreate1795222800000 } from './202611210100-tenants-create.js';
import { AuthCreate1795226400000 } from './202611210200-auth-create.js';
import { AlertsCreate1795231800000 } from './202611210330-alerts-create.js';

/** Every migration, oldest first. A class name ends with its file's time as epoch milliseconds: TypeORM sorts by it. */
export const migrations = [TenantsCreate1795222800000, AuthCreate1795226400000, AlertsCreate1795231800000] as const;
