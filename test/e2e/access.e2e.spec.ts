import { randomBytes, randomUUID } from 'node:crypto';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module.js';
import { configSections } from '../../src/app.config.js';
import { coreConfig, type CoreConfig, hardenHttp, httpAdapter, parseConfig, type Role } from '../../src/core/index.js';
import { Api, type ApiAnswer, type ApiRequest, type Method, type SignedIn, unlimited } from '../support/api.js';
import { adminPassword, type InProcessApplication, startInProcess } from '../support/application.js';
import { startPostgres, type RunningPostgres } from '../support/postgres.js';
import { until } from '../support/process.js';
import { resigned, tampered, unsigned } from '../support/tokens.js';

/** Written by hand from the permission matrix of the contract; a route that is missing here fails the inventory. */
const mayRead: Readonly<Record<string, readonly Role[]>> = {
  statistics: ['admin', 'platform_operator'],
  alerts: ['admin', 'engineer', 'operator', 'viewer', 'platform_operator'],
  acknowledging: ['admin', 'engineer', 'operator'],
  resolving: ['admin', 'engineer'],
  settings: ['admin'],
  users: ['admin'],
  account: ['admin', 'engineer', 'operator', 'viewer', 'platform_operator'],
};
const roles: readonly Role[] = ['admin', 'engineer', 'operator', 'viewer', 'platform_operator'];

type Access = 'public' | 'statistics' | 'alerts' | 'acknowledging' | 'resolving' | 'settings' | 'users' | 'account';

/** Who may call what. HEAD follows GET. */
const expected: Readonly<Record<string, Access>> = {
  'GET /health': 'public',
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
  'GET /api/health': 'public',
  'GET /metrics': 'public',
  'GET /api/openapi.json': 'public',
  'GET /api/docs': 'public',
  'GET /api/docs/assets/:file': 'public',
  'POST /api/v1/auth/login': 'public',
  'POST /api/v1/auth/refresh': 'public',
  'POST /api/v1/auth/logout': 'account',
  'POST /api/v1/auth/change-password': 'account',
  'GET /api/v1/auth/me': 'account',
  'POST /api/v1/auth/stream-ticket': 'statistics',
  'POST /api/v1/auth/register': 'users',
  'GET /api/v1/users': 'users',
  'GET /api/v1/users/:id': 'users',
  'PATCH /api/v1/users/:id': 'users',
  'DELETE /api/v1/users/:id': 'users',
  'GET /api/v1/audit-events': 'users',
  'GET /api/v1/admin/health': 'statistics',
  'GET /api/v1/admin/stats/system': 'statistics',
  'GET /api/v1/admin/stats/database': 'statistics',
  'GET /api/v1/admin/stats/redis': 'statistics',
  'GET /api/v1/admin/stats/mqtt': 'statistics',
  'GET /api/v1/admin/stats/iotdb': 'statistics',
  'GET /api/v1/admin/stats/application': 'statistics',
  'GET /api/v1/admin/thresholds': 'settings',
  'PUT /api/v1/admin/thresholds': 'settings',
  'GET /api/v1/alerts': 'alerts',
  'GET /api/v1/alerts/:id': 'alerts',
  'PUT /api/v1/alerts/:id/ack': 'acknowledging',
  'PUT /api/v1/alerts/:id/resolve': 'resolving',
  'GET /api/v1/admin/stats/historical': 'statistics',
  'GET /api/v1/admin/stats/historical/metrics': 'statistics',
  'GET /api/core/admin/system/history': 'statistics',
  'GET /api/admin/system/history': 'statistics',
  'GET /api/core/admin/system/alerts': 'statistics',
  'GET /api/admin/system/alerts': 'statistics',
  'GET /api/v1/admin/monitor/stream': 'statistics',
  'GET /api/core/admin/system/health': 'statistics',
  'GET /api/core/admin/system/metrics': 'statistics',
  'GET /api/admin/system/health': 'statistics',
  'GET /api/admin/system/metrics': 'statistics',
};

interface Route {
  readonly name: string;
  readonly method: Method;
  readonly path: string;
  readonly access: Access;
}

const nobody = randomUUID();
const filled = (path: string): string => path.replace(':id', nobody).replace(':file', 'start.js');

