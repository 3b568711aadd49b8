import { randomBytes } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import {
  adminEmail,
  adminPassword,
  freshAddress,
  startAuthApp,
  type Answer,
  type AuthApp,
  type Signed,
} from '../../test/support/auth-app.js';
import { startPostgres, type RunningPostgres } from '../../test/support/postgres.js';
import { until } from '../../test/support/process.js';

const quarterHourMs = 15 * 60_000;
let postgres: RunningPostgres;
let auth: AuthApp;
let admin: Signed;
const others: AuthApp[] = [];

/** A further instance on the same database, with the same time. */
async function instance(environment: Record<string, string> = {}): Promise<AuthApp> {
  const started = await startAuthApp(postgres.url, environment, auth.clock);
  others.push(started);
  return started;
}

const login = (email: string, password: string, address = freshAddress()): Promise<Answer> =>
  auth.call('POST', '/api/v1/auth/login', { body: { email, password }, address });
const refresh = (token: string, on = auth): Promise<Answer> =>
  on.call('POST', '/api/v1/auth/refresh', { body: { refresh_token: token }, address: freshAddress() });
const me = (token: string, on = auth): Promise<Answer> => on.call('GET', '/api/v1/auth/me', { token });
/** What differs between two answers to the same failure is the id of the request and nothing else. */
const body = ({ status, body: { request_id: _, ...rest } }: Answer): unknown => ({ status, ...rest });
const events = async (action: string): Promise<readonly Record<string, unknown>[]> =>
  postgres.adminQuery('SELECT * FROM audit_events WHERE action = $1 ORDER BY id', [action]);

beforeAll(async () => {
  postgres = await startPostgres({ version: 'embedded' });
  auth = await startAuthApp(postgres.url, { LIMIT_USER_PER_MINUTE: '10000', DATABASE_CONNECT_TIMEOUT_MS: '1000' });
  admin = await auth.signIn();
});
afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
});
afterAll(async () => {
  await auth?.close();
  await postgres?.dispose();
});

describe('a login', () => {
  it('answers tokens, their lives and the user', async () => {
    const answer = await login(adminEmail.toUpperCase(), adminPassword);
    expect(answer).toMatchObject({
      status: 200,
      body: { token_type: 'Bearer', expires_in: 900, user: { email: adminEmail, role: 'admin', is_admin: true } },
    });
    expect(JSON.stringify(answer.body)).not.toContain('argon2');
    const [stored] = await postgres.adminQuery<{ n: string }>(
      `SELECT count(*) AS n FROM refresh_tokens WHERE encode(hash, 'escape') LIKE '%' || $1 || '%'`,
      [answer.body.refresh_token],
    );
    expect(stored?.n).toBe('0');
  });

  it('answers an unknown user, a wrong password and a disabled user alike', async () => {
    const user = await auth.newUser(admin, 'viewer');
    await auth.call('PATCH', `/api/v1/users/${user.id}`, { token: admin.token, body: { disabled: true } });
    const answers = await Promise.all([
      login('nobody@example.com', adminPassword),
      login(adminEmail, 'wrong-password-here'),
      login(user.email, adminPassword),
    ]);
    expect(answers.map(body)).toEqual(Array(3).fill(body(answers[0] as Answer)));
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'auth.credentials_invalid' } });
    const failures = await events('login.failed');
    expect(failures.map((e) => e.outcome)).toEqual(expect.arrayContaining(['failure']));
    expect(failures.filter((e) => e.target === null)).toHaveLength(1);
  });

  it.each([
    [{}],
    [{ email: adminEmail }],
    [{ email: adminEmail, password: 5 }],
    [{ email: adminEmail, password: adminPassword, remember: true }],
    [{ email: 'nul\0@example.com', password: 'x' }],
  ])('refuses the body %j with 422', async (faulty) => {
    const answer = await auth.call('POST', '/api/v1/auth/login', { body: faulty, address: freshAddress() });
    expect(answer).toMatchObject({ status: 422, body: { errors: expect.any(Array) } });
  });

  it('stores a password under newer parameters when its hash has weaker ones', async () => {
    const user = await auth.newUser(admin, 'viewer');
    const weak = await hash(adminPassword, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    await postgres.adminQuery('UPDATE users SET password_hash = $1 WHERE id = $2', [weak, user.id]);
    await auth.signIn(user.email);
    const [row] = await postgres.adminQuery('SELECT password_hash, last_login_at FROM users WHERE id = $1', [user.id]);
    expect(row?.password_hash).toMatch(/m=19456,t=2,p=1/);
    expect(row?.last_login_at).toBeInstanceOf(Date);
    await auth.signIn(user.email);
  });

  it('is refused after 10 failures of the account, whether it exists or not, and possible again 15 minutes later', async () => {
    const user = await auth.newUser(admin, 'viewer');
    for (const email of [user.email, 'nobody-at-all@example.com']) {
      const failures = await Promise.all(Array.from({ length: 14 }, () => login(email, 'not-the-password')));
      expect(failures.map((a) => a.status).sort()).toEqual([...Array(10).fill(401), ...Array(4).fill(429)]);
      const refused = await login(email, adminPassword);
      expect(refused).toMatchObject({ status: 429, body: { code: 'auth.login_limited' } });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(890);
    }
    auth.clock.advance(quarterHourMs);
    expect((await login(user.email, adminPassword)).status).toBe(200);
    admin = await auth.signIn();
  });

  it('forgets the failures of an account once the password was right', async () => {
    const user = await auth.newUser(admin, 'viewer');
    for (let round = 0; round < 2; round += 1) {
      for (let i = 0; i < 9; i += 1) expect((await login(user.email, 'not-the-password')).status).toBe(401);
      expect((await login(user.email, adminPassword)).status).toBe(200);
    }
  });

  it('is refused after 30 failures from one address, on whatever accounts', async () => {
    const address = '2001:db8:1:2::1';
    const statuses: number[] = [];
    for (let i = 0; i < 32; i += 1) {
      statuses.push((await login(`guess-${i}@example.com`, 'not-the-password', `2001:db8:1:2::${i}`)).status);
    }
    expect(statuses).toEqual([...Array(30).fill(401), 429, 429]);
    expect((await login(adminEmail, adminPassword, address)).status).toBe(429);
    expect((await login(adminEmail, adminPassword)).status).toBe(200);
  });

  it('is refused beyond 300 a minute over all accounts and addresses', async () => {
    auth.clock.advance(60_000);
    const tight = await instance({ LIMIT_LOGIN_PER_MINUTE: '3' });
    const attempt = (): Promise<Answer> =>
      tight.call('POST', '/api/v1/auth/login', {
        body: { email: adminEmail, password: adminPassword },
        address: freshAddress(),
      });
    const statuses = [await attempt(), await attempt(), await attempt(), await attempt()].map((a) => a.status);
    tight.clock.advance(60_000);
    statuses.push((await attempt()).status);
    expect(statuses).toEqual([200, 200, 200, 429, 200]);
  });

  it('ends the oldest sessions of a user beyond the limit', async () => {
    const few = await instance({ AUTH_SESSIONS_PER_USER: '2' });
    const user = await auth.newUser(admin, 'viewer');
    const second = await few.signIn(user.email);
    const third = await few.signIn(user.email);
    expect((await me(user.token, few)).status).toBe(401);
    expect((await me(second.token, few)).status).toBe(200);
    expect((await me(third.token, few)).status).toBe(200);
  });
});

