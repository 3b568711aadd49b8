import type { Permission, Principal, Role } from '../core/index.js';

/**
 * The permission matrix: who may do what. `account:use` is the own account (who am I, change my password, sign out).
 * The user administration and the settings belong to admins; the statistics of the platform to admins and to its
 * operators. Everybody sees alerts; who acts on the plant acknowledges them, and who knows the cause resolves them.
 */
export const permissionMatrix: Readonly<Record<Permission, readonly Role[]>> = {
  'statistics:read': ['admin', 'platform_operator'],
  'alerts:read': ['admin', 'engineer', 'operator', 'viewer', 'platform_operator'],
  'alerts:acknowledge': ['admin', 'engineer', 'operator'],
  'alerts:resolve': ['admin', 'engineer'],
  'settings:write': ['admin'],
  'users:read': ['admin'],
  'users:write': ['admin'],
  'account:use': ['admin', 'engineer', 'operator', 'viewer', 'platform_operator'],
};

/** What a role may do, in the order of the matrix. */
export function permissionsOf(role: Role): readonly Permission[] {
  return (Object.keys(permissionMatrix) as Permission[]).filter((permission) =>
    permissionMatrix[permission].includes(role),
  );
}

/**
 * The role part of the access check. A principal of a trusted foreign issuer has no account and no session here: it
 * may read the statistics when its token says so, and nothing else whatever its role.
 */
export function mayDo(principal: Pick<Principal, 'role' | 'sessionId'>, permission: Permission): boolean {
  if (principal.sessionId === null && permission !== 'statistics:read') return false;
  return permissionMatrix[permission].includes(principal.role);
}
