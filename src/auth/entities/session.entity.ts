import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Why a session ended before its time. */
export type RevokeReason =
  'logout' | 'password_changed' | 'role_changed' | 'disabled' | 'deleted' | 'refresh_reused' | 'too_many_sessions';

/** One login and all refresh tokens that descend from it. */
@Entity('sessions')
export class SessionEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId: string;

  /** null after the user was deleted; such a session is always revoked. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId: string | null;

  /** Where the login came from. */
  @Column('text', { nullable: true })
  address: string | null;

  /** First 256 characters of the User-Agent of the login. */
  @Column('text', { name: 'user_agent', nullable: true })
  userAgent: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  /** Last authenticated request, up to 30 s late. */
  @Column('timestamptz', { name: 'last_seen_at' })
  lastSeenAt: Date;

  /** Absolute: refreshing does not extend it. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  @Column('text', { name: 'revoke_reason', nullable: true })
  revokeReason: RevokeReason | null;
}
