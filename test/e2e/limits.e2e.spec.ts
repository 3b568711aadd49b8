import { Api, type ApiAnswer, type ApiRequest, type SignedIn } from '../support/api.js';
import { adminPassword, type InProcessApplication, startInProcess } from '../support/application.js';
import { startPostgres, type RunningPostgres } from '../support/postgres.js';

/** The limits of the contract; a fresh application for each test, so that every bucket is empty. */
const perUser = 100;
const statsSystem = 60;
const anonymous = 60;

let postgres: RunningPostgres;
const running: InProcessApplication[] = [];

beforeAll(async () => {
  postgres = await startPostgres({ version: 'debian15' });
}, 60_000);
afterEach(async () => {
  for (const application of running.splice(0)) await application.close();
});
afterAll(() => postgres.dispose());

async function fresh(environment: Readonly<Record<string, string>> = {}): Promise<Api> {
  const application = await startInProcess({ DATABASE_URL: postgres.url, ...environment });
  running.push(application);
  return new Api(application.app);
}

/** Asks the addresses in turn, `times` in all, and returns the statuses. */
async function statuses(api: Api, urls: readonly string[], times: number, request: ApiRequest): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < times; i++) found.push((await api.call('GET', urls[i % urls.length] ?? '', request)).status);
  return found;
}

const refused = (found: readonly number[]): number => found.filter((status) => status === 429).length;

function expectLimited(answer: ApiAnswer, limit: number): void {
  expect(answer.status).toBe(429);
  expect(answer.body).toMatchObject({ status: 429, code: 'auth.rate_limited', title: 'Too Many Requests' });
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const wait = Number(answer.headers['retry-after']);
  expect(wait).toBeGreaterThanOrEqual(1);
  expect(wait).toBeLessThanOrEqual(60);
  expect(answer.body.message).toBe(`Too many requests. Try again in ${wait} s.`);
  expect(answer.headers).toMatchObject({
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': '0',
    'ratelimit-reset': String(wait),
    'x-frame-options': 'DENY',
    'x-request-id': answer.body.request_id,
  });
}

const adminRoutes = [
  '/api/v1/admin/stats/redis',
  '/api/v1/admin/stats/mqtt/',
  '//api/v1/admin/stats/application',
  '/api/v1/users',
  '/api/v1/auth/me',
  '/api/admin/system/health',
  '/api/core/admin/system/metrics',
];

describe('A user', () => {
  it('has one bucket of 100 requests a minute over all routes, spellings, methods and sessions', async () => {
    const api = await fresh();
    const first = await api.signIn();
    const second = await api.signIn();
    expect(refused(await statuses(api, adminRoutes, perUser / 2, { token: first.token }))).toBe(0);
    const half = await api.call('HEAD', '/api/v1/users', { token: second.token });
    expect(half.headers).toMatchObject({ 'ratelimit-limit': '100', 'ratelimit-remaining': '49' });
    expect(
      refused(await statuses(api, adminRoutes, perUser / 2 - 1, { token: second.token, address: '192.0.2.9' })),
    ).toBe(0);
    for (const url of adminRoutes) expectLimited(await api.call('GET', url, { token: first.token }), perUser);
    // What is refused for want of a permission or for bad input costs as well, and so it is refused now.
    expectLimited(await api.call('POST', '/api/v1/auth/register', { token: second.token, body: {} }), perUser);
  });

  it('may ask for the system statistics 60 times of these, and for the rest after that', async () => {
    const api = await fresh();
    const { token } = await api.signIn();
    expect(refused(await statuses(api, ['/api/v1/admin/stats/system'], statsSystem, { token }))).toBe(0);
    for (const url of ['/api/v1/admin/stats/system', '/api/v1/admin/stats/system/', '//api//v1/admin/stats/system'])
      expectLimited(await api.call('GET', url, { token }), statsSystem);
    const others = await statuses(api, ['/api/v1/users'], 20, { token });
    expect(others).toEqual(Array(20).fill(200));
  });

  it('shares nothing with another user at the same address, nor with requests without a token', async () => {
    const api = await fresh();
    const admin = await api.signIn();
    const other = await api.newUser(admin, 'admin');
    await statuses(api, ['/api/v1/users'], perUser, { token: admin.token });
    expectLimited(await api.call('GET', '/api/v1/users', { token: admin.token }), perUser);
    expect((await api.call('GET', '/api/v1/users', { token: other.token })).status).toBe(200);
    expect((await api.call('GET', '/api/v1/users')).status).toBe(401);
  });

  it('is not freed by 403 answers: they count', async () => {
    const api = await fresh();
    const viewer = await api.newUser(await api.signIn(), 'viewer');
    const found = await statuses(api, ['/api/v1/users', '/api/v1/admin/stats/system'], perUser, {
      token: viewer.token,
    });
    expect([...new Set(found)]).toEqual([403]);
    expectLimited(await api.call('GET', '/api/v1/auth/me', { token: viewer.token }), perUser);
  });
});

