import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The answer to a request that carried an Idempotency-Key, kept for a day. */
@Entity('idempotency_keys')
export class IdempotencyKeyEntity {
  @Column('uuid', { name: 'tenant_id' })
  tenantId: string;

  @PrimaryColumn('uuid', { name: 'user_id' })
  userId: string;

  @PrimaryColumn('text')
  operation: string;

  /** SHA-256 of the key. */
  @PrimaryColumn('bytea', { name: 'key_hash' })
  keyHash: Buffer;

  /** SHA-256 of the request without its secrets: the same key with another request is refused. */
  @Column('bytea')
  fingerprint: Buffer;

  /** The body that was answered; null only inside the transaction that computes it. */
  @Column('jsonb', { nullable: true })
  answer: unknown;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}
