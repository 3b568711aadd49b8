import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Principal } from '../core/index.js';
import { badInput, keyReused } from './auth.errors.js';
import { IdempotencyKeyEntity } from './entities/idempotency-key.entity.js';

/** What makes a repeated request the same request. */
export interface RepeatableRequest {
  readonly principal: Pick<Principal, 'tenantId' | 'userId'>;
  /** Operation id: the same key may be used once for each operation. */
  readonly operation: string;
  readonly key: string;
  /** The request without its secrets: a fast hash of a password must not be stored. */
  readonly content: unknown;
}

const keptHours = 24;
const keyForm = /^[\x21-\x7e]{1,255}$/;

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** @throws auth.input_invalid when the header is not 1 to 255 printable ASCII characters */
export function idempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || keyForm.test(header)) return header;
  throw badInput('Idempotency-Key', 'is not 1 to 255 printable ASCII characters without blanks');
}

/**
 * Does the work once for each key, in the caller's transaction, and answers a repetition with the first answer. Of two
 * requests at once the second waits for the first. A failed first request leaves no trace, so it may be repeated.
 * @throws auth.idempotency_key_reused when the key came with another content before
 */
export async function answerOnce<T>(em: EntityManager, request: RepeatableRequest, work: () => Promise<T>): Promise<T> {
  const { userId, tenantId } = request.principal;
  const keyHash = sha256(request.key);
  const fingerprint = sha256(JSON.stringify(request.content));
  // An expired key is taken over; a live one is left, and then no row comes back.
  const claimed: unknown[] = await em.query(
    `INSERT INTO idempotency_keys (tenant_id, user_id, operation, key_hash, fingerprint, expires_at)
     VALUES ($1, $2, $3, $4, $5, now() + make_interval(hours => $6))
     ON CONFLICT (user_id, operation, key_hash) DO UPDATE
       SET fingerprint = excluded.fingerprint, expires_at = excluded.expires_at, created_at = now(), answer = NULL
       WHERE idempotency_keys.expires_at <= now()
     RETURNING 1`,
    [tenantId, userId, request.operation, keyHash, fingerprint, keptHours],
  );
  const row = { userId, operation: request.operation, keyHash };
  if (claimed.length === 0) {
    const known = await em.findOneByOrFail(IdempotencyKeyEntity, row);
    if (!known.fingerprint.equals(fingerprint)) throw keyReused();
    return known.answer as T;
  }
  const answer = await work();
  await em.query('UPDATE idempotency_keys SET answer = $4 WHERE user_id = $1 AND operation = $2 AND key_hash = $3', [
    userId,
    request.operation,
    keyHash,
    JSON.stringify(answer),
  ]);
  return answer;
}
