import { permissions, roles, type Permission, type Role } from '../core/index.js';
import { mayDo, permissionsOf } from './auth.permissions.js';

const allowed: Readonly<Record<Role, readonly Permission[]>> = {
  admin: [...permissions],
  engineer: ['alerts:read', 'alerts:acknowledge', 'alerts:resolve', 'account:use'],
  operator: ['alerts:read', 'alerts:acknowledge', 'account:use'],
  viewer: ['alerts:read', 'account:use'],
  platform_operator: ['statistics:read', 'alerts:read', 'account:use'],
};

describe('the permission matrix', () => {
  const cells = roles.flatMap((role) => permissions.map((permission) => [role, permission] as const));
  it.each(cells)('%s, %s', (role, permission) => {
    expect(mayDo({ role, sessionId: 'session' }, permission)).toBe(allowed[role].includes(permission));
  });

  it.each(roles)('lists what %s may do', (role) => {
    expect([...permissionsOf(role)].sort()).toEqual([...allowed[role]].sort());
  });

  it.each(cells)('gives a principal without a session nothing but statistics: %s, %s', (role, permission) => {
    const expected = permission === 'statistics:read' && allowed[role].includes(permission);
    expect(mayDo({ role, sessionId: null }, permission)).toBe(expected);
  });
});