describe('refreshing', () => {
  it('exchanges a token for the next and does not extend the session', async () => {
    const user = await auth.newUser(admin, 'viewer');
    auth.clock.advance(60_000);
    const next = await refresh(user.refreshToken);
    expect(next).toMatchObject({ status: 200, body: { user: { id: user.id } } });
    expect(next.body.refresh_token).not.toBe(user.refreshToken);
    const [sessions] = await postgres.adminQuery<{ ends: string }>(
      'SELECT count(DISTINCT expires_at) AS ends FROM refresh_tokens t JOIN sessions s USING (expires_at) WHERE s.user_id = $1',
      [user.id],
    );
    expect(sessions?.ends).toBe('1');
    expect((await me(next.body.access_token)).status).toBe(200);
    expect((await refresh(next.body.refresh_token)).status).toBe(200);
  });

  it('ends the whole session when a used token comes again, and records it', async () => {
    const user = await auth.newUser(admin, 'viewer');
    const next = await refresh(user.refreshToken);
    const before = (await events('session.refresh_reused')).length;
    const reused = await refresh(user.refreshToken);
    expect(reused.status).toBe(401);
    expect((await refresh(next.body.refresh_token)).status).toBe(401);
    expect((await me(next.body.access_token)).body).toMatchObject({ status: 401, message: 'Invalid token' });
    expect(await events('session.refresh_reused')).toHaveLength(before + 1);
  });

  it('lets exactly one of many requests with one token win', async () => {
    const user = await auth.newUser(admin, 'viewer');
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(user.refreshToken)));
    expect(answers.map((a) => a.status).sort()).toEqual([200, ...Array(7).fill(401)]);
  });

  it('answers a used, an unknown and an expired token alike', async () => {
    const used = await auth.newUser(admin, 'viewer');
    await refresh(used.refreshToken);
    const late = await auth.newUser(admin, 'viewer');
    await postgres.adminQuery(
      `UPDATE refresh_tokens SET expires_at = now() - interval '1 day' WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)`,
      [late.id],
    );
    const answers = await Promise.all([
      refresh(used.refreshToken),
      refresh(randomBytes(32).toString('base64url')),
      refresh(late.refreshToken),
    ]);
    expect(answers.map(body)).toEqual(Array(3).fill(body(answers[0] as Answer)));
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'auth.refresh_token_invalid' } });
  });

  it('refuses a body without a token with 422', async () => {
    expect((await auth.call('POST', '/api/v1/auth/refresh', { body: {}, address: freshAddress() })).status).toBe(422);
  });
});

