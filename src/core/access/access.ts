import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';

/** Roles of the permission matrix (docs/security.md). A device is not a user and signs in with its key. */
export const roles = ['admin', 'engineer', 'operator', 'viewer', 'platform_operator'] as const;
export type Role = (typeof roles)[number];

/** What a route, event or job may demand. One row of the permission matrix each. */
export const permissions = [
  'statistics:read',
  'alerts:read',
  'alerts:acknowledge',
  'alerts:resolve',
  'settings:write',
  'users:read',
  'users:write',
  'account:use',
] as const;
export type Permission = (typeof permissions)[number];

/** Who acts. Every query takes it, and the repository filters by its tenant. */
export interface Principal {
  /** Id of the user, or `shared:<sub>` for a token of a trusted foreign issuer. */
  readonly userId: string;
  /** Id of the session family; null for a foreign token, which has none. */
  readonly sessionId: string | null;
  readonly tenantId: string;
  readonly role: Role;
  readonly isAdmin: boolean;
  /** Id of this very token. */
  readonly tokenId: string;
  /** End of the token, epoch milliseconds. */
  readonly expiresAtMs: number;
}

/** What a route declares about who may call it. A route that declares nothing is refused. */
export type AccessRule =
  | { readonly kind: 'public'; readonly reason: string; readonly unlimited: boolean }
  | { readonly kind: 'permission'; readonly permission: Permission };

/** Tells the writer of the API description that a route answers no 429; taken out of the description again. */
export const UNLIMITED_EXTENSION = 'x-unlimited';

export const ACCESS_KEY = 'watchkeeper:access';
/** Names an additional, narrower request limit of a route (key of the limit table in `auth`). */
export const LIMIT_KEY = 'watchkeeper:limit';

/**
 * Opens a route to everyone. The reason is for the reader.
 * @param o.unlimited true keeps the route out of the anonymous request limit (probes and scrapes have their own bounds)
 */
export function Public(reason: string, o: { unlimited?: boolean } = {}): MethodDecorator & ClassDecorator {
  const unlimited = o.unlimited ?? false;
  return applyDecorators(
    SetMetadata(ACCESS_KEY, { kind: 'public', reason, unlimited } satisfies AccessRule),
    ApiExtension(UNLIMITED_EXTENSION, unlimited),
  );
}

/** Demands a signed-in principal whose role has the permission. */
export function Requires(permission: Permission): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(ACCESS_KEY, { kind: 'permission', permission } satisfies AccessRule),
    ApiBearerAuth('bearer'),
  );
}

/** Adds a narrower limit beside the one shared by all routes. */
export function Limited(limit: 'stats_system' | 'stream_ticket'): MethodDecorator {
  return SetMetadata(LIMIT_KEY, limit);
}
