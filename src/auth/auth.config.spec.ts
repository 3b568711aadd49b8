import { randomBytes } from 'node:crypto';
import { parseConfig } from '../core/index.js';
import { authConfig, type AuthConfig } from './auth.config.js';

const good = randomBytes(32).toString('base64');
const parse = (environment: Record<string, string>) => parseConfig([authConfig as never], environment);

describe('the sign-in configuration', () => {
  it('needs nothing, and then has the limits of the contract', () => {
    const parsed = parse({});
    if (!parsed.ok) throw new Error('refused');
    expect(parsed.values.get(authConfig.token) as AuthConfig).toMatchObject({
      JWT_SECRET: undefined,
      ACCESS_TOKEN_TTL_SECONDS: 900,
      REFRESH_TOKEN_TTL_SECONDS: 604_800,
      LIMIT_USER_PER_MINUTE: 100,
      LIMIT_STATS_SYSTEM_PER_MINUTE: 60,
      LIMIT_ANONYMOUS_PER_MINUTE: 60,
      LIMIT_LOGIN_ACCOUNT: 10,
      LIMIT_LOGIN_ADDRESS: 30,
      LIMIT_LOGIN_PER_MINUTE: 300,
    });
  });

  it.each<[string, string, Record<string, string>]>([
    ['short secret', 'JWT_SECRET', { JWT_SECRET: 'tooShort-1234567890abcdefghijk' }],
    ['monotonous secret', 'JWT_SECRET', { JWT_SECRET: 'ab'.repeat(32) }],
    ['sample secret', 'JWT_SECRET', { JWT_SECRET: 'your-super-secret-jwt-key-change-in-production' }],
    ['short previous secret', 'JWT_SECRET_PREVIOUS', { JWT_SECRET: good, JWT_SECRET_PREVIOUS: 'abc' }],
    ['two equal secrets', 'JWT_SECRET_PREVIOUS', { JWT_SECRET: good, JWT_SECRET_PREVIOUS: good }],
    ['admin password equal to the secret', 'ADMIN_PASSWORD', { JWT_SECRET: good, ADMIN_PASSWORD: good }],
    ['short admin password', 'ADMIN_PASSWORD', { ADMIN_PASSWORD: 'pw-91!' }],
    ['common admin password', 'ADMIN_PASSWORD', { ADMIN_PASSWORD: 'Password1234!' }],
    ['shared secret that is nobody else’s', 'JWT_TRUST_SHARED_SECRET', { JWT_TRUST_SHARED_SECRET: 'true' }],
    ['admin without an address', 'ADMIN_EMAIL', { ADMIN_EMAIL: 'root' }],
  ])('refuses a %s and never prints it', (_, variable, environment) => {
    const parsed = parse(environment);
    if (parsed.ok) throw new Error('accepted');
    expect(parsed.faults.map((fault) => fault.variable)).toContain(variable);
    for (const name of ['JWT_SECRET', 'JWT_SECRET_PREVIOUS', 'ADMIN_PASSWORD']) {
      const value = environment[name];
      if (value !== undefined) expect(JSON.stringify(parsed.faults)).not.toContain(value);
    }
  });

  it('accepts 32 random bytes in any writing', () => {
    for (const form of ['base64', 'base64url', 'hex'] as const) {
      expect(parse({ JWT_SECRET: randomBytes(32).toString(form) }).ok).toBe(true);
    }
  });
});
