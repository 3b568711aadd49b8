import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import type { Principal, Role } from '../core/index.js';
import { UserEntity } from './entities/user.entity.js';
import { changedRows } from './rows.js';

/** Whose rows a query may touch. */
export type TenantScope = Pick<Principal, 'tenantId'>;

/** What a list of users is narrowed to. */
export interface UserFilter {
  readonly search?: string | undefined;
  readonly role?: Role | undefined;
  readonly status?: 'active' | 'disabled' | undefined;
}

/** At a login nobody is known yet, so the address is unique over all tenants. @param email lower case */
export function findByEmail(em: EntityManager, email: string): Promise<UserEntity | null> {
  return em.findOneBy(UserEntity, { email });
}

export function findUser(em: EntityManager, scope: TenantScope, id: string): Promise<UserEntity | null> {
  return em.findOneBy(UserEntity, { id, tenantId: scope.tenantId });
}

/** Reads and locks a user until the end of the transaction. */
export function lockUser(em: EntityManager, scope: TenantScope, id: string): Promise<UserEntity | null> {
  return em.findOne(UserEntity, { where: { id, tenantId: scope.tenantId }, lock: { mode: 'pessimistic_write' } });
}

/**
 * Locks the active admins of a tenant until the end of the transaction, in one order for everybody: of two requests
 * that each remove an admin the second sees what the first left.
 * @returns their ids
 */
export async function lockActiveAdmins(em: EntityManager, scope: TenantScope): Promise<readonly string[]> {
  const rows: { id: string }[] = await em.query(
    `SELECT id FROM users WHERE tenant_id = $1 AND role = 'admin' AND disabled_at IS NULL ORDER BY id FOR UPDATE`,
    [scope.tenantId],
  );
  return rows.map((row) => row.id);
}

/**
 * Stamps a login, if the user is still as it was when the password was checked.
 * @param rehashed the password under newer parameters, when the stored hash is outdated
 * @returns false when the user was changed, disabled or deleted meanwhile
 */
export async function recordLogin(em: EntityManager, user: UserEntity, rehashed: string | undefined): Promise<boolean> {
  const rows = await changedRows(
    em,
    `UPDATE users SET last_login_at = now(), password_hash = COALESCE($3, password_hash)
     WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL AND role = $4 RETURNING id`,
    [user.id, user.passwordHash, rehashed ?? null, user.role],
  );
  return rows.length === 1;
}

function matching(em: EntityManager, scope: TenantScope, filter: UserFilter): SelectQueryBuilder<UserEntity> {
  const query = em.createQueryBuilder(UserEntity, 'u').where('u.tenantId = :tenantId', { tenantId: scope.tenantId });
  if (filter.role !== undefined) query.andWhere('u.role = :role', { role: filter.role });
  if (filter.status !== undefined) query.andWhere(`u.disabledAt IS ${filter.status === 'active' ? '' : 'NOT '}NULL`);
  if (filter.search !== undefined) {
    const pattern = `%${filter.search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
    query.andWhere('(u.email LIKE :pattern OR lower(u.name) LIKE :pattern)', { pattern });
  }
  return query;
}

/** One page in order of e-mail addresses. @param after address of the last user of the page before */
export async function listUsers(
  em: EntityManager,
  scope: TenantScope,
  filter: UserFilter,
  page: { limit: number; after: string | undefined },
): Promise<{ readonly users: readonly UserEntity[]; readonly more: boolean; readonly total: number }> {
  const total = await matching(em, scope, filter).getCount();
  const query = matching(em, scope, filter);
  // Byte order, whatever the database's collation: the comparison and the order must be the same, and an index serves both.
  if (page.after !== undefined) query.andWhere('u.email COLLATE "C" > :after', { after: page.after });
  const found = await query
    .orderBy('u.email COLLATE "C"')
    .limit(page.limit + 1)
    .getMany();
  return { users: found.slice(0, page.limit), more: found.length > page.limit, total };
}
