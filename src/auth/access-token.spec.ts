import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { MovableClock } from '../../test/support/clock.js';
import { AppError, type Principal } from '../core/index.js';
import { AccessTokenIssuer } from './access-token.issuer.js';
import { KeyRing, signingKey } from './access-token.keys.js';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { identityFailure, readBearer } from './access-token.js';
import type { AuthConfig } from './auth.config.js';

const secret = 'k'.repeat(8) + randomUUID() + randomUUID();
const older = 'o'.repeat(8) + randomUUID() + randomUUID();
const config = (more: Partial<AuthConfig> = {}): AuthConfig =>
  ({ JWT_SECRET: secret, ACCESS_TOKEN_TTL_SECONDS: 900, JWT_TRUST_SHARED_SECRET: false, ...more }) as AuthConfig;

const clock = new MovableClock();
const nowSeconds = (): number => Math.floor(clock.nowMs() / 1000);
const subject = (role: Principal['role'] = 'viewer') => ({
  userId: randomUUID(),
  tenantId: randomUUID(),
  sessionId: randomUUID(),
  role,
  sessionEndsAtMs: clock.nowMs() + 604_800_000,
});
const issue = (c = config(), who = subject()): string =>
  new AccessTokenIssuer(new JwtService({}), new KeyRing(c), clock, c).issue(who).token;

/** Presents a token to the real passport strategy. */
function present(token: string, c = config()): Promise<Principal | AppError> {
  const strategy = Object.create(new AccessTokenStrategy(new KeyRing(c), clock, c)) as AccessTokenStrategy;
  return new Promise((resolve) => {
    Object.assign(strategy, {
      success: (principal: Principal) => resolve(principal),
      fail: (why: unknown) => resolve(identityFailure(why)),
      error: (why: unknown) => resolve(identityFailure(why)),
    });
    strategy.authenticate({ presentedToken: { text: token } } as never);
  });
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = (more: object = {}): object => ({ alg: 'HS256', typ: 'at+jwt', kid: signingKey(secret).kid, ...more });
const claims = (more: object = {}): Record<string, unknown> => {
  const now = nowSeconds();
  const ids = { sub: randomUUID(), sid: randomUUID(), tid: randomUUID(), jti: randomUUID() };
  const fixed = { iss: 'watchkeeper', aud: 'watchkeeper-api', role: 'viewer', is_admin: false, token_use: 'access' };
  return { ...fixed, ...ids, iat: now, nbf: now, exp: now + 900, ...more };
};
function forge(h: object, c: unknown, by = secret, hash = 'sha256'): string {
  const body = `${encode(h)}.${encode(c)}`;
  return `${body}.${createHmac(hash, by).update(body).digest('base64url')}`;
}

describe('an access token of ours', () => {
  it('is a principal again, with is_admin derived from the role', async () => {
    const who = subject('admin');
    const principal = await present(issue(config(), who));
    expect(principal).toMatchObject({
      userId: who.userId,
      sessionId: who.sessionId,
      tenantId: who.tenantId,
      role: 'admin',
      isAdmin: true,
      expiresAtMs: (nowSeconds() + 900) * 1000,
    });
  });

  it('carries exactly the agreed claims and header', () => {
    const [head, body] = issue().split('.');
    const decode = (part = ''): object => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
    expect(decode(head)).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: signingKey(secret).kid });
    expect(Object.keys(decode(body)).sort()).toEqual(Object.keys(claims()).sort());
  });

  it('does not outlive its session', () => {
    const who = { ...subject(), sessionEndsAtMs: clock.nowMs() + 60_000 };
    const issued = new AccessTokenIssuer(new JwtService({}), new KeyRing(config()), clock, config()).issue(who);
    expect(issued.expiresInSeconds).toBeLessThanOrEqual(60);
  });

  it('stays valid under the previous key during a rotation, and only while that key is configured', async () => {
    const token = issue(config({ JWT_SECRET: older }));
    expect(await present(token, config({ JWT_SECRET_PREVIOUS: older }))).toHaveProperty('role', 'viewer');
    expect(await present(token)).toHaveProperty('code', 'auth.token_invalid');
  });

  it('expires after its life and 5 seconds of skew', async () => {
    const token = forge(header(), claims({ exp: nowSeconds() - 4 }));
    expect(await present(token)).toHaveProperty('role');
    expect(await present(forge(header(), claims({ exp: nowSeconds() - 6 })))).toMatchObject({
      kind: 'unauthenticated',
      publicText: 'Token has expired',
    });
  });
});

