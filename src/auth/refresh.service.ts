import { Injectable } from '@nestjs/common';
import { Clock } from '../core/index.js';
import { Database } from '../database/index.js';
import { AuditTrail } from './audit.trail.js';
import { badRefreshToken } from './auth.errors.js';
import { AuthInstruments } from './auth.instruments.js';
import type { Client } from './caller.js';
import type { TokensView } from './dto/session.dto.js';
import { Revocations } from './revocations.js';
import { rotateRefreshToken } from './session.repository.js';
import { SessionsService } from './sessions.service.js';

/** Continues sessions: each refresh token works once and brings the next. */
@Injectable()
export class RefreshService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionsService,
    private readonly revocations: Revocations,
    private readonly audit: AuditTrail,
    private readonly instruments: AuthInstruments,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws auth.refresh_token_invalid, the same for an unknown, a used and an expired token; a used one has ended its
   * whole session, because two holders of one token cannot both be the user
   */
  async refresh(token: string, client: Client): Promise<TokensView> {
    const rotation = await this.database.transaction(async (em) => {
      const result = await rotateRefreshToken(em, token, this.clock.nowMs());
      if (result.outcome === 'reused') {
        await this.audit.write(em, {
          tenantId: result.session.tenantId,
          id: result.session.userId,
          address: client.address,
          action: 'session.refresh_reused',
          target: `session:${result.session.id}`,
          outcome: 'denied',
          details: {},
        });
      }
      return result;
    });
    switch (rotation.outcome) {
      case 'rotated':
        this.instruments.refresh('success');
        return this.sessions.tokensOf(rotation.user, rotation.session);
      case 'reused':
        this.instruments.refresh('reused');
        this.revocations.add(rotation.revoked);
        throw badRefreshToken();
      case 'invalid':
        this.instruments.refresh('invalid');
        throw badRefreshToken();
    }
  }
}
