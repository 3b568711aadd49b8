import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { randomUUID } from 'node:crypto';
import { Clock, type Role } from '../core/index.js';
import { audience, issuer, tokenType, type AccessClaims } from './access-token.js';
import { KeyRing } from './access-token.keys.js';
import { authConfig, type AuthConfig } from './auth.config.js';

/** For whom and for which session a token is made. */
export interface TokenSubject {
  readonly userId: string;
  readonly tenantId: string;
  readonly role: Role;
  readonly sessionId: string;
  /** End of the session; no token outlives it. */
  readonly sessionEndsAtMs: number;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

@Injectable()
export class AccessTokenIssuer {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: KeyRing,
    private readonly clock: Clock,
    @Inject(authConfig.token) private readonly config: AuthConfig,
  ) {}

  issue(subject: TokenSubject): IssuedToken {
    const now = Math.floor(this.clock.nowMs() / 1000);
    const exp = Math.min(now + this.config.ACCESS_TOKEN_TTL_SECONDS, Math.floor(subject.sessionEndsAtMs / 1000));
    const claims: AccessClaims = {
      iss: issuer,
      aud: audience,
      sub: subject.userId,
      sid: subject.sessionId,
      tid: subject.tenantId,
      role: subject.role,
      is_admin: subject.role === 'admin',
      token_use: 'access',
      iat: now,
      nbf: now,
      exp,
      jti: randomUUID(),
    };
    const { kid, key } = this.keys.current;
    const header = { alg: 'HS256', typ: tokenType, kid };
    return {
      token: this.jwt.sign(claims, { privateKey: key, algorithm: 'HS256', header }),
      expiresInSeconds: exp - now,
    };
  }
}
