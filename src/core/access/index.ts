export { ACCESS_KEY, LIMIT_KEY, Limited, permissions, Public, Requires, roles, UNLIMITED_EXTENSION } from './access.js';
export type { AccessRule, Permission, Principal, Role } from './access.js';
