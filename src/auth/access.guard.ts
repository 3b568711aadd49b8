import { type CanActivate, type ExecutionContext, Injectable, Logger } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ACCESS_KEY, type AccessRule, type Permission, type Principal } from '../core/index.js';
import { AuditTrail } from './audit.trail.js';
import { accessDenied, noToken } from './auth.errors.js';
import { AuthInstruments } from './auth.instruments.js';
import { mayDo } from './auth.permissions.js';
import { actorOf, clientOf, type RequestWithPrincipal } from './caller.js';

/** Last guard: deny by default. A handler that declares nothing is refused, whoever asks. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly log = new Logger('Access');

  constructor(
    private readonly reflector: Reflector,
    private readonly audit: AuditTrail,
    private readonly instruments: AuthInstruments,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const rule = this.reflector.getAllAndOverride<AccessRule | undefined>(ACCESS_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (rule?.kind === 'public') return true;
    if (!rule || context.getType() !== 'http') {
      this.instruments.accessDenied('undeclared');
      const handler = `${context.getClass().name}.${context.getHandler().name}`;
      this.log.error('A handler declares no access rule and is refused.', { handler });
      throw accessDenied();
    }
    const request = context.switchToHttp().getRequest<RequestWithPrincipal>();
    if (!request.principal) {
      this.instruments.accessDenied('identity');
      throw request.identityFailure ?? noToken();
    }
    if (!mayDo(request.principal, rule.permission)) throw this.denied(request, request.principal, rule.permission);
    return true;
  }

  private denied(request: RequestWithPrincipal, principal: Principal, permission: Permission): Error {
    this.instruments.accessDenied('permission');
    this.audit.note({
      ...actorOf(principal, clientOf(request)),
      action: 'access.denied',
      target: null,
      outcome: 'denied',
      details: { permission, method: request.method, route: request.routeOptions?.url ?? null, role: principal.role },
    });
    return accessDenied();
  }
}
