import type { Role } from '../core/index.js';
import type { RevokeReason } from './entities/session.entity.js';
import type { UserEntity } from './entities/user.entity.js';

/** What an admin wants a user to be; undefined leaves it as it is. */
export interface WantedUser {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  readonly disabled?: boolean | undefined;
  readonly passwordHash?: string | undefined;
}

/** One audited change of a user. */
export interface UserChange {
  readonly action: 'user.renamed' | 'user.role_changed' | 'user.disabled' | 'user.enabled' | 'user.password_reset';
  readonly set: Partial<Pick<UserEntity, 'name' | 'role' | 'disabledAt' | 'passwordHash'>>;
  /** Why the sessions of the user end with it; null when they go on. */
  readonly revokes: RevokeReason | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The steps from what a user is to what is wanted; empty when nothing differs. */
export function changesOf(user: UserEntity, wanted: WantedUser, nowMs: number): readonly UserChange[] {
  const changes: UserChange[] = [];
  if (wanted.name !== undefined && wanted.name !== user.name) {
    changes.push({ action: 'user.renamed', set: { name: wanted.name }, revokes: null, details: {} });
  }
  if (wanted.role !== undefined && wanted.role !== user.role) {
    const details = { from: user.role, to: wanted.role };
    changes.push({ action: 'user.role_changed', set: { role: wanted.role }, revokes: 'role_changed', details });
  }
  if (wanted.disabled === true && user.disabledAt === null) {
    const set = { disabledAt: new Date(nowMs) };
    changes.push({ action: 'user.disabled', set, revokes: 'disabled', details: {} });
  }
  if (wanted.disabled === false && user.disabledAt !== null) {
    changes.push({ action: 'user.enabled', set: { disabledAt: null }, revokes: null, details: {} });
  }
  if (wanted.passwordHash !== undefined) {
    const set = { passwordHash: wanted.passwordHash };
    changes.push({ action: 'user.password_reset', set, revokes: 'password_changed', details: {} });
  }
  return changes;
}
