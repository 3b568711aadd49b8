import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Client } from './caller.js';
import { SessionEntity, type RevokeReason } from './entities/session.entity.js';
import { RefreshTokenEntity } from './entities/refresh-token.entity.js';
import { UserEntity } from './entities/user.entity.js';
import { changedRows } from './rows.js';

/** A session with the one refresh token that continues it. The token is told once and stored only as a hash. */
export interface OpenedSession {
  readonly sessionId: string;
  readonly endsAtMs: number;
  readonly refreshToken: string;
}

function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

async function addRefreshToken(
  em: EntityManager,
  session: { id: string; tenantId: string; expiresAt: Date },
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await em.insert(RefreshTokenEntity, {
    hash: sha256(token),
    tenantId: session.tenantId,
    sessionId: session.id,
    expiresAt: session.expiresAt,
  });
  return token;
}

/** Opens a session at a login. */
export async function openSession(
  em: EntityManager,
  user: Pick<UserEntity, 'id' | 'tenantId'>,
  client: Client,
  endsAtMs: number,
): Promise<OpenedSession> {
  const session = { id: randomUUID(), tenantId: user.tenantId, expiresAt: new Date(endsAtMs) };
  await em.insert(SessionEntity, { ...session, userId: user.id, address: client.address, userAgent: client.userAgent });
  return { sessionId: session.id, endsAtMs, refreshToken: await addRefreshToken(em, session) };
}

/** What presenting a refresh token came to. */
export type Rotation =
  | { readonly outcome: 'rotated'; readonly session: OpenedSession; readonly user: UserEntity }
  /** Unknown, expired, or of an ended session. */
  | { readonly outcome: 'invalid' }
  /** Used before: somebody else has it. The whole family is ended. */
  | { readonly outcome: 'reused'; readonly session: SessionEntity; readonly revoked: readonly string[] };

/**
 * Exchanges a refresh token for the next one. Marking it used is one conditional UPDATE, so of any number of requests
 * with the same token exactly one gets the next. Commit also when the outcome is `reused`.
 */
export async function rotateRefreshToken(em: EntityManager, token: string, nowMs: number): Promise<Rotation> {
  const hash = sha256(token);
  const used = await changedRows<{ session_id: string }>(
    em,
    'UPDATE refresh_tokens SET used_at = now() WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING session_id',
    [hash, new Date(nowMs)],
  );
  const sessionId = used[0]?.session_id;
  if (sessionId === undefined) return reuseOf(em, hash);
  const known = await em.findOneBy(SessionEntity, { id: sessionId });
  if (!known?.userId) return { outcome: 'invalid' };
  // Locked against a change of the user that revokes all sessions: it waits, and then sees the new token's session.
  const user = await em.findOne(UserEntity, { where: { id: known.userId }, lock: { mode: 'pessimistic_read' } });
  const session = await em.findOneBy(SessionEntity, { id: sessionId });
  if (!user || user.disabledAt || !session || session.revokedAt) return { outcome: 'invalid' };
  const refreshToken = await addRefreshToken(em, session);
  return { outcome: 'rotated', user, session: { sessionId, endsAtMs: session.expiresAt.getTime(), refreshToken } };
}

async function reuseOf(em: EntityManager, hash: Buffer): Promise<Rotation> {
  const token = await em.findOneBy(RefreshTokenEntity, { hash });
  if (!token?.usedAt) return { outcome: 'invalid' };
  const revoked = await revokeSession(em, token.sessionId, 'refresh_reused');
  const session = await em.findOneBy(SessionEntity, { id: token.sessionId });
  // A family that has ended already is not news.
  return session && revoked.length > 0 ? { outcome: 'reused', session, revoked } : { outcome: 'invalid' };
}

const revoke = 'UPDATE sessions SET revoked_at = now(), revoke_reason = $2 WHERE revoked_at IS NULL AND';

/** @returns ids of the sessions that this call ended */
async function revokeWhere(em: EntityManager, condition: string, values: readonly unknown[]): Promise<string[]> {
  const rows = await changedRows<{ id: string }>(em, `${revoke} ${condition} RETURNING id`, values);
  return rows.map((row) => row.id);
}

export function revokeSession(em: EntityManager, sessionId: string, reason: RevokeReason): Promise<string[]> {
  return revokeWhere(em, 'id = $1', [sessionId, reason]);
}

export function revokeSessionsOf(em: EntityManager, userId: string, reason: RevokeReason): Promise<string[]> {
  return revokeWhere(em, 'user_id = $1', [userId, reason]);
}

/** Ends the oldest sessions of a user beyond the `keep` newest. */
export function revokeOldest(em: EntityManager, userId: string, keep: number): Promise<string[]> {
  const surplus = `id IN (
    SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()
    ORDER BY created_at DESC, id OFFSET $3)`;
  return revokeWhere(em, surplus, [userId, 'too_many_sessions' satisfies RevokeReason, keep]);
}

/** Ids of the sessions that were ended in the last `seconds`, oldest first, by the database's own clock. */
export async function recentlyRevoked(em: EntityManager, seconds: number, limit: number): Promise<string[]> {
  const rows: { id: string }[] = await em.query(
    `SELECT id FROM sessions WHERE revoked_at > now() - make_interval(secs => $1) ORDER BY revoked_at LIMIT $2`,
    [seconds, limit],
  );
  return rows.map((row) => row.id);
}

export async function markSeen(em: EntityManager, sessionIds: readonly string[]): Promise<void> {
  await em.query('UPDATE sessions SET last_seen_at = now() WHERE id = ANY($1::uuid[]) AND revoked_at IS NULL', [
    sessionIds,
  ]);
}