const table: readonly Route[] = Object.entries(expected).flatMap(([name, access]) => {
  const [method, pattern] = name.split(' ') as [Method, string];
  const route = { name, method, path: filled(pattern), access };
  return method === 'GET' ? [route, { ...route, name: `HEAD ${pattern}`, method: 'HEAD' as const }] : [route];
});
/** These alone take a token from the address too. */
const isStream = (route: Route): boolean => route.name.endsWith('/stream');
const guarded = table.filter((route) => route.access !== 'public');

const noToken = 'Access denied. No token provided.';
const malformed = 'Invalid token format';
const expired = 'Token has expired';
const invalid = 'Invalid token';
const forbidden = 'Access denied. Admin privileges required.';

/** `let in`, or the status and message of the refusal. HEAD carries no message. */
function verdict(answer: ApiAnswer): string {
  const { status, body } = answer;
  const refused = [401, 403, 405, 429].includes(status) || body.code === 'http.not_found' || status === 500;
  return refused ? `${status} ${String(body.message ?? '')}`.trim() : 'let in';
}

const refusal = (route: Pick<Route, 'method'>, status: number, message: string): string =>
  route.method === 'HEAD' ? String(status) : `${status} ${message}`;

const secret = randomBytes(32).toString('base64url');
let postgres: RunningPostgres;
let application: InProcessApplication;
let api: Api;
let admin: SignedIn;
const users = new Map<Role, SignedIn>();
const user = (role: Role): SignedIn => users.get(role) as SignedIn;

beforeAll(async () => {
  postgres = await startPostgres({ version: 'debian15' });
  application = await startInProcess({ DATABASE_URL: postgres.url, JWT_SECRET: secret, ...unlimited });
  api = new Api(application.app);
  admin = await api.signIn();
  users.set('admin', admin);
  for (const role of roles.slice(1)) users.set(role, await api.newUser(admin, role));
}, 120_000);

afterAll(async () => {
  await application.close();
  await postgres.dispose();
});

/**
 * What a route is asked with: a body that is refused after the guards, so that nothing is changed, and of a stream
 * events that it does not have, so that it does not begin.
 */
function ask(route: Route, path: string, request: ApiRequest): Promise<ApiAnswer> {
  const body = ['POST', 'PUT', 'PATCH'].includes(route.method) ? { body: {} } : {};
  const query = isStream(route) ? `${path.includes('?') ? '&' : '?'}events=none` : '';
  return api.call(route.method, `${path}${query}`, { ...body, ...request });
}

async function verdicts(routes: readonly Route[], request: ApiRequest): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const route of routes) found[route.name] = verdict(await ask(route, route.path, request));
  return found;
}

const each = (routes: readonly Route[], what: (route: Route) => string): Record<string, string> =>
  Object.fromEntries(routes.map((route) => [route.name, what(route)]));

describe('The inventory of routes', () => {
  it('is exactly the table of this test, method by method', () => {
    const registered = application.routes.all().map(({ method, url }) => `${method} ${url}`);
    expect([...registered].sort()).toEqual(table.map((route) => route.name).sort());
  });

  it('holds no wildcard but the one that preflights need', () => {
    const tree = application.app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
    expect(tree.split('\n').filter((line) => line.includes('*'))).toEqual([expect.stringMatching(/\* \(OPTIONS\)$/)]);
  });
});