describe('a token that is refused with "Invalid token"', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rsaToken = (): string => {
    const body = `${encode(header({ alg: 'RS256' }))}.${encode(claims())}`;
    return `${body}.${sign('sha256', Buffer.from(body), rsa.privateKey).toString('base64url')}`;
  };
  const without = (name: string): string => {
    const { [name]: _gone, ...rest } = claims();
    return forge(header(), rest);
  };
  const cases: readonly (readonly [string, () => string])[] = [
    ['signed by somebody else', () => forge(header(), claims(), older)],
    [
      'with a changed claim',
      () => {
        const [head, , signature] = forge(header(), claims()).split('.');
        return `${head}.${encode(claims({ role: 'admin', is_admin: true }))}.${signature}`;
      },
    ],
    ['unsigned (alg none)', () => `${encode(header({ alg: 'none' }))}.${encode(claims())}.`],
    ['unsigned but called HS256', () => `${encode(header())}.${encode(claims())}.`],
    ['of another HMAC (HS512)', () => forge(header({ alg: 'HS512' }), claims(), secret, 'sha512')],
    ['of an asymmetric algorithm', rsaToken],
    ['with an unknown kid', () => forge(header({ kid: 'somebody-else' }), claims())],
    ['without a kid', () => forge(header({ kid: undefined }), claims())],
    ['of another type', () => forge(header({ typ: 'JWT' }), claims())],
    ['with a critical extension', () => forge(header({ crit: ['exp'] }), claims())],
    ['of another issuer', () => forge(header(), claims({ iss: 'elsewhere' }))],
    ['for another audience', () => forge(header(), claims({ aud: 'other-api' }))],
    ['for another use', () => forge(header(), claims({ token_use: 'refresh' }))],
    ['with an unknown role', () => forge(header(), claims({ role: 'root' }))],
    ['whose is_admin contradicts its role', () => forge(header(), claims({ is_admin: true }))],
    ['not valid yet', () => forge(header(), claims({ nbf: nowSeconds() + 60 }))],
    ['issued in the future', () => forge(header(), claims({ iat: nowSeconds() + 60 }))],
    ['with an expiry that is a text', () => forge(header(), claims({ exp: String(nowSeconds() + 900) }))],
    ['that is no JWT', () => 'hello'],
    ['whose header is no JSON', () => `${Buffer.from('{').toString('base64url')}.e30.AA`],
    ['that is very long', () => forge(header(), claims({ more: 'x'.repeat(5_000) }))],
    ...Object.keys(claims()).map((name) => [`without ${name}`, () => without(name)] as const),
  ];
  it.each(cases)('%s', async (_, make) => {
    const answer = await present(make());
    expect(answer).toBeInstanceOf(AppError);
    expect(answer).toMatchObject({ kind: 'unauthenticated', publicText: 'Invalid token', code: 'auth.token_invalid' });
  });
});

describe('a token of a service that shares the secret', () => {
  const trusting = config({ JWT_TRUST_SHARED_SECRET: true });
  const plain = { alg: 'HS256', typ: 'JWT' };
  const shared = (more: object = {}): string =>
    forge(plain, { sub: 'ops', exp: nowSeconds() + 60, is_admin: true, ...more });

  it('is refused unless that is switched on', async () => {
    expect(await present(shared())).toHaveProperty('code', 'auth.token_invalid');
  });

  it('is a principal without an account: shared name, no session', async () => {
    expect(await present(shared(), trusting)).toMatchObject({ userId: 'shared:ops', sessionId: null, isAdmin: true });
  });

  it.each([
    ['expired', () => shared({ exp: nowSeconds() - 10 }), 'auth.token_expired'],
    ['without an expiry', () => forge(plain, { is_admin: true }), 'auth.token_invalid'],
    ['with a control character in its subject', () => shared({ sub: 'a\0b' }), 'auth.token_invalid'],
    [
      'signed by another key',
      () => forge(plain, { exp: nowSeconds() + 60, is_admin: true }, older),
      'auth.token_invalid',
    ],
    ['that claims to be of our type', () => forge({ ...plain, typ: 'at+jwt' }, claims()), 'auth.token_invalid'],
  ])('is refused when %s', async (_, make, code) => {
    expect(await present(make(), trusting)).toHaveProperty('code', code);
  });
});

describe('an Authorization header', () => {
  it.each([
    [undefined, 'none'],
    ['', 'none'],
    ['abc', 'malformed'],
    ['Bearer', 'malformed'],
    ['Bearer ', 'malformed'],
    ['Bearer a b', 'malformed'],
    ['Bearer a, Bearer b', 'malformed'],
    ['Basic dXNlcjpwdw==', 'malformed'],
    ['Bearer abc', 'token'],
    ['bearer abc', 'token'],
  ])('%j is %s', (text, kind) => {
    expect(readBearer(text).kind).toBe(kind);
  });
});
