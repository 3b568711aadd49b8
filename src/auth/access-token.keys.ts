import { Inject, Injectable } from '@nestjs/common';
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { AppError } from '../core/index.js';
import { authConfig, type AuthConfig } from './auth.config.js';

/** One signing key. */
export interface SigningKey {
  /** Public name of the key, in the header of each token it signed. Tells nothing about the secret. */
  readonly kid: string;
  /** Made once: verifying with a text secret costs 50 times as much. */
  readonly key: KeyObject;
}

/** A key from its secret; every instance derives the same `kid`. */
export function signingKey(secret: string): SigningKey {
  const kid = createHmac('sha256', secret).update('watchkeeper key id').digest('base64url').slice(0, 16);
  return { kid, key: createSecretKey(Buffer.from(secret, 'utf8')) };
}

/** The key that signs, and during a rotation the one before it, which only verifies. */
@Injectable()
export class KeyRing {
  readonly current: SigningKey;
  private readonly all: readonly SigningKey[];

  constructor(@Inject(authConfig.token) config: Pick<AuthConfig, 'JWT_SECRET' | 'JWT_SECRET_PREVIOUS'>) {
    if (config.JWT_SECRET === undefined) {
      throw new AppError('auth.no_secret', 'bug', 'An internal error occurred.', {
        cause: new Error('JWT_SECRET was neither configured nor generated before the application was assembled'),
      });
    }
    this.current = signingKey(config.JWT_SECRET);
    this.all = config.JWT_SECRET_PREVIOUS ? [this.current, signingKey(config.JWT_SECRET_PREVIOUS)] : [this.current];
  }

  byId(kid: string): SigningKey | undefined {
    return this.all.find((key) => key.kid === kid);
  }
}
