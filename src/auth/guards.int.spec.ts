import { createHmac } from 'node:crypto';
import {
  freshAddress,
  jwtSecret,
  startAuthApp,
  type Answer,
  type AuthApp,
  type Signed,
} from '../../test/support/auth-app.js';
import { startPostgres, type RunningPostgres } from '../../test/support/postgres.js';
import { until } from '../../test/support/process.js';

let postgres: RunningPostgres;
let auth: AuthApp;
let admin: Signed;
let viewer: Signed;

const get = (url: string, token?: string, headers?: Record<string, string>): Promise<Answer> =>
  auth.call('GET', url, {
    address: freshAddress(),
    ...(token === undefined ? {} : { token }),
    ...(headers ? { headers } : {}),
  });

/** A token as S0's backend signs it. */
function sharedToken(claims: object, secret = jwtSecret): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
const inAMinute = (): number => Math.floor(Date.now() / 1000) + 60;

beforeAll(async () => {
  postgres = await startPostgres({ version: 'embedded' });
  auth = await startAuthApp(postgres.url);
  admin = await auth.signIn();
  viewer = await auth.newUser(admin, 'viewer');
});
afterAll(async () => {
  await auth?.close();
  await postgres?.dispose();
});
/** Every test has fresh limits, and tokens that are young on its clock. */
beforeEach(async () => {
  auth.clock.advance(60_000);
  admin = await auth.signIn();
  viewer = await auth.signIn(viewer.email);
});

describe('a guarded route', () => {
  it.each<[string, string, Record<string, string> | undefined]>([
    ['Access denied. No token provided.', 'no header', undefined],
    ['Access denied. No token provided.', 'an empty header', { authorization: '' }],
    ['Invalid token format', 'a header of another form', { authorization: 'Token abc' }],
    ['Invalid token format', 'a header without a token', { authorization: 'Bearer' }],
    ['Invalid token', 'a token of nobody', { authorization: 'Bearer abc.def.ghi' }],
  ])('answers 401 "%s" to %s', async (message, _, headers) => {
    const answer = await get('/probe/statistics', undefined, headers);
    expect(answer).toMatchObject({ status: 401, body: { message, detail: message } });
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });

  it('answers 401 "Token has expired" once the token is 15 minutes and the skew old', async () => {
    const user = await auth.signIn();
    auth.clock.advance(900_000 + 3_000);
    expect((await get('/probe/statistics', user.token)).status).toBe(200);
    auth.clock.advance(3_000);
    expect((await get('/probe/statistics', user.token)).body).toMatchObject({ message: 'Token has expired' });
  });

  it('answers 403 to who is signed in and may not, and records it', async () => {
    const answer = await get('/probe/statistics', viewer.token);
    expect(answer).toMatchObject({ status: 403, body: { message: 'Access denied. Admin privileges required.' } });
    const recorded = (): Promise<Record<string, unknown>[]> =>
      postgres.adminQuery(`SELECT * FROM audit_events WHERE action = 'access.denied' AND actor = $1`, [viewer.id]);
    await until('the refusal is in the audit trail', async () => (await recorded()).length > 0);
    expect((await recorded())[0]).toMatchObject({
      outcome: 'denied',
      details: { permission: 'statistics:read', route: '/probe/statistics', method: 'GET', role: 'viewer' },
    });
  });

  it.each(['/probe/statistics/', '//probe//statistics', '/probe/statistics?token=x', '/probe/%73tatistics'])(
    'gives the same verdict at %s',
    async (url) => {
      expect((await get(url)).status).toBe(401);
      expect((await get(url, viewer.token)).status).toBe(403);
      expect((await get(url, admin.token)).status).toBe(200);
    },
  );

  it('gives the same verdict to HEAD', async () => {
    const head = (token: string): Promise<Answer> => auth.call('HEAD', '/probe/statistics', { token });
    expect((await head(viewer.token)).status).toBe(403);
    expect((await head(admin.token)).status).toBe(200);
  });

  it('takes no token from the query, unless it is a stream and that is not switched off', async () => {
    expect((await get(`/probe/statistics?token=${admin.token}`)).status).toBe(401);
    expect((await get(`/probe/stream?token=${admin.token}`)).status).toBe(200);
    expect((await get(`/probe/stream?token=${viewer.token}`)).status).toBe(403);
    expect((await get('/probe/stream?token=abc')).body).toMatchObject({ status: 401, message: 'Invalid token' });
    expect((await get(`/probe/stream?token=${admin.token}&token=${admin.token}`)).status).toBe(401);
    const strict = await startAuthApp(postgres.url, { STREAM_QUERY_TOKEN: 'deny' });
    const token = (await strict.signIn()).token;
    expect((await strict.call('GET', `/probe/stream?token=${token}`)).status).toBe(401);
    expect((await strict.call('GET', '/probe/stream', { token })).status).toBe(200);
    await strict.close();
  });
});

