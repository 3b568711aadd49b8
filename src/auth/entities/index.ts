import { AuditEventEntity } from './audit-event.entity.js';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';
import { RefreshTokenEntity } from './refresh-token.entity.js';
import { SessionEntity } from './session.entity.js';
import { UserEntity } from './user.entity.js';

/** Everything this feature stores, for `DatabaseModule.forRoot`. */
export const authEntities = [
  AuditEventEntity,
  IdempotencyKeyEntity,
  RefreshTokenEntity,
  SessionEntity,
  UserEntity,
] as const;
