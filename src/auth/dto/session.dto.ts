import { z } from 'zod';
import { newPasswordField, searchText, typedPassword } from './fields.js';
import { userSchema } from './user.dto.js';

export const loginBody = z
  .strictObject({ email: searchText(254).toLowerCase(), password: typedPassword })
  .meta({ id: 'Login' });
export type LoginBody = z.infer<typeof loginBody>;

export const refreshBody = z.strictObject({ refresh_token: z.string().min(1).max(256) }).meta({ id: 'Refresh' });
export type RefreshBody = z.infer<typeof refreshBody>;

export const changePasswordBody = z
  .strictObject({ current_password: typedPassword, new_password: newPasswordField })
  .meta({ id: 'PasswordChange' });
export type ChangePasswordBody = z.infer<typeof changePasswordBody>;

export const tokensSchema = z
  .object({
    access_token: z.string().describe('JWT for the Authorization header.'),
    refresh_token: z.string().describe('For one use at /api/v1/auth/refresh, which answers the next one.'),
    token_type: z.literal('Bearer'),
    expires_in: z.int().describe('Seconds until the access token expires.'),
    refresh_expires_at: z.iso.datetime().describe('End of the session; refreshing does not extend it.'),
    user: userSchema,
  })
  .meta({ id: 'Tokens' });
export type TokensView = z.infer<typeof tokensSchema>;