describe('Without a valid token', () => {
  const probes = ['/health', '/health/live', '/health/ready', '/api/health', '/metrics'];

  it('an address has 60 requests a minute, whatever it presents; probes stay open, users stay welcome', async () => {
    const api = await fresh();
    const { token } = await api.signIn();
    const address = '198.51.100.7';
    const urls = ['/api/v1/users', '/api/docs', '/api/v1/auth/me', '/api/openapi.json'];
    const presented: readonly ApiRequest[] = [{}, { token: 'a.b.c' }, { headers: { authorization: 'Basic eDp5' } }];
    for (let i = 0; i < anonymous; i++) {
      const answer = await api.call('GET', urls[i % 4] ?? '', { ...presented[i % 3], address });
      expect([i, answer.status]).not.toEqual([i, 429]);
    }
    for (const url of urls) expectLimited(await api.call('GET', url, { address }), anonymous);
    const body = { email: 'nobody@example.org', password: 'x' };
    expectLimited(await api.call('POST', '/api/v1/auth/login', { address, body }), anonymous);
    expect(refused(await statuses(api, probes, 5 * anonymous, {}))).toBe(0);
    expect((await api.call('GET', '/api/v1/auth/me', { address, token })).status).toBe(200);
    expect((await api.call('GET', '/api/docs', { address: '198.51.100.8' })).status).toBe(200);
  });

  it('IPv6 counts by /64, and a mapped IPv4 address as itself', async () => {
    const api = await fresh();
    for (let i = 0; i < anonymous; i++)
      await api.call('GET', '/api/docs', { address: `2001:db8:1:2:${i.toString(16)}::${i.toString(16)}` });
    expectLimited(await api.call('GET', '/api/docs', { address: '2001:db8:1:2:ffff:ffff:ffff:ffff' }), anonymous);
    expect((await api.call('GET', '/api/docs', { address: '2001:db8:1:3::1' })).status).toBe(200);
    await statuses(api, ['/api/docs'], anonymous, { address: '192.0.2.1' });
    expectLimited(await api.call('GET', '/api/docs', { address: '::ffff:192.0.2.1' }), anonymous);
    expect((await api.call('GET', '/api/docs', { address: '::ffff:192.0.2.2' })).status).toBe(200);
  });
});

describe('Forwarded addresses', () => {
  /** How many of 70 requests are refused when each names another client. */
  async function rotating(api: Api, address: string, header: (i: number) => Record<string, string>): Promise<number> {
    const found: number[] = [];
    for (let i = 0; i < 70; i++)
      found.push((await api.call('GET', '/api/docs', { address, headers: header(i) })).status);
    return refused(found);
  }

  it('are not believed unless the peer is a trusted proxy', async () => {
    const api = await fresh();
    const headers = (i: number): Record<string, string> => ({
      'x-forwarded-for': `203.0.113.${i}`,
      forwarded: `for=203.0.113.${i}`,
      'x-real-ip': `203.0.113.${i}`,
      'cf-connecting-ip': `203.0.113.${i}`,
    });
    expect(await rotating(api, '192.0.2.1', headers)).toBe(10);
    const behindProxy = await fresh({ TRUSTED_PROXIES: '192.0.2.0/28' });
    expect(await rotating(behindProxy, '192.0.2.16', headers)).toBe(10);
    expect(await rotating(behindProxy, '192.0.2.1', headers)).toBe(0);
  });

  it('count from the right: what a client puts before the proxies entry does not matter', async () => {
    const api = await fresh({ TRUSTED_PROXIES: '192.0.2.1,192.0.2.2' });
    const chain = (i: number): Record<string, string> => ({
      'x-forwarded-for': `203.0.113.${i}, 198.51.100.1, 192.0.2.2`,
    });
    expect(await rotating(api, '192.0.2.1', chain)).toBe(10);
  });

  it('never open /metrics, and are what the audit trail names only behind a trusted proxy', async () => {
    const api = await fresh({ TRUSTED_PROXIES: '192.0.2.1' });
    const headers = { 'x-forwarded-for': '127.0.0.1' };
    for (const address of ['192.0.2.1', '198.51.100.1'])
      expect((await api.call('GET', '/metrics', { address, headers })).status).toBe(403);

    const admin: SignedIn = await api.signIn();
    const body = { email: admin.email, password: `not ${adminPassword}` };
    for (const address of ['192.0.2.1', '198.51.100.1']) {
      const forwarded = { 'x-forwarded-for': '203.0.113.50' };
      expect((await api.call('POST', '/api/v1/auth/login', { address, headers: forwarded, body })).status).toBe(401);
    }
    const trail = await api.call('GET', '/api/v1/audit-events?action=login.failed&limit=2', { token: admin.token });
    const items = trail.body.items as readonly { address: string }[];
    expect(items.map((event) => event.address)).toEqual(['198.51.100.1', '203.0.113.50']);
  });
});
