import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  getOptionsToken,
  getStorageToken,
  normalizeIp,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerRequest,
  type ThrottlerStorage,
} from '@nestjs/throttler';
import { ACCESS_KEY, LIMIT_KEY, type AccessRule } from '../core/index.js';
import type { AuthConfig } from './auth.config.js';
import { tooManyRequests } from './auth.errors.js';
import { AuthInstruments, type LimitName } from './auth.instruments.js';
import type { RequestWithPrincipal } from './caller.js';

const minuteMs = 60_000;

interface HeaderSink {
  header(name: string, value: string): unknown;
  getHeader(name: string): unknown;
}

function requestOf(context: ExecutionContext): RequestWithPrincipal {
  return context.switchToHttp().getRequest<RequestWithPrincipal>();
}

/**
 * One bucket for a user over all routes, or one for an address without a user, and beside it the narrower bucket of a
 * route that declares one.
 */
export function limitOptions(config: AuthConfig, reflector: Reflector): ThrottlerModuleOptions {
  return {
    throttlers: [
      {
        name: 'user',
        ttl: minuteMs,
        limit: config.LIMIT_USER_PER_MINUTE,
        skipIf: (context: ExecutionContext) => !requestOf(context).principal,
      },
      {
        name: 'address',
        ttl: minuteMs,
        limit: config.LIMIT_ANONYMOUS_PER_MINUTE,
        skipIf: (context: ExecutionContext) => Boolean(requestOf(context).principal),
      },
      {
        name: 'stats_system',
        ttl: minuteMs,
        limit: config.LIMIT_STATS_SYSTEM_PER_MINUTE,
        skipIf: (context: ExecutionContext) =>
          reflector.get<unknown>(LIMIT_KEY, context.getHandler()) !== 'stats_system',
      },
      {
        name: 'stream_ticket',
        ttl: minuteMs,
        limit: config.LIMIT_STREAM_TICKETS_PER_MINUTE,
        skipIf: (context: ExecutionContext) =>
          reflector.get<unknown>(LIMIT_KEY, context.getHandler()) !== 'stream_ticket',
      },
    ] satisfies readonly { name: LimitName; [option: string]: unknown }[],
  };
}

/** Second guard: counts the request. The stock guard would count by controller and method. */
@Injectable()
export class LimitGuard extends ThrottlerGuard {
  constructor(
    @Inject(getOptionsToken()) options: ThrottlerModuleOptions,
    @Inject(getStorageToken()) store: ThrottlerStorage,
    reflector: Reflector,
    private readonly instruments: AuthInstruments,
  ) {
    super(options, store, reflector);
  }

  protected override shouldSkip(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return Promise.resolve(true);
    const rule = this.reflector.getAllAndOverride<AccessRule | undefined>(ACCESS_KEY, [
      context.getHandler(),
      context.getClass(),
    ]);
    return Promise.resolve(rule?.kind === 'public' && rule.unlimited);
  }

  protected override async handleRequest({ context, limit, ttl, throttler }: ThrottlerRequest): Promise<boolean> {
    const name = throttler.name as LimitName;
    const request = requestOf(context);
    const key = request.principal?.userId ?? normalizeIp(request.ip);
    const { totalHits, timeToExpire, isBlocked } = await this.storageService.increment(key, ttl, limit, 0, name);
    const reply = context.switchToHttp().getResponse<HeaderSink>();
    const remaining = Math.max(0, limit - totalHits);
    // Of two limits the tighter one is told.
    const told = reply.getHeader('ratelimit-remaining');
    if (told === undefined || remaining < Number(told) || isBlocked) {
      reply.header('ratelimit-limit', String(limit));
      reply.header('ratelimit-remaining', String(remaining));
      reply.header('ratelimit-reset', String(timeToExpire));
    }
    if (!isBlocked) return true;
    this.instruments.limitHit(name);
    throw tooManyRequests(timeToExpire);
  }
}