describe('Every route, asked without a valid token,', () => {
  const bearer = (token: string): ApiRequest => ({ headers: { authorization: `Bearer ${token}` } });
  const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;
  const header = (text: string) => (): ApiRequest => ({ headers: { authorization: text } });
  const changed =
    (change: Parameters<typeof resigned>[2], ...rest: ['sha512'?]) =>
    (): ApiRequest =>
      bearer(resigned(admin.token, secret, change, ...rest));

  const presented: readonly (readonly [string, string, () => ApiRequest])[] = [
    ['no header', noToken, () => ({})],
    ['an empty header', noToken, header('')],
    ['the token in the address', noToken, () => ({})],
    ['the scheme alone', malformed, header('Bearer')],
    ['another scheme', malformed, header('Basic YWRtaW46YWRtaW4=')],
    ['an API key in the header', malformed, header('X-API-Key iot_1_2')],
    ['the token without a scheme', malformed, () => ({ headers: { authorization: admin.token } })],
    ['the scheme glued to the token', malformed, () => ({ headers: { authorization: `Bearer${admin.token}` } })],
    ['two blanks', malformed, () => ({ headers: { authorization: `Bearer  ${admin.token}` } })],
    ['a tab', malformed, () => ({ headers: { authorization: `Bearer\t${admin.token}` } })],
    ['two tokens', malformed, () => bearer(`${admin.token} ${admin.token}`)],
    ['a list', malformed, () => bearer(`${admin.token},Bearer ${admin.token}`)],
    ['no JWT', invalid, header('Bearer abc')],
    ['three empty parts', invalid, header('Bearer ..')],
    ['parts that are no JSON', invalid, header('Bearer a.b.c')],
    ['a token longer than any of ours', invalid, () => bearer(`${admin.token}${'A'.repeat(4_096)}`)],
    ['a token cut short', invalid, () => bearer(admin.token.slice(0, -1))],
    ['a token without its signature', invalid, () => bearer(admin.token.replace(/[^.]*$/, ''))],
    ['the signature of another secret', invalid, () => bearer(resigned(admin.token, 'f'.repeat(32), {}))],
    ['the signature of an empty secret', invalid, () => bearer(resigned(admin.token, '', {}))],
    ['alg none', invalid, () => bearer(unsigned(admin.token, 'none'))],
    ['alg NoNe with a signature', invalid, () => bearer(unsigned(admin.token, 'NoNe', admin.token.split('.')[2]))],
    ['alg HS512 with a right signature', invalid, changed({ header: { alg: 'HS512' } }, 'sha512')],
    ['alg RS256', invalid, changed({ header: { alg: 'RS256' } })],
    ['a raised role', invalid, () => bearer(tampered(user('viewer').token, { role: 'admin', is_admin: true }))],
    ['another typ', invalid, changed({ header: { typ: 'JWT' } })],
    ['no typ', invalid, changed({ header: { typ: undefined } })],
    ['an unknown kid', invalid, changed({ header: { kid: 'other' } })],
    ['a kid that is a path', invalid, changed({ header: { kid: '../../dev/null' } })],
    ['no kid', invalid, changed({ header: { kid: undefined } })],
    [
      'a key of its own',
      invalid,
      () =>
        bearer(
          resigned(admin.token, 'mine', { header: { jwk: { kty: 'oct', k: 'bWluZQ' }, jku: 'http://127.0.0.1/' } }),
        ),
    ],
    ['a critical extension', invalid, changed({ header: { crit: ['exp'] } })],
    ['another issuer', invalid, changed({ payload: { iss: 'someone' } })],
    ['another audience', invalid, changed({ payload: { aud: 'someone' } })],
    ['another use', invalid, changed({ payload: { token_use: 'refresh' } })],
    ['an unknown role', invalid, changed({ payload: { role: 'root' } })],
    [
      'is_admin against the role',
      invalid,
      () => bearer(resigned(user('viewer').token, secret, { payload: { is_admin: true } })),
    ],
    ['no session', invalid, changed({ payload: { sid: undefined } })],
    ['no expiry', invalid, changed({ payload: { exp: undefined } })],
    ['a start in the future', invalid, () => changed({ payload: { nbf: inAnHour() } })()],
    ['an expiry that has passed', expired, changed({ payload: { exp: 1_700_000_000 } })],
    [
      'an expired token of another secret',
      invalid,
      () => bearer(resigned(admin.token, 'f'.repeat(32), { payload: { exp: 1_700_000_000 } })),
    ],
  ];

  it.each(presented)('with %s: is open if it is public, else 401 "%s"', async (what, message, request) => {
    const query = what === 'the token in the address' ? `?token=${admin.token}&access_token=${admin.token}` : '';
    const routes = table.map((route) => ({ ...route, path: `${route.path}${query}` }));
    const open = (route: Route): boolean => route.access === 'public' || (query !== '' && isStream(route));
    expect(await verdicts(routes, request())).toEqual(
      each(table, (route) => (open(route) ? 'let in' : refusal(route, 401, message))),
    );
  });

  it('with the token of an ended session: is open if it is public, else 401 "Invalid token"', async () => {
    const session = await api.signIn();
    expect((await api.call('POST', '/api/v1/auth/logout', { token: session.token })).status).toBe(204);
    expect(await verdicts(table, { token: session.token })).toEqual(
      each(table, (route) => (route.access === 'public' ? 'let in' : refusal(route, 401, invalid))),
    );
  });
});

