import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-jwt';
import { Clock, type Principal } from '../core/index.js';
import { expectedKey, principalOf } from './access-token.js';
import { KeyRing } from './access-token.keys.js';
import { authConfig, type AuthConfig } from './auth.config.js';
import type { RequestWithPrincipal } from './caller.js';

/** Checks what the token itself says; whether its session was ended meanwhile is the guard's question. */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    keys: KeyRing,
    private readonly clock: Clock,
    @Inject(authConfig.token) config: AuthConfig,
  ) {
    super({
      passReqToCallback: true,
      algorithms: ['HS256'],
      // The times are checked in `validate`, by the injected clock and with every claim required.
      ignoreExpiration: true,
      jsonWebTokenOptions: { ignoreNotBefore: true },
      jwtFromRequest: (request) => (request as unknown as RequestWithPrincipal).presentedToken?.text ?? null,
      secretOrKeyProvider: (request: RequestWithPrincipal, token: string, done) => {
        try {
          const { origin, key } = expectedKey(token, keys, config.JWT_TRUST_SHARED_SECRET);
          if (request.presentedToken) request.presentedToken.origin = origin;
          // jsonwebtoken takes a KeyObject too; the types of passport-jwt do not know.
          done(null, key.key as unknown as Buffer);
        } catch (error) {
          done(error);
        }
      },
    });
  }

  /** Runs after the signature was verified. */
  validate(request: RequestWithPrincipal, payload: unknown): Principal {
    return principalOf(request.presentedToken?.origin ?? 'own', payload, this.clock.nowMs());
  }
}
