import type { EntityManager } from 'typeorm';
import type { Principal } from '../core/index.js';
import { DEFAULT_TENANT_ID } from '../database/index.js';
import type { Alert, AlertStatus } from './alert.js';
import type { ThresholdChange } from './alerts.threshold.js';
import { AlertEntity } from './entities/alert.entity.js';

/** Whose rows a query may touch. */
export type TenantScope = Pick<Principal, 'tenantId'>;

/** The platform's own alerts belong to the tenant that a fresh install has. */
export const platformTenant: TenantScope = { tenantId: DEFAULT_TENANT_ID };

/** A place in the list: after this alert. */
export interface AlertPlace {
  readonly firedAtMs: number;
  readonly id: string;
}

export interface AlertFilter {
  readonly status?: AlertStatus | 'open' | undefined;
  readonly severity?: Alert['severity'] | undefined;
  readonly component?: string | undefined;
}

export function alertOf(row: AlertEntity): Alert {
  return {
    id: row.id,
    fingerprint: row.fingerprint,
    thresholdId: row.thresholdId ?? '',
    component: row.component,
    metric: row.metric,
    labels: row.labels,
    severity: row.severity,
    message: row.message,
    value: row.value ?? 0,
    threshold: row.threshold ?? 0,
    status: row.status,
    startedAtMs: row.startedAt.getTime(),
    firedAtMs: row.firedAt.getTime(),
    acknowledgedBy: row.acknowledgedBy,
    acknowledgedAtMs: row.acknowledgedAt?.getTime() ?? null,
    resolvedAtMs: row.resolvedAt?.getTime() ?? null,
    resolvedBy: row.resolvedBy,
    durationSeconds: row.durationSeconds,
  };
}

/** Adds an alert. Nothing happens when it is there already, or another one is open for the same condition. */
export async function insertAlert(em: EntityManager, scope: TenantScope, alert: Alert): Promise<void> {
  await em.query(
    `INSERT INTO alerts (id, tenant_id, threshold_id, fingerprint, component, metric, labels, severity, message, value,
                         threshold, started_at, fired_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
    [
      alert.id,
      scope.tenantId,
      alert.thresholdId,
      alert.fingerprint,
      alert.component,
      alert.metric,
      JSON.stringify(alert.labels),
      alert.severity,
      alert.message,
      alert.value,
      alert.threshold,
      new Date(alert.startedAtMs),
      new Date(alert.firedAtMs),
    ],
  );
}

/** Ends an alert, unless it is over already. */
export async function endAlert(
  em: EntityManager,
  scope: TenantScope,
  alert: Pick<Alert, 'id' | 'resolvedAtMs' | 'durationSeconds' | 'resolvedBy'>,
): Promise<void> {
  await em.query(
    `UPDATE alerts SET status = 'resolved', resolved_at = $3, duration_seconds = $4, resolved_by = $5
     WHERE tenant_id = $1 AND id = $2 AND resolved_at IS NULL`,
    [scope.tenantId, alert.id, new Date(alert.resolvedAtMs ?? 0), alert.durationSeconds, alert.resolvedBy],
  );
}

/** Marks an alert as seen by somebody, unless it is already. */
export async function acknowledgeAlert(
  em: EntityManager,
  scope: TenantScope,
  id: string,
  by: string,
  atMs: number,
): Promise<void> {
  await em.query(
    `UPDATE alerts SET status = 'acknowledged', acknowledged_by = $3, acknowledged_at = $4
     WHERE tenant_id = $1 AND id = $2 AND status = 'active'`,
    [scope.tenantId, id, by, new Date(atMs)],
  );
}

/** Reads and locks an alert until the end of the transaction. */
export async function lockAlert(em: EntityManager, scope: TenantScope, id: string): Promise<Alert | null> {
  const row = await em.findOne(AlertEntity, {
    where: { id, tenantId: scope.tenantId },
    lock: { mode: 'pessimistic_write' },
  });
  return row && alertOf(row);
}

export async function findAlert(em: EntityManager, scope: TenantScope, id: string): Promise<Alert | null> {
  const row = await em.findOneBy(AlertEntity, { id, tenantId: scope.tenantId });
  return row && alertOf(row);
}

/** Alerts of thresholds that are not over. @param limit more than a book can follow */
export async function openAlerts(em: EntityManager, scope: TenantScope, limit: number): Promise<readonly Alert[]> {
  const rows = await em
    .createQueryBuilder(AlertEntity, 'a')
    .where('a.tenantId = :tenantId AND a.resolvedAt IS NULL AND a.thresholdId IS NOT NULL', scope)
    .orderBy('a.firedAt', 'DESC')
    .limit(limit)
    .getMany();
  return rows.map(alertOf);
}

/** One page, newest first. */
export async function listAlerts(
  em: EntityManager,
  scope: TenantScope,
  filter: AlertFilter,
  page: { readonly limit: number; readonly after: AlertPlace | undefined },
): Promise<{ readonly alerts: readonly Alert[]; readonly more: boolean }> {
  const query = em.createQueryBuilder(AlertEntity, 'a').where('a.tenantId = :tenantId', { tenantId: scope.tenantId });
  if (filter.status === 'open') query.andWhere('a.resolvedAt IS NULL');
  else if (filter.status !== undefined) query.andWhere('a.status = :status', { status: filter.status });
  if (filter.severity !== undefined) query.andWhere('a.severity = :severity', { severity: filter.severity });
  if (filter.component !== undefined) query.andWhere('a.component = :component', { component: filter.component });
  if (page.after !== undefined)
    query.andWhere('(a.firedAt, a.id) < (:at, :id)', { at: new Date(page.after.firedAtMs), id: page.after.id });
  const rows = await query
    .orderBy('a.firedAt', 'DESC')
    .addOrderBy('a.id', 'DESC')
    .limit(page.limit + 1)
    .getMany();
  return { alerts: rows.slice(0, page.limit).map(alertOf), more: rows.length > page.limit };
}

/** The changes of thresholds that were made over the API, in their order. */
export async function storedThresholds(em: EntityManager, scope: TenantScope): Promise<readonly unknown[]> {
  const rows: { change: unknown }[] = await em.query(
    'SELECT change FROM alert_thresholds WHERE tenant_id = $1 ORDER BY position',
    [scope.tenantId],
  );
  return rows.map((row) => row.change);
}

/** Replaces them all. Of two at once the second waits for the first. */
export async function replaceThresholds(
  em: EntityManager,
  scope: TenantScope,
  by: string,
  changes: readonly ThresholdChange[],
): Promise<void> {
  await em.query('LOCK TABLE alert_thresholds IN SHARE ROW EXCLUSIVE MODE');
  await em.query('DELETE FROM alert_thresholds WHERE tenant_id = $1', [scope.tenantId]);
  await em.query(
    `INSERT INTO alert_thresholds (tenant_id, id, position, change, updated_by)
     SELECT $1, c.change->>'id', c.position, c.change, $2
     FROM jsonb_array_elements($3::jsonb) WITH ORDINALITY AS c (change, position)`,
    [scope.tenantId, by, JSON.stringify(changes)],
  );
}
