import { Injectable } from '@nestjs/common';
import type { Principal } from '../core/index.js';
import { Database } from '../database/index.js';
import { AuditTrail } from './audit.trail.js';
import { badInput, sessionEnded } from './auth.errors.js';
import { actorOf, type Client } from './caller.js';
import type { ChangePasswordBody } from './dto/session.dto.js';
import { UserEntity } from './entities/user.entity.js';
import { LoginLimits } from './login.limits.js';
import { PasswordHasher } from './password.hasher.js';
import { Revocations } from './revocations.js';
import { revokeSessionsOf } from './session.repository.js';
import { findUser } from './user.repository.js';

/** What users do with their own account. */
@Injectable()
export class AccountService {
  constructor(
    private readonly database: Database,
    private readonly limits: LoginLimits,
    private readonly hasher: PasswordHasher,
    private readonly revocations: Revocations,
    private readonly audit: AuditTrail,
  ) {}

  /** @throws auth.session_ended when the user was deleted a moment ago */
  async get(principal: Principal): Promise<UserEntity> {
    const user = await this.database.run((em) => findUser(em, principal, principal.userId));
    if (!user) throw sessionEnded();
    return user;
  }

  /**
   * Sets a new password and ends every session of the user, this one too: whoever knew the old password is out.
   * A wrong current password counts like a failed login.
   */
  async changePassword(principal: Principal, client: Client, body: ChangePasswordBody): Promise<void> {
    const user = await this.get(principal);
    if (body.new_password === body.current_password) {
      throw badInput('/new_password', 'is the current password');
    }
    const attempt = this.limits.attempt(user.email, client.address);
    const changed = await this.replace(principal, client, user, body).catch((error: unknown) => {
      attempt.undecided();
      throw error;
    });
    if (!changed) throw badInput('/current_password', 'is not the current password');
    attempt.succeeded();
  }

  /** @returns false when the current password is wrong */
  private async replace(
    principal: Principal,
    client: Client,
    user: UserEntity,
    body: ChangePasswordBody,
  ): Promise<boolean> {
    const event = { ...actorOf(principal, client), action: 'account.password_changed', target: `user:${user.id}` };
    if (!(await this.hasher.verify(user.passwordHash, body.current_password))) {
      await this.audit.record({ ...event, outcome: 'failure', details: {} });
      return false;
    }
    const passwordHash = await this.hasher.hash(body.new_password);
    const ended = await this.database.transaction(async (em) => {
      const unchanged = { id: user.id, passwordHash: user.passwordHash };
      const { affected } = await em.update(UserEntity, unchanged, { passwordHash, updatedAt: () => 'now()' });
      if (affected !== 1) return undefined;
      const ids = await revokeSessionsOf(em, user.id, 'password_changed');
      await this.audit.write(em, { ...event, outcome: 'success', details: { sessions_ended: ids.length } });
      return ids;
    });
    if (!ended) return false;
    this.revocations.add(ended);
    return true;
  }
}
