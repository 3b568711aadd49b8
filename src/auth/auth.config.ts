import { defineConfig, variable, type ConfigOf } from '../core/index.js';
import { passwordFault, passwordLength } from './password.rules.js';

/** Secrets that stand in tutorials and sample files; anyone can sign with them. */
const sampleSecret =
  /change|example|sample|secret-?key|your[-_ ]|replace|placeholder|password|default|insecure|testing/i;

function secretFault(secret: string | undefined): string | undefined {
  if (secret === undefined) return undefined;
  if (Buffer.byteLength(secret) < 32) return 'its value is shorter than 32 bytes';
  if (new Set(secret).size < 10) return 'its value has fewer than 10 different characters';
  if (sampleSecret.test(secret)) return 'its value looks like a sample; use 32 random bytes';
  return undefined;
}

export const authConfig = defineConfig(
  'Sign-in and limits',
  {
    JWT_SECRET: variable.optionalText({
      allowed: 'at least 32 random bytes, the same on every instance',
      maxLength: 512,
      secret: true,
      description: 'Signs access tokens (HS256). When unset, one is generated at the first start and kept in DATA_DIR.',
    }),
    JWT_SECRET_PREVIOUS: variable.optionalText({
      allowed: 'at least 32 random bytes, different from JWT_SECRET',
      maxLength: 512,
      secret: true,
      description: 'The secret before a rotation. Tokens it signed stay valid until they expire; remove it afterwards.',
    }),
    JWT_TRUST_SHARED_SECRET: variable.flag({
      default: false,
      description:
        'Accept HS256 tokens that another service signed with JWT_SECRET. With exp and is_admin: true they may read the statistics.',
    }),
    STREAM_QUERY_TOKEN: variable.oneOf(['allow', 'deny'], {
      default: 'allow',
      description: 'Whether stream routes accept ?token= for EventSource clients, which cannot send a header.',
    }),
    STREAM_TICKET_TTL_MS: variable.integer({
      default: 30_000,
      min: 1000,
      max: 300_000,
      description: 'Life of a stream ticket (POST /api/v1/auth/stream-ticket), which opens one stream once.',
    }),
    ADMIN_EMAIL: variable.text({
      default: 'admin@watchkeeper.local',
      allowed: 'an e-mail address',
      maxLength: 254,
      pattern: /^[^\s@]{1,64}@[^\s@]{1,189}$/,
      description: 'E-mail address of the first admin, who is made when there is no admin yet.',
    }),
    ADMIN_PASSWORD: variable.optionalText({
      allowed: `${passwordLength.min} to ${passwordLength.max} characters, not a common password`,
      maxLength: 512,
      secret: true,
      description: 'Password of the first admin. When unset, one is generated and printed once.',
    }),
    ACCESS_TOKEN_TTL_SECONDS: variable.integer({
      default: 900,
      min: 30,
      max: 3600,
      description: 'Life of an access token.',
    }),
    REFRESH_TOKEN_TTL_SECONDS: variable.integer({
      default: 604_800,
      min: 300,
      max: 7_776_000,
      description: 'Life of a session from its login. Refreshing does not extend it.',
    }),
    AUTH_SESSIONS_PER_USER: variable.integer({
      default: 50,
      min: 1,
      max: 1000,
      description: 'Sessions a user may have at once; a further login ends the oldest one.',
    }),
    AUTH_REVOCATION_POLL_MS: variable.integer({
      default: 2000,
      min: 250,
      max: 4000,
      description: 'How often an instance learns of sessions that other instances ended.',
    }),
    AUTH_HASHES_RUNNING: variable.integer({
      default: 2,
      min: 1,
      max: 16,
      description: 'Password hashes computed at once (19 MiB of memory each).',
    }),
    AUTH_HASHES_WAITING: variable.integer({
      default: 50,
      min: 0,
      max: 1000,
      description: 'Password hashes that may wait; further logins get 503.',
    }),
    LIMIT_USER_PER_MINUTE: variable.integer({
      default: 100,
      min: 1,
      max: 10_000,
      description: 'Requests of one user in any 60 seconds, all routes together.',
    }),
    LIMIT_STATS_SYSTEM_PER_MINUTE: variable.integer({
      default: 60,
      min: 1,
      max: 10_000,
      description: 'Requests of one user for the system statistics in any 60 seconds, within the limit above.',
    }),
    LIMIT_STREAM_TICKETS_PER_MINUTE: variable.integer({
      default: 30,
      min: 1,
      max: 10_000,
      description: 'Stream tickets of one user in any 60 seconds, within the limit above.',
    }),
    LIMIT_ANONYMOUS_PER_MINUTE: variable.integer({
      default: 60,
      min: 1,
      max: 10_000,
      description: 'Requests without a valid token from one address (IPv6: one /64) in any 60 seconds.',
    }),
    LIMIT_LOGIN_ACCOUNT: variable.integer({
      default: 10,
      min: 1,
      max: 1000,
      description: 'Failed logins of one account in any 15 minutes; then 429 until the oldest is that old.',
    }),
    LIMIT_LOGIN_ADDRESS: variable.integer({
      default: 30,
      min: 1,
      max: 10_000,
      description: 'Failed logins from one address in any 15 minutes.',
    }),
    LIMIT_LOGIN_PER_MINUTE: variable.integer({
      default: 300,
      min: 1,
      max: 10_000,
      description: 'Logins in any 60 seconds, all accounts and addresses together.',
    }),
  },
  (values) => {
    const faults: (readonly [
      'JWT_SECRET' | 'JWT_SECRET_PREVIOUS' | 'ADMIN_PASSWORD' | 'JWT_TRUST_SHARED_SECRET',
      string,
    ])[] = [];
    for (const name of ['JWT_SECRET', 'JWT_SECRET_PREVIOUS'] as const) {
      const fault = secretFault(values[name]);
      if (fault) faults.push([name, fault]);
    }
    if (values.JWT_SECRET !== undefined && values.JWT_SECRET === values.JWT_SECRET_PREVIOUS) {
      faults.push(['JWT_SECRET_PREVIOUS', 'its value equals JWT_SECRET']);
    }
    if (values.ADMIN_PASSWORD !== undefined) {
      const fault = passwordFault(values.ADMIN_PASSWORD);
      if (fault) faults.push(['ADMIN_PASSWORD', `its value ${fault}`]);
      if (values.ADMIN_PASSWORD === values.JWT_SECRET) faults.push(['ADMIN_PASSWORD', 'its value equals JWT_SECRET']);
    }
    if (values.JWT_TRUST_SHARED_SECRET && values.JWT_SECRET === undefined) {
      faults.push(['JWT_TRUST_SHARED_SECRET', 'there is no JWT_SECRET to share']);
    }
    return faults;
  },
);

export type AuthConfig = ConfigOf<typeof authConfig>;
