import { Injectable } from '@nestjs/common';
import { Instruments } from '../collect/index.js';
import { authInstruments } from './auth.metrics.js';

export type LoginOutcome = 'success' | 'failure' | 'limited' | 'unavailable';
export type RefreshOutcome = 'success' | 'invalid' | 'reused';
export type LimitName =
  | 'user'
  | 'address'
  | 'stats_system'
  | 'stream_ticket'
  | 'login_account'
  | 'login_address'
  | 'login_overall'
  | 'password_hashes';

/** The numbers that sign-in and access control produce in this process. Labels come from the unions above. */
@Injectable()
export class AuthInstruments {
  private readonly logins;
  private readonly refreshes;
  private readonly limits;
  private readonly denied;
  private readonly waiting;
  private readonly auditDropped;

  constructor(instruments: Instruments) {
    this.logins = instruments.counter(authInstruments.logins);
    this.refreshes = instruments.counter(authInstruments.refreshes);
    this.limits = instruments.counter(authInstruments.limits);
    this.denied = instruments.counter(authInstruments.denied);
    this.waiting = instruments.gauge(authInstruments.hashesWaiting);
    this.auditDropped = instruments.counter(authInstruments.auditDropped);
  }

  login(outcome: LoginOutcome): void {
    this.logins.add(1, outcome);
  }

  refresh(outcome: RefreshOutcome): void {
    this.refreshes.add(1, outcome);
  }

  limitHit(limit: LimitName): void {
    this.limits.add(1, limit);
  }

  accessDenied(reason: 'identity' | 'permission' | 'undeclared'): void {
    this.denied.add(1, reason);
  }

  hashesWaiting(count: number): void {
    this.waiting.set(count);
  }

  auditEventsDropped(count: number): void {
    this.auditDropped.add(count);
  }
}