describe('Every route, asked with a valid token', () => {
  const logout = 'POST /api/v1/auth/logout';

  it.each(roles)('of %s, does what the matrix says, else 403 with the text of the contract', async (role) => {
    const others = table.filter((route) => route.name !== logout);
    const allowed = (route: Route): boolean =>
      route.access === 'public' || (mayRead[route.access] as readonly Role[]).includes(role);
    expect(await verdicts(others, { token: user(role).token })).toEqual(
      each(others, (route) => (allowed(route) ? 'let in' : refusal(route, 403, forbidden))),
    );
    // Logging out works for everyone, and would end the session that the other tests use.
    const { token } = await api.signIn(user(role).email);
    expect((await api.call('POST', '/api/v1/auth/logout', { token })).status).toBe(204);
  });

  it('takes the scheme in any case', async () => {
    for (const scheme of ['bearer', 'BEARER', 'BeArEr'])
      expect(
        (await api.call('GET', '/api/v1/auth/me', { headers: { authorization: `${scheme} ${admin.token}` } })).status,
      ).toBe(200);
  });

  it('does not let headers name another route or method', async () => {
    const headers = {
      'x-original-url': '/health/live',
      'x-rewrite-url': '/health/live',
      'x-http-method-override': 'OPTIONS',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-prefix': '/health',
    };
    expect(await verdicts(guarded, { headers })).toEqual(each(guarded, (route) => refusal(route, 401, noToken)));
  });
});

describe('Another spelling of a path', () => {
  const lastLetterEscaped = (path: string): string =>
    `${path.slice(0, -1)}%${path.charCodeAt(path.length - 1).toString(16)}`;
  const spellings: readonly (readonly [string, (path: string) => string])[] = [
    ['a trailing slash', (path) => `${path}/`],
    ['two trailing slashes', (path) => `${path}//`],
    ['doubled slashes', (path) => path.replaceAll('/', '//')],
    ['an escaped letter', lastLetterEscaped],
    ['an escaped slash', (path) => `/${path.slice(1).replace('/', '%2f')}`],
    ['a twice escaped letter', (path) => lastLetterEscaped(path).replace(/%(?=..$)/, '%25')],
    ['upper case', (path) => path.toUpperCase()],
    ['a path parameter', (path) => `${path};x=1`],
    ['a path parameter in the middle', (path) => path.replace(/\/(\w+)$/, ';x/$1')],
    ['a dot segment', (path) => `/.${path}`],
    ['an escaped dot segment', (path) => `/%2e${path}`],
    ['a detour', (path) => `/health/live/..${path}`],
    ['an escaped detour', (path) => `/health/live/%2e%2e${path}`],
    ['a detour over a file', (path) => `/api/docs/assets/..%2f..%2f..${path}`],
    ['a backslash', (path) => path.replace(/\/(\w+)$/, '\\$1')],
    ['an escaped blank at the end', (path) => `${path}%20`],
    ['an escaped NUL at the end', (path) => `${path}%00`],
    ['an extension', (path) => `${path}.json`],
    ['a query', (path) => `${path}?/health/live`],
  ];

  it.each(spellings)('with %s gets the verdict of the route or none, never more', async (_what, spell) => {
    const found: Record<string, readonly number[]> = {};
    for (const route of guarded) {
      const path = spell(route.path);
      const statuses = [(await ask(route, path, {})).status];
      if (!(mayRead[route.access] as readonly Role[]).includes('viewer'))
        statuses.push((await ask(route, path, { token: user('viewer').token })).status);
      found[`${route.method} ${path}`] = statuses;
    }
    const same = (statuses: readonly number[]): boolean => statuses[0] === 401 && (statuses[1] ?? 403) === 403;
    const none = (statuses: readonly number[]): boolean => statuses.every((status) => [400, 404].includes(status));
    expect(Object.entries(found).filter(([, statuses]) => !same(statuses) && !none(statuses))).toEqual([]);
  });

  it('is the same route with a trailing or a doubled slash', async () => {
    for (const route of guarded.filter((r) => r.access === 'statistics')) {
      for (const path of [`${route.path}/`, `/${route.path}`])
        expect(verdict(await ask(route, path, { token: admin.token }))).toBe('let in');
    }
  });
});

