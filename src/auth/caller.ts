import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AppError, type Principal } from '../core/index.js';
import type { TokenOrigin } from './access-token.js';

/** What the guards read from a request and leave on it. */
export interface RequestWithPrincipal {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: unknown;
  /** Client address as the adapter computed it: the peer, or what a trusted proxy reported. */
  readonly ip: string;
  readonly method: string;
  readonly routeOptions?: { readonly url?: string };
  /** The token under examination; `origin` is known once its header was read. */
  presentedToken?: { readonly text: string; origin?: TokenOrigin };
  /** The verified user; null for an anonymous request. */
  principal?: Principal | null;
  /** Why there is no principal. Thrown by the access guard on routes that need one. */
  identityFailure?: AppError;
}

/** Where a request came from. */
export interface Client {
  readonly address: string;
  readonly userAgent: string | null;
}

/** Who does something that is audited, and from where. */
export interface Actor {
  readonly tenantId: string;
  /** Id of the user, `system`, or null when nobody is signed in. */
  readonly id: string | null;
  readonly address: string | null;
}

const maxUserAgentChars = 256;

export function clientOf(request: RequestWithPrincipal): Client {
  const agent = request.headers['user-agent'];
  return {
    address: request.ip,
    // PostgreSQL's text holds no NUL, and a header may.
    userAgent: typeof agent === 'string' ? agent.replaceAll('\0', '').slice(0, maxUserAgentChars) : null,
  };
}

export function actorOf(principal: Principal, client: Client): Actor {
  return { tenantId: principal.tenantId, id: principal.userId, address: client.address };
}

function requestOf(context: ExecutionContext): RequestWithPrincipal {
  return context.switchToHttp().getRequest<RequestWithPrincipal>();
}

/** The verified principal, on routes that declare a permission. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = requestOf(context);
  if (principal) return principal;
  throw new AppError('auth.no_principal', 'bug', 'An internal error occurred.', {
    cause: new Error('a route without @Requires asks for the principal'),
  });
});

/** Address and user agent of the request. */
export const CurrentClient = createParamDecorator((_: unknown, context: ExecutionContext): Client =>
  clientOf(requestOf(context)),
);
