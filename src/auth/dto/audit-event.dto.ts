import { z } from 'zod';
import { isoTime } from '../../core/index.js';
import type { AuditEventEntity } from '../entities/audit-event.entity.js';
import { pageLimit, searchText } from './fields.js';

const outcome = z.enum(['success', 'failure', 'denied']);

/** Unnamed on purpose: only an inline object becomes single query parameters in the API description. */
export const listAuditEventsQuery = z.strictObject({
  limit: pageLimit,
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'is not a cursor of this list')
    .optional(),
  action: searchText(100).optional().describe('Exact, such as login.failed.'),
  actor: searchText(200).optional().describe('Id of a user, or system.'),
  target: searchText(200).optional().describe('What was acted on, such as user:<id>.'),
  outcome: outcome.optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
export type ListAuditEventsQuery = z.infer<typeof listAuditEventsQuery>;

export const auditEventSchema = z
  .object({
    id: z.int(),
    at: z.iso.datetime(),
    actor: z.string().nullable().describe('Id of the user, system, or null when nobody was signed in.'),
    action: z.string(),
    target: z.string().nullable(),
    address: z.string().nullable(),
    outcome,
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEvent' });
export type AuditEventView = z.infer<typeof auditEventSchema>;

export const auditEventPageSchema = z
  .object({ items: z.array(auditEventSchema), next_cursor: z.string().nullable() })
  .meta({ id: 'AuditEventPage' });
export type AuditEventPageView = z.infer<typeof auditEventPageSchema>;

export function auditEventView(event: AuditEventEntity): AuditEventView {
  return {
    id: event.id,
    at: isoTime(event.at.getTime()),
    actor: event.actor,
    action: event.action,
    target: event.target,
    address: event.address,
    outcome: event.outcome,
    details: { ...event.details },
  };
}
