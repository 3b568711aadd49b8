import { type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import passport from 'passport';
import type { Principal } from '../core/index.js';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { identityFailure, readBearer, type Bearer } from './access-token.js';
import { authConfig, type AuthConfig } from './auth.config.js';
import { malformedHeader, noToken, sessionEnded } from './auth.errors.js';
import type { RequestWithPrincipal } from './caller.js';
import { Presence } from './presence.js';
import { Revocations } from './revocations.js';

let guards = 0;
const QUERY_TOKEN_KEY = 'watchkeeper:query-token';

/**
 * Lets a stream route accept `?token=` too: a browser's EventSource can send no header (S0-107). Elsewhere the
 * parameter never authenticates; STREAM_QUERY_TOKEN=deny switches it off here as well.
 */
export const AcceptsQueryToken = (): MethodDecorator & ClassDecorator => SetMetadata(QUERY_TOKEN_KEY, true);

/**
 * First guard: finds out who asks and leaves the principal, or the reason why there is none, on the request. It never
 * refuses: the limit guard must see anonymous requests too, and the access guard knows whether a route needs a user.
 */
@Injectable()
export class IdentifyGuard extends AuthGuard() {
  constructor(
    strategy: AccessTokenStrategy,
    private readonly revocations: Revocations,
    private readonly presence: Presence,
    private readonly reflector: Reflector,
    @Inject(authConfig.token) private readonly config: AuthConfig,
  ) {
    // Under a name of its own: passport is one object for the process, and a second application in it (as tests start)
    // would otherwise replace the strategy of the first.
    guards += 1;
    const defaultStrategy = `access-token-${guards}`;
    passport.use(defaultStrategy, strategy);
    super({ defaultStrategy });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<RequestWithPrincipal>();
    request.principal = null;
    const bearer = this.bearerOf(request, context);
    if (bearer.kind === 'token') {
      request.presentedToken = { text: bearer.token };
      await super.canActivate(context);
      return true;
    }
    request.identityFailure = bearer.kind === 'none' ? noToken() : malformedHeader();
    return true;
  }

  /** Called by passport's callback; what it returns becomes `request.principal`. */
  override handleRequest<T>(error: unknown, verified: Principal | false, info: unknown, context: ExecutionContext): T {
    const request = context.switchToHttp().getRequest<RequestWithPrincipal>();
    const principal = verified || null;
    if (principal === null) {
      request.identityFailure = identityFailure(error ?? info);
      return null as T;
    }
    if (this.revocations.refuses(principal)) {
      request.identityFailure = sessionEnded();
      return null as T;
    }
    if (principal.sessionId !== null) this.presence.seen(principal.sessionId);
    return principal as T;
  }

  override getAuthenticateOptions(): { session: false; property: string } {
    return { session: false, property: 'principal' };
  }

  private bearerOf(request: RequestWithPrincipal, context: ExecutionContext): Bearer {
    const header = request.headers.authorization;
    const bearer = readBearer(typeof header === 'string' ? header : undefined);
    if (bearer.kind !== 'none' || this.config.STREAM_QUERY_TOKEN === 'deny') return bearer;
    if (!this.reflector.getAllAndOverride<boolean>(QUERY_TOKEN_KEY, [context.getHandler(), context.getClass()])) {
      return bearer;
    }
    const { token } = request.query as { token?: unknown };
    return typeof token === 'string' && token !== '' ? { kind: 'token', token } : bearer;
  }
}