describe('an ended session', () => {
  it('by logout opens nothing any more, neither with its access token nor with its refresh token', async () => {
    const user = await auth.newUser(admin, 'viewer');
    const other = await auth.signIn(user.email);
    expect((await auth.call('POST', '/api/v1/auth/logout', { token: user.token })).status).toBe(204);
    expect((await me(user.token)).body).toMatchObject({ status: 401, message: 'Invalid token' });
    expect((await refresh(user.refreshToken)).status).toBe(401);
    expect((await me(other.token)).status).toBe(200);
    expect((await auth.call('POST', '/api/v1/auth/logout')).status).toBe(401);
  });

  it('is known to another instance within 5 seconds', async () => {
    const second = await instance({ AUTH_REVOCATION_POLL_MS: '500' });
    const user = await auth.newUser(admin, 'viewer');
    expect((await me(user.token, second)).status).toBe(200);
    await auth.call('POST', '/api/v1/auth/logout', { token: user.token });
    await until('the other instance refuses', async () => (await me(user.token, second)).status === 401, 5_000);
  });

  it('is known to an instance that starts afterwards', async () => {
    const user = await auth.newUser(admin, 'viewer');
    await auth.call('POST', '/api/v1/auth/logout', { token: user.token });
    const later = await instance();
    expect((await me(user.token, later)).status).toBe(401);
  });

  it.each([
    ['a new role', { role: 'operator' }],
    ['disabling', { disabled: true }],
    ['a password set by an admin', { password: 'another-granite-otter' }],
  ])('comes from %s', async (_, change) => {
    const user = await auth.newUser(admin, 'viewer');
    const changed = await auth.call('PATCH', `/api/v1/users/${user.id}`, { token: admin.token, body: change });
    expect(changed.status).toBe(200);
    expect((await me(user.token)).status).toBe(401);
    expect((await refresh(user.refreshToken)).status).toBe(401);
  });

  it('comes from deleting the user', async () => {
    const user = await auth.newUser(admin, 'viewer');
    expect((await auth.call('DELETE', `/api/v1/users/${user.id}`, { token: admin.token })).status).toBe(204);
    expect((await me(user.token)).status).toBe(401);
    expect((await refresh(user.refreshToken)).status).toBe(401);
    expect((await login(user.email, adminPassword)).status).toBe(401);
  });

  it('comes from changing the own password, for every session of the user', async () => {
    const user = await auth.newUser(admin, 'viewer');
    const other = await auth.signIn(user.email);
    const change = { current_password: adminPassword, new_password: 'another-granite-otter' };
    expect((await auth.call('POST', '/api/v1/auth/change-password', { token: user.token, body: change })).status).toBe(
      204,
    );
    expect((await me(user.token)).status).toBe(401);
    expect((await me(other.token)).status).toBe(401);
    expect((await login(user.email, adminPassword)).status).toBe(401);
    expect((await login(user.email, 'another-granite-otter')).status).toBe(200);
  });
});

describe('changing the own password', () => {
  it.each([
    [
      'a wrong current password',
      { current_password: 'something-else', new_password: 'another-granite-otter' },
      '/current_password',
    ],
    ['a short new password', { current_password: adminPassword, new_password: 'short' }, '/new_password'],
    ['a common new password', { current_password: adminPassword, new_password: 'Password123456' }, '/new_password'],
    ['the same password', { current_password: adminPassword, new_password: adminPassword }, '/new_password'],
  ])('refuses %s with 422', async (_, change, pointer) => {
    const user = await auth.newUser(admin, 'viewer');
    const answer = await auth.call('POST', '/api/v1/auth/change-password', { token: user.token, body: change });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    expect((await me(user.token)).status).toBe(200);
  });

  it('counts a wrong current password like a failed login', async () => {
    const user = await auth.newUser(admin, 'viewer');
    const change = { current_password: 'something-else', new_password: 'another-granite-otter' };
    const statuses: number[] = [];
    for (let i = 0; i < 11; i += 1) {
      const address = freshAddress();
      statuses.push(
        (await auth.call('POST', '/api/v1/auth/change-password', { token: user.token, body: change, address })).status,
      );
    }
    expect(statuses).toEqual([...Array(10).fill(422), 429]);
  });
});

describe('while PostgreSQL is stopped', () => {
  it('a valid token still passes the guards, an ended session stays ended, logins and writes answer 503', async () => {
    const ended = await auth.newUser(admin, 'platform_operator');
    await auth.call('POST', '/api/v1/auth/logout', { token: ended.token });
    await postgres.stop();
    expect((await auth.call('GET', '/probe/statistics', { token: admin.token })).status).toBe(200);
    expect((await auth.call('GET', '/probe/statistics', { token: ended.token })).status).toBe(401);
    const refused = await login(adminEmail, adminPassword);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await refresh(admin.refreshToken)).status).toBe(503);
    expect((await auth.call('POST', '/api/v1/auth/logout', { token: admin.token })).status).toBe(503);
    await postgres.start();
    await until('logins work again', async () => (await login(adminEmail, adminPassword)).status === 200);
    expect((await me(ended.token)).status).toBe(401);
  });
});
