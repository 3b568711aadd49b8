import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Api, unlimited } from '../support/api.js';
import { type InProcessApplication, startInProcess } from '../support/application.js';
import { startPostgres, type RunningPostgres } from '../support/postgres.js';
import { until } from '../support/process.js';
import { type RawAnswer, rawHttp, rawRequest } from '../support/raw-http.js';

const origin = 'https://admin.example.com';
const otherOrigin = 'https://wall.example.com:8443';
const login = '/api/v1/auth/login';

let postgres: RunningPostgres;
let application: InProcessApplication;
let api: Api;
let port: number;
let token: string;

beforeAll(async () => {
  postgres = await startPostgres({ version: 'debian15' });
  application = await startInProcess({
    DATABASE_URL: postgres.url,
    CORS_ORIGINS: `${origin},${otherOrigin}`,
    ...unlimited,
  });
  api = new Api(application.app);
  token = (await api.signIn()).token;
  await application.app.listen(0, '127.0.0.1');
  port = (application.app.getHttpServer().address() as AddressInfo).port;
}, 60_000);

afterAll(async () => {
  await application.close();
  await postgres.dispose();
});

async function raw(bytes: string): Promise<RawAnswer> {
  const [answer] = await rawHttp(port, bytes);
  if (!answer) throw new Error('closed without an answer');
  return answer;
}

const get = (target: string, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> =>
  raw(rawRequest('GET', target, headers));

/** A POST of bytes (latin1) as JSON, unless the headers say otherwise. */
const post = (body: string, headers: Readonly<Record<string, string>> = {}, target = login): Promise<RawAnswer> =>
  raw(
    rawRequest('POST', target, {
      'Content-Type': 'application/json',
      'Content-Length': String(body.length),
      ...headers,
    }) + body,
  );

/** Names and values that every answer must carry. */
const everywhere = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-xss-protection': '1; mode=block',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
};

/** Checks the one error shape: RFC 9457 with `message`, `code` and the id of the header. */
function expectProblem(answer: RawAnswer, status: number, code: string): void {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  expect(body).toMatchObject({
    type: 'about:blank',
    title: expect.stringMatching(/\w/),
    status,
    code,
    message: expect.stringMatching(/\w/),
    request_id: answer.headers['x-request-id'],
  });
  expect(body.detail).toBe(body.message);
  const known = ['type', 'title', 'status', 'detail', 'message', 'code', 'request_id', 'errors'];
  expect(Object.keys(body).filter((key) => !known.includes(key))).toEqual([]);
}

const signedIn = (): Record<string, string> => ({ Authorization: `Bearer ${token}` });
const long = 'a'.repeat(300);

