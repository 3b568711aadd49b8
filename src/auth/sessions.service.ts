import { Inject, Injectable } from '@nestjs/common';
import { Clock, isoTime, type Principal } from '../core/index.js';
import { Database } from '../database/index.js';
import { AccessTokenIssuer } from './access-token.issuer.js';
import { AuditTrail } from './audit.trail.js';
import { authConfig, type AuthConfig } from './auth.config.js';
import { actorOf, type Client } from './caller.js';
import type { TokensView } from './dto/session.dto.js';
import { userView } from './dto/user.dto.js';
import type { UserEntity } from './entities/user.entity.js';
import { Revocations } from './revocations.js';
import { openSession, revokeOldest, revokeSession, type OpenedSession } from './session.repository.js';
import { findUser, recordLogin } from './user.repository.js';

/** Opens and ends sessions. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly database: Database,
    private readonly issuer: AccessTokenIssuer,
    private readonly revocations: Revocations,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    @Inject(authConfig.token) private readonly config: AuthConfig,
  ) {}

  /**
   * Opens a session for a user whose password was right, and ends the user's oldest ones beyond the limit.
   * @param rehashed the password under newer parameters, when the stored hash is outdated
   * @returns undefined when the user was changed, disabled or deleted since the password was checked
   */
  async open(user: UserEntity, client: Client, rehashed: string | undefined): Promise<TokensView | undefined> {
    const endsAtMs = this.clock.nowMs() + this.config.REFRESH_TOKEN_TTL_SECONDS * 1000;
    const opened = await this.database.transaction(async (em) => {
      if (!(await recordLogin(em, user, rehashed))) return undefined;
      const session = await openSession(em, user, client, endsAtMs);
      const ended = await revokeOldest(em, user.id, this.config.AUTH_SESSIONS_PER_USER);
      await this.audit.write(em, {
        tenantId: user.tenantId,
        id: user.id,
        address: client.address,
        action: 'login.succeeded',
        target: `session:${session.sessionId}`,
        outcome: 'success',
        details: ended.length > 0 ? { sessions_ended: ended.length } : {},
      });
      return { session, ended, user: (await findUser(em, user, user.id)) ?? user };
    });
    if (!opened) return undefined;
    this.revocations.add(opened.ended);
    return this.tokensOf(opened.user, opened.session);
  }

  /** Ends the session of the principal (logout). */
  async end(principal: Principal, client: Client): Promise<void> {
    const { sessionId } = principal;
    if (sessionId === null) return;
    const ended = await this.database.transaction(async (em) => {
      const ids = await revokeSession(em, sessionId, 'logout');
      await this.audit.write(em, {
        ...actorOf(principal, client),
        action: 'session.ended',
        target: `session:${sessionId}`,
        outcome: 'success',
        details: {},
      });
      return ids;
    });
    this.revocations.add(ended);
  }

  /** The answer that carries a session's tokens. */
  tokensOf(user: UserEntity, session: OpenedSession): TokensView {
    const { token, expiresInSeconds } = this.issuer.issue({
      userId: user.id,
      tenantId: user.tenantId,
      role: user.role,
      sessionId: session.sessionId,
      sessionEndsAtMs: session.endsAtMs,
    });
    return {
      access_token: token,
      refresh_token: session.refreshToken,
      token_type: 'Bearer',
      expires_in: expiresInSeconds,
      refresh_expires_at: isoTime(session.endsAtMs),
      user: userView(user),
    };
  }
}
