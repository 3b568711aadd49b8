import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AlertStatus } from '../alert.js';
import type { Severity } from '../alerts.threshold.js';

/** One alert, kept for good. Columns of the contract (S3-15), and what a threshold's alert is about. */
@Entity('alerts')
export class AlertEntity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId: string;

  /** null: not about a device. */
  @Column('uuid', { name: 'device_id', nullable: true })
  deviceId: string | null;

  /** null: raised by a threshold and not by a rule. */
  @Column('uuid', { name: 'rule_id', nullable: true })
  ruleId: string | null;

  @Column('text', { name: 'threshold_id', nullable: true })
  thresholdId: string | null;

  /** Identity of the condition; at most one open alert of a tenant has it. */
  @Column('text')
  fingerprint: string;

  @Column('text')
  component: string;

  @Column('text')
  metric: string;

  @Column('jsonb')
  labels: Readonly<Record<string, string>>;

  @Column('text')
  severity: Severity;

  @Column('text')
  message: string;

  @Column('double precision', { nullable: true })
  value: number | null;

  @Column('double precision', { nullable: true })
  threshold: number | null;

  @Column('text')
  status: AlertStatus;

  @Column('timestamptz', { name: 'started_at' })
  startedAt: Date;

  @Column('timestamptz', { name: 'fired_at' })
  firedAt: Date;

  /** Id of the user; a text, so that it outlives the account. */
  @Column('text', { name: 'acknowledged_by', nullable: true })
  acknowledgedBy: string | null;

  @Column('timestamptz', { name: 'acknowledged_at', nullable: true })
  acknowledgedAt: Date | null;

  /** Id of the user; null when it cleared by itself. */
  @Column('text', { name: 'resolved_by', nullable: true })
  resolvedBy: string | null;

  @Column('timestamptz', { name: 'resolved_at', nullable: true })
  resolvedAt: Date | null;

  /** From the start to the end, by the monotonic clock. */
  @Column('double precision', { name: 'duration_seconds', nullable: true })
  durationSeconds: number | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('jsonb')
  metadata: Readonly<Record<string, unknown>>;
}
