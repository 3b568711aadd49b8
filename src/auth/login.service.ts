import { Injectable } from '@nestjs/common';
import { Timed } from '../collect/index.js';
import { AppError } from '../core/index.js';
import { Database, DEFAULT_TENANT_ID } from '../database/index.js';
import { AuditTrail } from './audit.trail.js';
import { badCredentials } from './auth.errors.js';
import { AuthInstruments } from './auth.instruments.js';
import type { Client } from './caller.js';
import type { LoginBody, TokensView } from './dto/session.dto.js';
import type { UserEntity } from './entities/user.entity.js';
import { LoginLimits } from './login.limits.js';
import { PasswordHasher } from './password.hasher.js';
import { SessionsService } from './sessions.service.js';
import { findByEmail } from './user.repository.js';

/**
 * Signs in with e-mail and password. An unknown user, a wrong password and a disabled user get the same answer after
 * the same work: one query, one hash, one audit row.
 */
@Injectable()
export class LoginService {
  constructor(
    private readonly database: Database,
    private readonly limits: LoginLimits,
    private readonly hasher: PasswordHasher,
    private readonly sessions: SessionsService,
    private readonly audit: AuditTrail,
    private readonly instruments: AuthInstruments,
  ) {}

  /** @throws auth.credentials_invalid, auth.login_limited, auth.busy, or `unavailable` without the database */
  @Timed()
  async login(credentials: LoginBody, client: Client): Promise<TokensView> {
    const attempt = this.counted(() => this.limits.attempt(credentials.email, client.address));
    let tokens: TokensView | undefined;
    try {
      tokens = await this.signIn(credentials, client);
    } catch (error) {
      attempt.undecided();
      this.instruments.login('unavailable');
      throw error;
    }
    if (!tokens) {
      this.instruments.login('failure');
      throw badCredentials();
    }
    attempt.succeeded();
    this.instruments.login('success');
    return tokens;
  }

  private counted<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof AppError && error.kind === 'limited') this.instruments.login('limited');
      throw error;
    }
  }

  /** @returns undefined when the credentials are not those of an active user */
  private async signIn({ email, password }: LoginBody, client: Client): Promise<TokensView | undefined> {
    const user = (await this.database.run((em) => findByEmail(em, email))) ?? undefined;
    const matches = await this.hasher.verify(user?.passwordHash, password);
    if (user && matches && !user.disabledAt) {
      const tokens = await this.sessions.open(user, client, await this.rehash(user, password));
      if (tokens) return tokens;
    }
    await this.recordFailure(user, email, client);
    return undefined;
  }

  private rehash(user: UserEntity, password: string): Promise<string | undefined> {
    return this.hasher.isOutdated(user.passwordHash) ? this.hasher.hash(password) : Promise.resolve(undefined);
  }

  private recordFailure(user: UserEntity | undefined, email: string, client: Client): Promise<void> {
    return this.audit.record({
      tenantId: user?.tenantId ?? DEFAULT_TENANT_ID,
      id: null,
      address: client.address,
      action: 'login.failed',
      target: user ? `user:${user.id}` : null,
      outcome: 'failure',
      // The address is told for known users only: people type their password into the wrong field.
      details: user ? { email, disabled: user.disabledAt !== null } : {},
    });
  }
}
