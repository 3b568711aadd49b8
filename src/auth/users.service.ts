import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { Clock, type Principal } from '../core/index.js';
import { Database, isUniqueViolation } from '../database/index.js';
import { AuditTrail } from './audit.trail.js';
import { badInput, emailTaken, lastAdmin, userNotFound } from './auth.errors.js';
import { actorOf, type Client } from './caller.js';
import {
  userView,
  type ChangeUserBody,
  type ListUsersQuery,
  type RegisterBody,
  type UserPageView,
  type UserView,
} from './dto/user.dto.js';
import { UserEntity } from './entities/user.entity.js';
import { answerOnce } from './idempotency.js';
import { PasswordHasher } from './password.hasher.js';
import { Revocations } from './revocations.js';
import { revokeSessionsOf } from './session.repository.js';
import { changesOf, type UserChange } from './user.change.js';
import { findUser, listUsers, lockActiveAdmins, lockUser } from './user.repository.js';

/** Who acts, and from where. */
export interface By {
  readonly principal: Principal;
  readonly client: Client;
}

/** What admins do with users. Every change is audited in its own transaction. */
@Injectable()
export class UsersService {
  constructor(
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
    private readonly revocations: Revocations,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * @param key Idempotency-Key of the request
   * @throws auth.email_taken, auth.idempotency_key_reused
   */
  async register(by: By, body: RegisterBody, key: string | undefined): Promise<UserView> {
    const { password, ...content } = body;
    const passwordHash = await this.hasher.hash(password);
    try {
      return await this.database.transaction((em) => {
        const work = async (): Promise<UserView> => userView(await this.insert(em, by, content, passwordHash));
        if (key === undefined) return work();
        return answerOnce(em, { principal: by.principal, operation: 'registerUser', key, content }, work);
      });
    } catch (error) {
      if (isUniqueViolation(error, 'users_email_unique')) throw emailTaken();
      throw error;
    }
  }

  async list(principal: Principal, query: ListUsersQuery): Promise<UserPageView> {
    const page = { limit: query.limit, after: addressOf(query.cursor) };
    const { users, more, total } = await this.database.run((em) => listUsers(em, principal, query, page));
    const last = users.at(-1);
    return { items: users.map(userView), next_cursor: more && last ? cursorOf(last.email) : null, total };
  }

  /** @throws auth.user_not_found, also for a user of another tenant */
  async get(principal: Principal, id: string): Promise<UserEntity> {
    const user = await this.database.run((em) => findUser(em, principal, id));
    if (!user) throw userNotFound();
    return user;
  }

  /** @throws auth.user_not_found, auth.last_admin */
  async change(by: By, id: string, body: ChangeUserBody): Promise<UserEntity> {
    const passwordHash = body.password === undefined ? undefined : await this.hasher.hash(body.password);
    const result = await this.database.transaction(async (em) => {
      const admins = await lockActiveAdmins(em, by.principal);
      const user = await lockUser(em, by.principal, id);
      if (!user) throw userNotFound();
      const changes = changesOf(user, { ...body, passwordHash }, this.clock.nowMs());
      const removed = changes.some((c) => c.action === 'user.disabled' || c.action === 'user.role_changed');
      if (removed && isLast(admins, id)) throw lastAdmin();
      return { ended: await this.apply(em, by, id, changes), user: (await findUser(em, by.principal, id)) ?? user };
    });
    this.revocations.add(result.ended);
    return result.user;
  }

  /** @throws auth.user_not_found, auth.last_admin */
  async remove(by: By, id: string): Promise<void> {
    const ended = await this.database.transaction(async (em) => {
      const admins = await lockActiveAdmins(em, by.principal);
      const user = await lockUser(em, by.principal, id);
      if (!user) throw userNotFound();
      if (isLast(admins, id)) throw lastAdmin();
      // Before the row goes: the sessions stay behind without a user, and must stay behind ended.
      const ids = await revokeSessionsOf(em, id, 'deleted');
      await em.delete(UserEntity, { id });
      await this.record(em, by, id, 'user.deleted', { email: user.email, role: user.role });
      return ids;
    });
    this.revocations.add(ended);
  }

  private async insert(
    em: EntityManager,
    by: By,
    content: Omit<RegisterBody, 'password'>,
    passwordHash: string,
  ): Promise<UserEntity> {
    const id = randomUUID();
    await em.insert(UserEntity, { id, tenantId: by.principal.tenantId, passwordHash, ...content });
    await this.record(em, by, id, 'user.created', { email: content.email, role: content.role });
    return em.findOneByOrFail(UserEntity, { id });
  }

  /** @returns ids of the sessions that the changes ended */
  private async apply(em: EntityManager, by: By, id: string, changes: readonly UserChange[]): Promise<string[]> {
    const ended: string[] = [];
    for (const change of changes) {
      await em.update(UserEntity, { id }, { ...change.set, updatedAt: () => 'now()' });
      const ids = change.revokes ? await revokeSessionsOf(em, id, change.revokes) : [];
      ended.push(...ids);
      await this.record(em, by, id, change.action, { ...change.details, sessions_ended: ids.length });
    }
    return ended;
  }

  private record(
    em: EntityManager,
    by: By,
    id: string,
    action: string,
    details: Record<string, unknown>,
  ): Promise<void> {
    const actor = actorOf(by.principal, by.client);
    return this.audit.write(em, { ...actor, action, target: `user:${id}`, outcome: 'success', details });
  }
}

function isLast(activeAdmins: readonly string[], id: string): boolean {
  return activeAdmins.length === 1 && activeAdmins[0] === id;
}

function cursorOf(email: string): string {
  return Buffer.from(email).toString('base64url');
}

function addressOf(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const email = Buffer.from(cursor, 'base64url').toString('utf8');
  if (email === '' || cursorOf(email) !== cursor || email.includes('\0')) {
    throw badInput('cursor', 'is not a cursor of this list');
  }
  return email;
}
