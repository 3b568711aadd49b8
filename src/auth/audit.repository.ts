import type { EntityManager } from 'typeorm';
import type { AuditEntry } from './audit.entry.js';
import type { ListAuditEventsQuery } from './dto/audit-event.dto.js';
import { AuditEventEntity } from './entities/audit-event.entity.js';
import type { TenantScope } from './user.repository.js';

/** An entry and when it happened; null: now, by the database. */
export interface DatedEntry {
  readonly entry: AuditEntry;
  readonly at: Date | null;
}

/** Appends entries in one statement. */
export async function insertAuditEvents(em: EntityManager, entries: readonly DatedEntry[]): Promise<void> {
  const rows = entries.map(({ entry: { id, tenantId, ...rest }, at }) => ({
    ...rest,
    at,
    actor: id,
    tenant_id: tenantId,
  }));
  await em.query(
    `INSERT INTO audit_events (at, tenant_id, actor, action, target, address, outcome, details)
     SELECT COALESCE(r.at, now()), r.tenant_id, r.actor, r.action, r.target, r.address, r.outcome, r.details
     FROM jsonb_to_recordset($1::jsonb) AS r (at timestamptz, tenant_id uuid, actor text, action text, target text,
                                              address text, outcome text, details jsonb)`,
    [JSON.stringify(rows)],
  );
}

/** One page of a tenant's audit trail, newest first. */
export async function listAuditEvents(
  em: EntityManager,
  scope: TenantScope,
  query: ListAuditEventsQuery,
): Promise<{ readonly events: readonly AuditEventEntity[]; readonly more: boolean }> {
  const found = em
    .createQueryBuilder(AuditEventEntity, 'e')
    .where('e.tenantId = :tenantId', { tenantId: scope.tenantId })
    .orderBy('e.id', 'DESC')
    .limit(query.limit + 1);
  if (query.cursor !== undefined) found.andWhere('e.id < :before', { before: query.cursor });
  for (const field of ['action', 'actor', 'target', 'outcome'] as const) {
    if (query[field] !== undefined) found.andWhere(`e.${field} = :${field}`, { [field]: query[field] });
  }
  if (query.from !== undefined) found.andWhere('e.at >= :from', { from: new Date(query.from) });
  if (query.to !== undefined) found.andWhere('e.at < :to', { to: new Date(query.to) });
  const events = await found.getMany();
  return { events: events.slice(0, query.limit), more: events.length > query.limit };
}
