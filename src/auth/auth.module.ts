import { Module } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { getOptionsToken, getStorageToken } from '@nestjs/throttler';
import { AccessGuard } from './access.guard.js';
import { AccessTokenIssuer } from './access-token.issuer.js';
import { KeyRing } from './access-token.keys.js';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { AccountService } from './account.service.js';
import { AuditController } from './audit.controller.js';
import { AuditTrail } from './audit.trail.js';
import { AuthCleaner } from './auth.cleaner.js';
import { AuthCollector } from './auth.collector.js';
import { authConfig, type AuthConfig } from './auth.config.js';
import { AuthController } from './auth.controller.js';
import { AuthInstruments } from './auth.instruments.js';
import { BootstrapAdmin } from './bootstrap-admin.js';
import { IdentifyGuard } from './identify.guard.js';
import { LimitGuard, limitOptions } from './limit.guard.js';
import { LimitStore } from './limit.store.js';
import { LoginLimits } from './login.limits.js';
import { LoginService } from './login.service.js';
import { PasswordHasher } from './password.hasher.js';
import { Presence } from './presence.js';
import { RefreshService } from './refresh.service.js';
import { Revocations } from './revocations.js';
import { SessionsService } from './sessions.service.js';
import { MemoryTicketStore, TicketStore } from './stream-ticket.store.js';
import { StreamTicketController } from './stream-ticket.controller.js';
import { StreamTickets } from './stream-tickets.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

/**
 * Users, sessions and the three guards that every request of the application passes, in this order: who asks
 * (IdentifyGuard), how often (LimitGuard), may they (AccessGuard).
 */
@Module({
  imports: [JwtModule.register({})],
  controllers: [AuthController, StreamTicketController, UsersController, AuditController],
  providers: [
    { provide: APP_GUARD, useClass: IdentifyGuard },
    { provide: APP_GUARD, useClass: LimitGuard },
    { provide: APP_GUARD, useClass: AccessGuard },
    {
      provide: getOptionsToken(),
      inject: [authConfig.token, Reflector],
      useFactory: (config: AuthConfig, reflector: Reflector) => limitOptions(config, reflector),
    },
    { provide: getStorageToken(), useClass: LimitStore },
    AccessTokenIssuer,
    AccessTokenStrategy,
    AccountService,
    AuditTrail,
    AuthCleaner,
    AuthCollector,
    AuthInstruments,
    BootstrapAdmin,
    KeyRing,
    LoginLimits,
    LoginService,
    PasswordHasher,
    Presence,
    RefreshService,
    Revocations,
    SessionsService,
    StreamTickets,
    { provide: TicketStore, useClass: MemoryTicketStore },
    UsersService,
  ],
  exports: [AuditTrail, BootstrapAdmin, Presence, Revocations],
})
export class AuthModule {}
