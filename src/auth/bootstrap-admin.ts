import { Inject, Injectable } from '@nestjs/common';
import { randomInt, randomUUID } from 'node:crypto';
import { Database, DEFAULT_TENANT_ID } from '../database/index.js';
import { AuditTrail } from './audit.trail.js';
import { authConfig, type AuthConfig } from './auth.config.js';
import { emailTaken } from './auth.errors.js';
import { UserEntity } from './entities/user.entity.js';
import { PasswordHasher } from './password.hasher.js';
import { normalizePassword } from './password.rules.js';

/** What there is to tell at the first start. */
export interface FirstAdmin {
  readonly email: string;
  /** The generated password, to be shown once; null when it was configured or the admin existed. */
  readonly password: string | null;
  /** false when there was an admin already: then nothing was done. */
  readonly created: boolean;
}

/** Instances that start together take turns. Any fixed number that nothing else locks ("wk-admin" shortened). */
const lockNumber = 7_723_415_001;
/** Without 0 and o, 1 and l: the password is read from a terminal. 20 of 32 characters are 100 bits. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

function generatedPassword(): string {
  const group = (): string => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}

/** Makes the first admin, once. There is no default password: it is configured, or generated and told once. */
@Injectable()
export class BootstrapAdmin {
  constructor(
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
    private readonly audit: AuditTrail,
    @Inject(authConfig.token) private readonly config: AuthConfig,
  ) {}

  /**
   * Does nothing when there is an admin, even a disabled one.
   * @throws auth.email_taken when ADMIN_EMAIL belongs to a user who is no admin; `unavailable` without the database
   */
  async run(): Promise<FirstAdmin> {
    const email = this.config.ADMIN_EMAIL.toLowerCase();
    if (await this.database.run((em) => em.existsBy(UserEntity, { role: 'admin' }))) {
      return { email, password: null, created: false };
    }
    const generated = this.config.ADMIN_PASSWORD === undefined ? generatedPassword() : null;
    const passwordHash = await this.hasher.hash(normalizePassword(this.config.ADMIN_PASSWORD ?? generated ?? ''));
    return this.database.transaction(async (em) => {
      await em.query('SELECT pg_advisory_xact_lock($1)', [lockNumber]);
      if (await em.existsBy(UserEntity, { role: 'admin' })) return { email, password: null, created: false };
      if (await em.existsBy(UserEntity, { email })) throw emailTaken();
      const id = randomUUID();
      const admin = { id, tenantId: DEFAULT_TENANT_ID, email, name: 'Administrator', passwordHash, role: 'admin' };
      await em.insert(UserEntity, admin as UserEntity);
      await this.audit.write(em, {
        tenantId: DEFAULT_TENANT_ID,
        id: 'system',
        address: null,
        action: 'user.created',
        target: `user:${id}`,
        outcome: 'success',
        details: { email, role: 'admin', first_admin: true },
      });
      return { email, password: generated, created: true };
    });
  }
}
