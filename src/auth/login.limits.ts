import { Inject, Injectable } from '@nestjs/common';
import { normalizeIp } from '@nestjs/throttler';
import { Clock } from '../core/index.js';
import { authConfig, type AuthConfig } from './auth.config.js';
import { tooManyLogins } from './auth.errors.js';
import { AuthInstruments, type LimitName } from './auth.instruments.js';
import { SlidingWindow } from './sliding-window.js';

const quarterHourMs = 15 * 60_000;

/** One counted attempt. Until told otherwise it stays on the books as a failure. */
export interface LoginAttempt {
  /** The password was right: forgets the failures of the account, and this attempt of the address. */
  succeeded(): void;
  /** The attempt could not be judged (busy, database away): it counts for nothing. */
  undecided(): void;
}

/**
 * Slows down guessing. An attempt is counted before the password is looked at, so that a hundred at once cannot slip
 * through together; an account is known by the e-mail address that was typed, whether or not it exists.
 */
@Injectable()
export class LoginLimits {
  private readonly accounts = new SlidingWindow(quarterHourMs);
  private readonly addresses = new SlidingWindow(quarterHourMs);
  private readonly overall = new SlidingWindow(60_000, 1);

  constructor(
    @Inject(authConfig.token) private readonly config: AuthConfig,
    private readonly clock: Clock,
    private readonly instruments: AuthInstruments,
  ) {}

  /** @throws auth.login_limited with the seconds to wait */
  attempt(email: string, address: string): LoginAttempt {
    const network = normalizeIp(address);
    const { LIMIT_LOGIN_ACCOUNT, LIMIT_LOGIN_ADDRESS, LIMIT_LOGIN_PER_MINUTE } = this.config;
    this.take('login_overall', this.overall, '', LIMIT_LOGIN_PER_MINUTE);
    this.take('login_address', this.addresses, network, LIMIT_LOGIN_ADDRESS);
    try {
      this.take('login_account', this.accounts, email, LIMIT_LOGIN_ACCOUNT);
    } catch (error) {
      this.addresses.giveBack(network);
      throw error;
    }
    return {
      succeeded: () => {
        this.accounts.clear(email);
        this.addresses.giveBack(network);
      },
      undecided: () => {
        this.accounts.giveBack(email);
        this.addresses.giveBack(network);
      },
    };
  }

  private take(name: LimitName, window: SlidingWindow, key: string, limit: number): void {
    const state = window.take(key, limit, this.clock.monotonicMs());
    if (state.admitted) return;
    this.instruments.limitHit(name);
    throw tooManyLogins(Math.max(1, Math.ceil(state.nextFreeMs / 1000)));
  }
}