/** Refusals on every level: route, guard, router, Fastify, HTTP parser. */
const refusals: readonly (readonly [string, number, string, () => Promise<RawAnswer>])[] = [
  ['no token', 401, 'auth.token_missing', () => get('/api/v1/users')],
  ['a wrong token', 401, 'auth.token_invalid', () => get('/api/v1/users', { Authorization: 'Bearer a.b.c' })],
  ['a wrong password', 401, 'auth.credentials_invalid', () => post('{"email":"nobody@example.org","password":"x"}')],
  [
    'an unknown user id',
    404,
    'auth.user_not_found',
    () => get('/api/v1/users/00000000-0000-4000-8000-000000000000', signedIn()),
  ],
  ['an unknown address', 404, 'http.not_found', () => get('/nothing')],
  ['an unknown address of the API', 404, 'http.not_found', () => get('/api/v1/nothing?token=x')],
  ['an unknown file of the documentation', 404, 'openapi.no_such_file', () => get('/api/docs/assets/package.json')],
  ['a parent directory', 404, 'openapi.no_such_file', () => get('/api/docs/assets/..%2f..%2fpackage.json')],
  ['an asterisk', 404, 'http.not_found', () => get('*')],
  ['a wrong method', 405, 'http.method_not_allowed', () => raw(rawRequest('DELETE', '/health'))],
  ['OPTIONS', 405, 'http.method_not_allowed', () => raw(rawRequest('OPTIONS', '/health'))],
  ['TRACE', 405, 'http.method_not_allowed', () => raw(rawRequest('TRACE', '/health'))],
  ['TRACE of an unknown address', 405, 'http.method_not_allowed', () => raw(rawRequest('TRACE', '/nothing'))],
  ['CONNECT', 405, 'http.method_not_allowed', () => raw(rawRequest('CONNECT', 'example.org:443'))],
  ['a method of WebDAV', 405, 'http.method_not_allowed', () => raw(rawRequest('PROPFIND', '/api/v1/users'))],
  ['a method that does not exist', 405, 'http.method_not_allowed', () => raw(rawRequest('BREW', '/health'))],
  ['a method in lower case', 405, 'http.method_not_allowed', () => raw(rawRequest('get', '/health'))],
  ['a malformed escape', 400, 'http.unreadable', () => get('/api/v1/users/%zz')],
  ['an overlong UTF-8 escape', 400, 'http.unreadable', () => get('/%c0%af')],
  ['a blank in the address', 400, 'http.unreadable', () => get('/a b')],
  ['no Host', 400, 'http.unreadable', () => raw('GET /health HTTP/1.1\r\nConnection: close\r\n\r\n')],
  [
    'two lengths',
    400,
    'http.unreadable',
    () => raw(rawRequest('POST', login, { 'Content-Length': '3', 'Transfer-Encoding': 'chunked' })),
  ],
  ['a header line that is none', 400, 'http.unreadable', () => raw('GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n')],
  ['an address of 5000 characters', 414, 'http.uri_too_long', () => get(`/health?${'a'.repeat(5_000)}`)],
  ['a path segment of 300 characters', 414, 'http.uri_too_long', () => get(`/api/v1/users/${long}`, signedIn())],
  ['51 query parameters', 422, 'http.query_too_long', () => get(`/health?${'a=1&'.repeat(50)}a=1`)],
  ['20 KB of headers', 431, 'http.headers_too_large', () => get('/health', { X: 'a'.repeat(20_000) })],
  ['no content type', 415, 'http.media_type', () => post('{}', { 'Content-Type': '' })],
  ['a form', 415, 'http.media_type', () => post('a=b', { 'Content-Type': 'application/x-www-form-urlencoded' })],
  [
    'a multipart form',
    415,
    'http.media_type',
    () => post('--x--', { 'Content-Type': 'multipart/form-data; boundary=x' }),
  ],
  ['plain text', 415, 'http.media_type', () => post('{}', { 'Content-Type': 'text/plain' })],
  ['a body over the limit', 413, 'http.too_large', () => post(`"${'a'.repeat(262_143)}"`)],
  [
    'a body that unpacks over the limit',
    413,
    'http.too_large',
    () => post(gzipSync(`"${'a'.repeat(1_000_000)}"`).toString('latin1'), { 'Content-Encoding': 'gzip' }),
  ],
  [
    'a body that is not what its encoding says',
    400,
    'http.unreadable',
    () => post('{}', { 'Content-Encoding': 'gzip' }),
  ],
  ['no JSON', 400, 'http.unreadable', () => post('{"email":')],
  ['no body where one is needed', 422, 'http.invalid', () => post('')],
  ['NaN', 400, 'http.unreadable', () => post('{"email":NaN}')],
  ['two values', 400, 'http.unreadable', () => post('{}{}')],
  ['a number beyond range', 422, 'http.json_refused', () => post('{"email":1e309}')],
  ['__proto__', 422, 'http.json_refused', () => post('{"__proto__":{"isAdmin":true}}')],
  ['an escaped __proto__', 422, 'http.json_refused', () => post('{"\\u005f_proto__":{"isAdmin":true}}')],
  ['constructor deep inside', 422, 'http.json_refused', () => post('{"a":[{"constructor":{"prototype":{}}}]}')],
  ['21 levels', 422, 'http.json_refused', () => post(`${'['.repeat(21)}1${']'.repeat(21)}`)],
  ['100,000 levels', 422, 'http.json_refused', () => post(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
  ['a byte order mark', 422, 'http.json_refused', () => post('\xef\xbb\xbf{}')],
  ['bytes that are no UTF-8', 422, 'http.json_refused', () => post('{"email":"\xff"}')],
  ['an array for an object', 422, 'http.invalid', () => post('[]')],
  ['null', 422, 'http.invalid', () => post('null')],
];

describe('A refusal', () => {
  it.each(refusals)(
    'of %s is %i %s, in the one shape, with all headers and its own id',
    async (_what, status, code, ask) => {
      const answer = await ask();
      expectProblem(answer, status, code);
      expect(answer.headers).toMatchObject(everywhere);
      expect(answer.headers).not.toHaveProperty('x-powered-by');
      expect(answer.headers).not.toHaveProperty('server');
      if (status === 405) expect(answer.headers.allow).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
      if (status === 401) expect(answer.headers['www-authenticate']).toBe('Bearer realm="watchkeeper"');
    },
  );

  it('quotes nothing of the request and tells nothing of the server', async () => {
    for (const target of ['/marker1', '/%zzmarker1', `/api/v1/users/marker1${long}`, `/?marker1${'a'.repeat(5_000)}`])
      expect((await get(target)).body).not.toContain('marker1');
    for (const [, , , ask] of refusals)
      expect((await ask()).body).not.toMatch(
        /FST_|node_modules|\.[jt]s\b|fastify|nestjs|at \w+ \(|SELECT|127\.0\.0\.1/i,
      );
  });

  it('has no body when HEAD asks', async () => {
    const answer = await raw(rawRequest('HEAD', '/nothing'));
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
  }, 10_000);
});

describe('An answer', () => {
  it.each([
    ['/health/live', 200],
    ['/api/openapi.json', 200],
    ['/api/docs', 200],
    ['/metrics', 200],
    ['/api/v1/auth/me', 200],
    ['/api/v1/admin/stats/application', 200],
    ['//api//v1//auth//me', 200],
    ['http://elsewhere.example/api/v1/auth/me', 200],
  ])('of %s carries the security headers, names no software and is not kept', async (target, status) => {
    const answer = await get(target, signedIn());
    expect([target, answer.status]).toEqual([target, status]);
    expect(answer.headers).toMatchObject(everywhere);
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers).not.toHaveProperty('server');
  });

  it('allows scripts of its own origin only', async () => {
    const policy = (await get('/api/docs')).headers['content-security-policy'] ?? '';
    for (const part of ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
      expect(policy.split('; ')).toContain(part);
    expect(policy).not.toMatch(/script-src|unsafe-eval|\*/);
  });

  it('has an id of ours, whatever the client sends', async () => {
    const ids = new Set<string | undefined>();
    for (let i = 0; i < 3; i++)
      ids.add((await get('/health/live', { 'X-Request-Id': 'mine' })).headers['x-request-id']);
    expect(ids.size).toBe(3);
    expect(ids.has('mine')).toBe(false);
  });

  it('is given to an unknown expectation as if it were not there', async () => {
    const answer = await get('/health/live', { Expect: 'tea' });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject(everywhere);
  });
});

describe('Input that breaks a rule', () => {
  type Fault = { readonly pointer: string; readonly message: string };
  const faultsOf = (body: Readonly<Record<string, unknown>>): string[] =>
    (body.errors as readonly Fault[]).map((fault) => fault.pointer).sort();

  it.each([
    ['an unknown field', { email: 'a@example.org', password: 'x', is_admin: true }, ['/is_admin']],
    [
      'two unknown fields and a missing one',
      { email: 'a@example.org', 'a/b': 1, 'c~d': 2 },
      ['/a~1b', '/c~0d', '/password'],
    ],
    ['a number for a text', { email: 5, password: 'x' }, ['/email']],
    ['an object for a text', { email: 'a@example.org', password: { $ne: '' } }, ['/password']],
    ['a list for a text', { email: ['a@example.org'], password: 'x' }, ['/email']],
  ])('in a body, %s: 422 with a pointer for each fault', async (_what, body, pointers) => {
    const answer = await api.call('POST', login, { body });
    expect([answer.status, answer.body.code, faultsOf(answer.body)]).toEqual([422, 'http.invalid', pointers]);
  });

  it.each([
    ['/api/v1/users?limit=1&limit=2', ['/limit']],
    ['/api/v1/users?role=admin&role=viewer', ['/role']],
    ['/api/v1/users?search=a&search=b', ['/search']],
    ['/api/v1/users?cursor=a&cursor=b', ['/cursor']],
    ['/api/v1/users?limit[]=1', ['/limit[]']],
    ['/api/v1/users?nonsense=1&more=2', ['/more', '/nonsense']],
    ['/api/v1/users?limit=1e309', ['/limit']],
    ['/api/v1/users?limit=NaN', ['/limit']],
    ['/api/v1/users?limit=-1', ['/limit']],
    ['/api/v1/users?limit=1001', ['/limit']],
    ['/api/v1/users?limit=1.5', ['/limit']],
    ['/api/v1/users?limit=', ['/limit']],
    ['/api/v1/users?limit=true', ['/limit']],
    ['/api/v1/audit-events?outcome=success&outcome=denied', ['/outcome']],
    ['/api/v1/audit-events?actor=%00', ['/actor']],
    ['/api/admin/system/health?detailed=true&detailed=false', ['/detailed']],
    ['/api/admin/system/health?detailed=perhaps', ['/detailed']],
  ])('in the query, %s: 422 with a pointer for each fault', async (url, pointers) => {
    const answer = await api.call('GET', url, { token });
    expect([url, answer.status]).toEqual([url, 422]);
    expect(faultsOf(answer.body)).toEqual(pointers);
  });

  it('takes a body up to the limit, and one in pieces, and refuses one that grows over it', async () => {
    const body = (size: number): string => JSON.stringify({ email: 'x', password: '', fill: [] }).padEnd(size);
    expect((await post(body(262_144))).status).toBe(422);
    expect((await post(body(262_145))).status).toBe(413);
    const chunked = (text: string): string =>
      `POST ${login} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Transfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
    expect((await raw(chunked(body(1_000)))).status).toBe(422);
    expect((await raw(chunked(body(262_145)))).status).toBe(413);
  });

  it('leaves every prototype as it was', async () => {
    await api.call('GET', '/api/v1/users?__proto__[isAdmin]=1&constructor.prototype.isAdmin=1&__proto__=1', { token });
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});

describe('Pages of other origins', () => {
  const targets: readonly (readonly [string, () => Record<string, string>])[] = [
    ['/health/live', () => ({})],
    ['/metrics', () => ({})],
    ['/nothing', () => ({})],
    ['/api/v1/users', () => ({})],
    ['/api/v1/users?limit=x', signedIn],
    ['/api/openapi.json', () => ({ 'Accept-Encoding': 'gzip' })],
  ];

  it.each([origin, otherOrigin])('may read every answer from %s, which is configured', async (allowed) => {
    for (const [target, headers] of targets) {
      const answer = await get(target, { ...headers(), Origin: allowed });
      expect([target, answer.headers['access-control-allow-origin']]).toEqual([target, allowed]);
      expect(answer.headers.vary?.toLowerCase().split(/, */)).toContain('origin');
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it.each([
    'https://evil.example.com',
    'http://admin.example.com',
    'https://admin.example.com:8443',
    'https://admin.example.com.evil.org',
    'https://x.admin.example.com',
    'https://evil.org/https://admin.example.com',
    'HTTPS://ADMIN.EXAMPLE.COM',
    `${origin}, ${otherOrigin}`,
    'null',
    '*',
  ])('may read no answer from %s', async (refused) => {
    for (const [target, headers] of targets) {
      const answer = await get(target, { ...headers(), Origin: refused });
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      expect(answer.headers.vary?.toLowerCase().split(/, */)).toContain('origin');
    }
    const preflight = await raw(
      rawRequest('OPTIONS', '/api/v1/users', { Origin: refused, 'Access-Control-Request-Method': 'GET' }),
    );
    expect(preflight.status).toBe(405);
    expect(preflight.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('may send the methods and headers of the API, without cookies', async () => {
    const answer = await raw(
      rawRequest('OPTIONS', '/api/v1/users', {
        Origin: origin,
        'Access-Control-Request-Method': 'PATCH',
        'Access-Control-Request-Headers': 'authorization,x-evil',
      }),
    );
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'authorization, content-type, idempotency-key, x-api-key, last-event-id',
      'access-control-max-age': '600',
    });
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    expect(answer.headers).toMatchObject(everywhere);
  });

  it('have no answer to read and no preflight when no origin is configured', async () => {
    const closed = await startInProcess({ DATABASE_URL: postgres.url, ...unlimited });
    try {
      const other = new Api(closed.app);
      for (const [method, status] of [
        ['GET', 200],
        ['OPTIONS', 405],
      ] as const) {
        const headers = { origin, 'access-control-request-method': 'GET' };
        const answer = await other.call(method, '/health/live', { headers });
        expect(answer.status).toBe(status);
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    } finally {
      await closed.close();
    }
  });
});

it('While it closes, finishes what it began and refuses what comes after with 503 in the one shape', async () => {
  const closing = await startInProcess({ DATABASE_URL: postgres.url, ...unlimited });
  await closing.app.listen(0, '127.0.0.1');
  const at = (closing.app.getHttpServer().address() as AddressInfo).port;
  const socket = connect(at, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const body = '{"email":"nobody@example.org","password":"x"}';
  const head = { 'Content-Type': 'application/json', 'Content-Length': String(body.length), Connection: 'keep-alive' };
  socket.write(rawRequest('POST', login, head));
  const server = closing.app.getHttpServer() as {
    listening: boolean;
    getConnections(cb: (e: unknown, n: number) => void): void;
  };
  await until('the request has arrived', async () => {
    const connections = await new Promise<number>((resolve) => server.getConnections((_e, n) => resolve(n)));
    return connections === 1;
  });
  const closed = closing.close();
  await until('the port is closed', () => !server.listening);
  socket.write(body + rawRequest('GET', '/health/live'));
  await once(socket, 'close');
  await closed;
  const [first = '', second = ''] = text.split(/(?=HTTP\/1\.1 503)/);
  expect(first).toMatch(/^HTTP\/1\.1 401 /);
  expect(second).toMatch(/"code":"http\.unavailable"/);
  for (const name of ['x-request-id', 'retry-after', 'x-content-type-options'])
    expect(second.toLowerCase()).toContain(`\n${name}: `);
});
