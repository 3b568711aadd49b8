import { z } from 'zod';
import { isoTime, permissions, roles } from '../../core/index.js';
import { permissionsOf } from '../auth.permissions.js';
import type { UserEntity } from '../entities/user.entity.js';
import { cursorField, emailField, nameField, newPasswordField, pageLimit, searchText } from './fields.js';

const roleField = z.enum(roles).describe('What the user may do; the matrix is in the documentation.');

export const registerBody = z
  .strictObject({
    email: emailField,
    name: nameField,
    password: newPasswordField,
    role: roleField.default('viewer'),
  })
  .meta({ id: 'NewUser' });
export type RegisterBody = z.infer<typeof registerBody>;

export const changeUserBody = z
  .strictObject({
    name: nameField.optional(),
    role: roleField.optional(),
    disabled: z.boolean().optional(),
    password: newPasswordField.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'names nothing to change')
  .meta({ id: 'UserChange' });
export type ChangeUserBody = z.infer<typeof changeUserBody>;

/** Unnamed on purpose: only an inline object becomes single query parameters in the API description. */
export const listUsersQuery = z.strictObject({
  limit: pageLimit,
  cursor: cursorField,
  search: searchText(255).optional().describe('Part of the e-mail address or the name.'),
  role: z.enum(roles).optional(),
  status: z.enum(['active', 'disabled']).optional(),
});
export type ListUsersQuery = z.infer<typeof listUsersQuery>;

export const userSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: z.enum(roles),
    is_admin: z.boolean().describe('Derived from the role.'),
    disabled: z.boolean(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    last_login_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'User' });
export type UserView = z.infer<typeof userSchema>;

export const accountSchema = userSchema
  .extend({
    tenant_id: z.uuid(),
    permissions: z.array(z.enum(permissions)).describe('What this user may do, for showing and hiding.'),
  })
  .meta({ id: 'Account' });
export type AccountView = z.infer<typeof accountSchema>;

export const userPageSchema = z
  .object({
    items: z.array(userSchema),
    next_cursor: z.string().nullable().describe('Pass it as cursor for the next page; null on the last one.'),
    total: z.int().describe('Users that match, over all pages.'),
  })
  .meta({ id: 'UserPage' });
export type UserPageView = z.infer<typeof userPageSchema>;

export function userView(user: UserEntity): UserView {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    is_admin: user.role === 'admin',
    disabled: user.disabledAt !== null,
    created_at: isoTime(user.createdAt.getTime()),
    updated_at: isoTime(user.updatedAt.getTime()),
    last_login_at: user.lastLoginAt && isoTime(user.lastLoginAt.getTime()),
  };
}

export function accountView(user: UserEntity): AccountView {
  return { ...userView(user), tenant_id: user.tenantId, permissions: [...permissionsOf(user.role)] };
}
