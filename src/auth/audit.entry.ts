import type { Actor } from './caller.js';
import type { AuditOutcome } from './entities/audit-event.entity.js';

/** One thing that happened. `details` holds no secret. */
export interface AuditEntry {
  readonly tenantId: string;
  /** Who: a user's id, `system`, or null when nobody is signed in. */
  readonly id: Actor['id'];
  readonly address: string | null;
  /** Dotted, the object first: `user.role_changed`. */
  readonly action: string;
  /** `user:<id>`, `session:<id>`; null where the action says it all. */
  readonly target: string | null;
  readonly outcome: AuditOutcome;
  readonly details: Readonly<Record<string, unknown>>;
}
