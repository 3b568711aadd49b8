import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';

export type AuditOutcome = 'success' | 'failure' | 'denied';

/** `pg` hands out bigint as text; the counter stays far below 2^53. */
const wholeNumber: ValueTransformer = { from: (value: string) => Number(value), to: (value: unknown) => value };

/** What happened, who did it and from where. The database refuses to change or remove a row. */
@Entity('audit_events')
export class AuditEventEntity {
  @PrimaryColumn('bigint', { transformer: wholeNumber, generated: 'increment' })
  id: number;

  @Column('timestamptz')
  at: Date;

  @Column('uuid', { name: 'tenant_id' })
  tenantId: string;

  /** Id of the user, `shared:<sub>`, `system`, or null when nobody was signed in. */
  @Column('text', { nullable: true })
  actor: string | null;

  /** Dotted, the object first: `user.role_changed`. */
  @Column('text')
  action: string;

  /** What was acted on: `user:<id>`. */
  @Column('text', { nullable: true })
  target: string | null;

  @Column('text', { nullable: true })
  address: string | null;

  @Column('text')
  outcome: AuditOutcome;

  /** Never a secret. */
  @Column('jsonb')
  details: Readonly<Record<string, unknown>>;
}
