import { type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import passport from 'passport';
import { never, type Principal } from '../core/index.js';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { identityFailure, readBearer, type Bearer } from './access-token.js';
import { authConfig, type AuthConfig } from './auth.config.js';
import { badStreamTicket, malformedHeader, noToken, sessionEnded } from './auth.errors.js';
import type { RequestWithPrincipal } from './caller.js';
import { Presence } from './presence.js';
import { Revocations } from './revocations.js';
import { StreamTickets } from './stream-tickets.js';

let guards = 0;
const QUERY_TOKEN_KEY = 'watchkeeper:query-token';

/** What a request presents to be known by. */
type Credential = Bearer | { readonly kind: 'ticket'; readonly ticket: string };

/**
 * Lets a stream route accept `?ticket=` and `?token=` too: a browser's EventSource can send no header (S0-107).
 * Elsewhere the parameters never authenticate; STREAM_QUERY_TOKEN=deny switches `token` off here as well.
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
    private readonly tickets: StreamTickets,
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
    const credential = this.credentialOf(request, context);
    switch (credential.kind) {
      case 'token':
        request.presentedToken = { text: credential.token };
        await super.canActivate(context);
        break;
      case 'ticket':
        await this.redeem(request, credential.ticket);
        break;
      case 'none':
        request.identityFailure = noToken();
        break;
      case 'malformed':
        request.identityFailure = malformedHeader();
        break;
      default:
        never(credential);
    }
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
    return this.unlessEnded(request, principal) as T;
  }

  override getAuthenticateOptions(): { session: false; property: string } {
    return { session: false, property: 'principal' };
  }

  private unlessEnded(request: RequestWithPrincipal, principal: Principal): Principal | null {
    if (this.revocations.refuses(principal)) {
      request.identityFailure = sessionEnded();
      return null;
    }
    if (principal.sessionId !== null) this.presence.seen(principal.sessionId);
    return principal;
  }

  private async redeem(request: RequestWithPrincipal, ticket: string): Promise<void> {
    const principal = await this.tickets.redeem(ticket, request.routeOptions?.url ?? '');
    if (principal === null) request.identityFailure = badStreamTicket();
    else request.principal = this.unlessEnded(request, principal);
  }

  /** The header goes first: whoever can send one means it. */
  private credentialOf(request: RequestWithPrincipal, context: ExecutionContext): Credential {
    const header = request.headers.authorization;
    const bearer = readBearer(typeof header === 'string' ? header : undefined);
    if (bearer.kind !== 'none') return bearer;
    if (!this.reflector.getAllAndOverride<boolean>(QUERY_TOKEN_KEY, [context.getHandler(), context.getClass()])) {
      return bearer;
    }
    const { ticket, token } = request.query as { ticket?: unknown; token?: unknown };
    if (typeof ticket === 'string' && ticket !== '') return { kind: 'ticket', ticket };
    if (this.config.STREAM_QUERY_TOKEN === 'deny' || typeof token !== 'string' || token === '') return bearer;
    return { kind: 'token', token };
  }
}