describe('a route that declares nothing', () => {
  it('is refused to everybody, admins included', async () => {
    expect((await get('/probe/undeclared')).status).toBe(403);
    expect((await get('/probe/undeclared', admin.token)).status).toBe(403);
  });
});

describe('a public route', () => {
  it('answers without a token, and with a token that is worth nothing', async () => {
    expect((await get('/probe/open')).status).toBe(200);
    expect((await get('/probe/open', 'abc')).status).toBe(200);
  });
});

describe('a token of a service that shares the secret', () => {
  it('reads the statistics with is_admin, and nothing else, where that is switched on', async () => {
    const trusting = await startAuthApp(postgres.url, { JWT_TRUST_SHARED_SECRET: 'true' });
    const ask = async (url: string, token: string): Promise<number> =>
      (await trusting.call('GET', url, { token })).status;
    const operator = sharedToken({ sub: 'ops', exp: inAMinute(), is_admin: true });
    expect(await ask('/probe/statistics', operator)).toBe(200);
    expect(await ask('/api/v1/users', operator)).toBe(403);
    expect(await ask('/api/v1/auth/me', operator)).toBe(403);
    expect(await ask('/probe/statistics', sharedToken({ sub: 'eve', exp: inAMinute(), is_admin: false }))).toBe(403);
    expect(await ask('/probe/statistics', sharedToken({ sub: 'ops', is_admin: true }))).toBe(401);
    expect(await ask('/probe/statistics', sharedToken({ exp: inAMinute(), is_admin: true }, 'x'.repeat(40)))).toBe(401);
    await trusting.close();
  });

  it('is worth nothing by default', async () => {
    expect((await get('/probe/statistics', sharedToken({ sub: 'ops', exp: inAMinute(), is_admin: true }))).status).toBe(
      401,
    );
  });
});

describe('limits', () => {
  const statuses = async (count: number, ask: () => Promise<Answer>): Promise<readonly number[]> => {
    const answers: number[] = [];
    for (let i = 0; i < count; i += 1) answers.push((await ask()).status);
    return answers;
  };

  it('let a user through exactly 100 times in 60 seconds, all routes and addresses together', async () => {
    const urls = ['/probe/statistics', '/api/v1/auth/me', '/probe/open', '/api/v1/users'];
    let asked = 0;
    const ask = (): Promise<Answer> => get(urls[(asked += 1) % urls.length] ?? '', admin.token);
    expect(await statuses(101, ask)).toEqual([...Array(100).fill(200), 429]);
    const refused = await get('/probe/statistics', admin.token);
    expect(refused).toMatchObject({ status: 429, body: { code: 'auth.rate_limited' } });
    expect(refused.headers).toMatchObject({ 'ratelimit-limit': '100', 'ratelimit-remaining': '0' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await get('/api/v1/auth/me', viewer.token)).status).toBe(200);
    auth.clock.advance(60_000);
    expect((await get('/probe/statistics', admin.token)).status).toBe(200);
  });

  it('let a user read the system statistics exactly 60 times in 60 seconds, and other routes still', async () => {
    expect(await statuses(61, () => get('/probe/system', admin.token))).toEqual([...Array(60).fill(200), 429]);
    expect((await get('/probe/statistics', admin.token)).status).toBe(200);
  });

  it('let an address without a token through exactly 60 times in 60 seconds', async () => {
    const ask = (address: string): Promise<Answer> => auth.call('GET', '/probe/open', { address });
    expect(await statuses(61, () => ask('192.0.2.7'))).toEqual([...Array(60).fill(200), 429]);
    expect((await ask('192.0.2.8')).status).toBe(200);
    expect((await auth.call('GET', '/api/v1/auth/me', { token: viewer.token, address: '192.0.2.7' })).status).toBe(200);
  });

  it('take an IPv6 network of /64 for one address', async () => {
    let host = 0;
    const ask = (): Promise<Answer> =>
      auth.call('GET', '/probe/open', { address: `2001:db8:9:9::${(host += 1).toString(16)}` });
    expect((await statuses(61, ask)).at(-1)).toBe(429);
  });

  it('count a worthless token against the address', async () => {
    const ask = (): Promise<Answer> => auth.call('GET', '/probe/statistics', { token: 'a.b.c', address: '192.0.2.9' });
    expect(await statuses(61, ask)).toEqual([...Array(60).fill(401), 429]);
  });

  it('leave out the routes that say so', async () => {
    const ask = (): Promise<Answer> => auth.call('GET', '/probe/unlimited', { address: '192.0.2.10' });
    expect(await statuses(70, ask)).toEqual(Array(70).fill(200));
  });

  it('tell the tighter of two limits on every answer', async () => {
    expect((await get('/probe/system', admin.token)).headers).toMatchObject({
      'ratelimit-limit': '60',
      'ratelimit-remaining': '59',
    });
    expect((await get('/probe/statistics', admin.token)).headers).toMatchObject({ 'ratelimit-limit': '100' });
  });
});
