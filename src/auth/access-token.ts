import { z } from 'zod';
import { AppError, roles, type Principal } from '../core/index.js';
import { DEFAULT_TENANT_ID } from '../database/index.js';
import type { KeyRing, SigningKey } from './access-token.keys.js';
import { invalidToken, tokenExpired } from './auth.errors.js';

export const issuer = 'watchkeeper';
export const audience = 'watchkeeper-api';
/** RFC 9068: an access token can be confused with no other kind of JWT. */
export const tokenType = 'at+jwt';
/** Clocks of two hosts may differ by this much. */
const skewSeconds = 5;
const maxTokenChars = 4_096;

const seconds = z.number().int().nonnegative();

/** The claims of our own tokens. Every one is required. */
const claimsSchema = z.object({
  iss: z.literal(issuer),
  aud: z.literal(audience),
  sub: z.uuid(),
  sid: z.uuid(),
  tid: z.uuid(),
  role: z.enum(roles),
  is_admin: z.boolean(),
  token_use: z.literal('access'),
  iat: seconds,
  nbf: seconds,
  exp: seconds,
  jti: z.uuid(),
});

export type AccessClaims = z.infer<typeof claimsSchema>;

/** Goes into limits and the audit trail. */
const shownText = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,128}$/u);

/** What S0 promises of a token that another service signed with the shared secret. */
const sharedClaimsSchema = z.object({
  exp: z.number(),
  nbf: z.number().optional(),
  is_admin: z.boolean().default(false),
  sub: z.union([shownText, z.number()]).default('unknown'),
  jti: shownText.default('none'),
});

const headerSchema = z.object({
  alg: z.literal('HS256'),
  typ: z.string().optional(),
  kid: z.string().max(64).optional(),
  crit: z.never().optional(),
});

/** Who made a token: this application, or a service that shares its secret. */
export type TokenOrigin = 'own' | 'shared';

/** The key that must have signed a token, found before its signature is checked. */
export interface ExpectedKey {
  readonly origin: TokenOrigin;
  readonly key: SigningKey;
}

function decodedHeader(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Chooses the key by the header: ours by `typ` and `kid`. `jku`, `jwk` and `x5u` are ignored, `crit` is refused, since
 * we understand no extension.
 * @param trustShared whether a token without our `typ` and `kid` may be of a service that shares the current secret
 * @throws auth.token_invalid
 */
export function expectedKey(token: string, ring: Pick<KeyRing, 'current' | 'byId'>, trustShared: boolean): ExpectedKey {
  if (token.length > maxTokenChars) throw invalidToken(new Error('longer than any token of ours'));
  const header = headerSchema.safeParse(decodedHeader(token));
  if (!header.success) throw invalidToken(new Error('the header is not one of an HS256 token without crit'));
  const { typ, kid } = header.data;
  const own = kid === undefined ? undefined : ring.byId(kid);
  if (own && typ === tokenType) return { origin: 'own', key: own };
  if (trustShared && typ !== tokenType) return { origin: 'shared', key: ring.current };
  throw invalidToken(new Error('unknown kid or typ'));
}

function checkTimes(times: { exp: number; nbf?: number; iat?: number }, nowMs: number): void {
  const now = nowMs / 1000;
  if (now >= times.exp + skewSeconds) throw tokenExpired();
  for (const start of [times.nbf, times.iat]) {
    if (start !== undefined && start > now + skewSeconds) throw invalidToken(new Error('not valid yet'));
  }
}

function ownPrincipal(payload: unknown, nowMs: number): Principal {
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) throw invalidToken(claims.error);
  const { sub, sid, tid, role, exp, jti } = claims.data;
  checkTimes(claims.data, nowMs);
  if (claims.data.is_admin !== (role === 'admin')) throw invalidToken(new Error('is_admin contradicts the role'));
  return {
    userId: sub,
    sessionId: sid,
    tenantId: tid,
    role,
    isAdmin: role === 'admin',
    tokenId: jti,
    expiresAtMs: exp * 1000,
  };
}

function sharedPrincipal(payload: unknown, nowMs: number): Principal {
  const claims = sharedClaimsSchema.safeParse(payload);
  if (!claims.success) throw invalidToken(claims.error);
  checkTimes(claims.data, nowMs);
  return {
    userId: `shared:${claims.data.sub}`,
    sessionId: null,
    tenantId: DEFAULT_TENANT_ID,
    // The role that reads the statistics and nothing else; without is_admin one that does not.
    role: claims.data.is_admin ? 'platform_operator' : 'viewer',
    isAdmin: claims.data.is_admin,
    tokenId: claims.data.jti,
    expiresAtMs: claims.data.exp * 1000,
  };
}

/**
 * The principal of a token whose signature is already verified.
 * @throws auth.token_expired, auth.token_invalid
 */
export function principalOf(origin: TokenOrigin, payload: unknown, nowMs: number): Principal {
  return origin === 'own' ? ownPrincipal(payload, nowMs) : sharedPrincipal(payload, nowMs);
}

/** What an Authorization header (RFC 6750) holds. */
export type Bearer =
  { readonly kind: 'none' } | { readonly kind: 'malformed' } | { readonly kind: 'token'; token: string };

/** Reads the header; the scheme is case-insensitive, one blank separates it from the token. */
export function readBearer(header: string | undefined): Bearer {
  if (header === undefined || header === '') return { kind: 'none' };
  const match = /^bearer ([^\s,]+)$/i.exec(header);
  return match?.[1] === undefined ? { kind: 'malformed' } : { kind: 'token', token: match[1] };
}

/** Any failure on the way to a principal as one of the four answers. */
export function identityFailure(thrown: unknown): AppError {
  return thrown instanceof AppError ? thrown : invalidToken(thrown);
}