describe('A method that a path does not have', () => {
  const methods: readonly Method[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  const paths = [...new Set(table.map((route) => route.path))];

  it.each(methods)('%s: 405 with the methods it has, whoever asks and whatever the body', async (method) => {
    for (const path of paths) {
      const own = table.filter((route) => route.path === path).map((route) => route.method);
      if (own.includes(method)) continue;
      for (const request of [
        {},
        { token: admin.token },
        { body: 'no JSON', headers: { 'content-type': 'text/csv' } },
      ]) {
        const answer = await api.call(method, path, request);
        expect([path, answer.status, answer.headers.allow]).toEqual([path, 405, [...own].sort().join(', ')]);
      }
    }
  });

  it.each(methods)('%s of an unknown path: 404, before the body is looked at', async (method) => {
    for (const path of ['/', '/nothing', '/api/v1/admin/stats', '/api/v1/users/a/b'])
      expect((await api.call(method, path, { body: 'x', headers: { 'content-type': 'text/csv' } })).status).toBe(404);
  });
});

@Controller('undeclared')
class UndeclaredController {
  @Get()
  read(): object {
    return { reached: true };
  }

  @Post()
  write(): object {
    return { reached: true };
  }
}

it('A route that declares no access rule is refused, whoever asks', async () => {
  const environment = { DATABASE_URL: postgres.url, MQTT_URL: 'mqtt://127.0.0.1:1', JWT_SECRET: secret, ...unlimited };
  const parsed = parseConfig(configSections, environment);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const core = parsed.values.get(coreConfig.token) as CoreConfig;
  @Module({ imports: [AppModule.forRoot(parsed.values)], controllers: [UndeclaredController] })
  class ModuleOfTheTest {}
  const app = await NestFactory.create<NestFastifyApplication>(ModuleOfTheTest, httpAdapter(core), {
    logger: false,
    bodyParser: false,
  });
  try {
    await hardenHttp(app, core);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    const other = new Api(app);
    for (const token of [undefined, ...roles.map((role) => user(role).token)]) {
      for (const method of ['GET', 'HEAD', 'POST'] as const) {
        const answer = await other.call(method, '/undeclared', token === undefined ? {} : { token });
        expect(verdict(answer)).toBe(refusal({ method }, 403, forbidden));
      }
    }
  } finally {
    await app.close();
  }
}, 60_000);

describe('With a second instance on the same database', () => {
  let second: InProcessApplication;
  let there: Api;

  beforeAll(async () => {
    second = await startInProcess({ DATABASE_URL: postgres.url, JWT_SECRET: secret, ...unlimited });
    there = new Api(second.app);
  }, 60_000);
  afterAll(() => second.close());

  const patch = (change: object) => (subject: SignedIn) =>
    api.call('PATCH', `/api/v1/users/${subject.id}`, { token: admin.token, body: change });
  const ends: readonly (readonly [string, (subject: SignedIn) => Promise<ApiAnswer>])[] = [
    ['logging out', ({ token }) => api.call('POST', '/api/v1/auth/logout', { token })],
    ['disabling the user', patch({ disabled: true })],
    ['another role', patch({ role: 'viewer' })],
    ['a password set by an admin', patch({ password: 'another long pass phrase 7' })],
    [
      'a password changed by its owner',
      ({ token }) =>
        api.call('POST', '/api/v1/auth/change-password', {
          token,
          body: { current_password: adminPassword, new_password: 'another long pass phrase 8' },
        }),
    ],
    ['deleting the user', ({ id }) => api.call('DELETE', `/api/v1/users/${id}`, { token: admin.token })],
    [
      'a refresh token used twice',
      async ({ refreshToken }) => {
        const body = { refresh_token: refreshToken };
        await api.call('POST', '/api/v1/auth/refresh', { body });
        return { ...(await api.call('POST', '/api/v1/auth/refresh', { body })), status: 200 };
      },
    ],
  ];

  it.each(ends)(
    '%s ends the token here at once, there within 5 s, and its refresh token everywhere',
    async (_what, end) => {
      const subject = await api.newUser(admin, 'platform_operator');
      const bystander = await api.newUser(admin, 'platform_operator');
      const statusOf = async (on: Api, token: string): Promise<number> =>
        (await on.call('GET', '/api/v1/admin/stats/redis', { token })).status;
      expect([await statusOf(api, subject.token), await statusOf(there, subject.token)]).toEqual([200, 200]);

      expect((await end(subject)).status).toBeLessThan(300);
      const refused = await api.call('GET', '/api/v1/admin/stats/redis', { token: subject.token });
      expect(verdict(refused)).toBe(`401 ${invalid}`);
      const refreshed = await there.call('POST', '/api/v1/auth/refresh', {
        body: { refresh_token: subject.refreshToken },
      });
      expect(refreshed.status).toBe(401);
      await until(
        'the other instance refuses the token',
        async () => (await statusOf(there, subject.token)) === 401,
        5_000,
      );
      expect([await statusOf(api, bystander.token), await statusOf(there, bystander.token)]).toEqual([200, 200]);
    },
  );
});
