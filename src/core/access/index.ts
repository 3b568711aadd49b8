export { ACCESS_KEY, LIMIT_KEY, Limited, permissions, Public, Requires, roles } from './access.js';
export type { AccessRule, Permission, Principal, Role } from './access.js';
