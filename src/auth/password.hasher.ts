import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';
import { authConfig, type AuthConfig } from './auth.config.js';
import { loginBusy } from './auth.errors.js';
import { AuthInstruments } from './auth.instruments.js';
import { normalizePassword } from './password.rules.js';

/** argon2id with 19 MiB, two passes, one lane (OWASP's second choice); the values stand in every stored hash. */
export const hashParameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** `Algorithm.Argon2id`; the package declares it as a const enum, which isolated modules cannot read. */
const argon2id = 2;

/**
 * Hashes and verifies passwords, a few at once. A burst of logins waits in a bounded line and beyond it is refused, so
 * that it can neither fill the memory nor occupy all threads of the pool that file and DNS access need too.
 */
@Injectable()
export class PasswordHasher implements OnModuleInit {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private dummy = '';

  constructor(
    @Inject(authConfig.token) private readonly config: AuthConfig,
    private readonly instruments: AuthInstruments,
  ) {}

  async onModuleInit(): Promise<void> {
    this.dummy = await this.hash(randomBytes(16).toString('base64url'));
  }

  /** @throws auth.busy when the line is full */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(normalizePassword(password), { ...hashParameters, algorithm: argon2id }));
  }

  /**
   * Whether the password belongs to the hash. Without a hash (unknown user) it does the same work on a dummy and
   * answers false, so that the time tells nothing.
   * @throws auth.busy when the line is full
   */
  verify(stored: string | undefined, password: string): Promise<boolean> {
    return this.inTurn(async () => {
      const matches = await verify(stored ?? this.dummy, normalizePassword(password));
      return matches && stored !== undefined;
    });
  }

  /** Whether the hash was made with less memory or fewer passes than we use now. */
  isOutdated(stored: string): boolean {
    const made = parseOptions(stored);
    return made.memoryCost < hashParameters.memoryCost || made.timeCost < hashParameters.timeCost;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.config.AUTH_HASHES_RUNNING) {
      if (this.waiting.length >= this.config.AUTH_HASHES_WAITING) {
        this.instruments.limitHit('password_hashes');
        throw loginBusy();
      }
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
        this.instruments.hashesWaiting(this.waiting.length);
      });
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      // The place is handed on, not given back: a newcomer cannot overtake the line.
      const next = this.waiting.shift();
      this.instruments.hashesWaiting(this.waiting.length);
      if (next) next();
      else this.running -= 1;
    }
  }
}
