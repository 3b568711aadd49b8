import { randomUUID } from 'node:crypto';
import {
  adminEmail,
  adminPassword,
  freshAddress,
  startAuthApp,
  type Answer,
  type AuthApp,
  type CallOptions,
  type Signed,
} from '../../test/support/auth-app.js';
import { startPostgres, type RunningPostgres } from '../../test/support/postgres.js';
import { BootstrapAdmin } from './bootstrap-admin.js';
import { authConfig, type AuthConfig } from './auth.config.js';

let postgres: RunningPostgres;
let auth: AuthApp;
let admin: Signed;
let viewer: Signed;

const asAdmin = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, o: CallOptions = {}): Promise<Answer> =>
  auth.call(method, url, { token: admin.token, ...o });
const register = (body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  asAdmin('POST', '/api/v1/auth/register', { body, headers });
const fresh = (more: object = {}): Record<string, unknown> => ({
  email: `${randomUUID()}@example.com`,
  name: 'Ada Lovelace',
  password: adminPassword,
  ...more,
});

beforeAll(async () => {
  postgres = await startPostgres({ version: 'embedded' });
  auth = await startAuthApp(postgres.url, { LIMIT_USER_PER_MINUTE: '10000', LIMIT_ANONYMOUS_PER_MINUTE: '10000' });
  admin = await auth.signIn();
  viewer = await auth.newUser(admin, 'viewer');
});
afterAll(async () => {
  await auth?.close();
  await postgres?.dispose();
});

describe('every operation on users', () => {
  const operations: readonly (readonly ['GET' | 'POST' | 'PATCH' | 'DELETE', string, object | undefined])[] = [
    ['POST', '/api/v1/auth/register', fresh()],
    ['GET', '/api/v1/users', undefined],
    ['GET', `/api/v1/users/${randomUUID()}`, undefined],
    ['PATCH', `/api/v1/users/${randomUUID()}`, { name: 'New' }],
    ['DELETE', `/api/v1/users/${randomUUID()}`, undefined],
    ['GET', '/api/v1/audit-events', undefined],
  ];
  it.each(operations)('%s %s is refused without a token (401) and to a viewer (403)', async (method, url, body) => {
    const options = body ? { body } : {};
    expect((await auth.call(method, url, options)).status).toBe(401);
    expect((await auth.call(method, url, { ...options, token: viewer.token })).status).toBe(403);
  });

  it.each(operations.filter(([, url]) => url.startsWith('/api/v1/users/')))(
    '%s %s answers 404 for a user that does not exist and 422 for what is no id',
    async (method, url, body) => {
      const options = body ? { body } : {};
      expect(await asAdmin(method, url, options)).toMatchObject({ status: 404, body: { code: 'auth.user_not_found' } });
      expect((await asAdmin(method, '/api/v1/users/42', options)).status).toBe(422);
    },
  );

  it.each(operations.filter(([, url]) => url.startsWith('/api/v1/users/')))(
    '%s %s answers 404 for a user of another tenant',
    async (method, url, body) => {
      const tenant = randomUUID();
      const stranger = randomUUID();
      await postgres.adminQuery('INSERT INTO tenants (id, name) VALUES ($1, $2)', [tenant, tenant]);
      await postgres.adminQuery(
        `INSERT INTO users (id, tenant_id, email, name, password_hash) VALUES ($1, $2, $3, 'B', 'x')`,
        [stranger, tenant, `${stranger}@b.example`],
      );
      const answer = await asAdmin(method, url.replace(/[^/]*$/, stranger), body ? { body } : {});
      expect(answer.status).toBe(404);
      expect((await asAdmin('GET', `/api/v1/users?search=${stranger}`)).body).toMatchObject({ items: [], total: 0 });
      expect(await postgres.adminQuery('SELECT name FROM users WHERE id = $1', [stranger])).toEqual([{ name: 'B' }]);
    },
  );
});

describe('registering', () => {
  it('creates a viewer unless told otherwise, who can sign in', async () => {
    const body = fresh({ email: `Ada-${randomUUID()}@Example.COM` });
    const answer = await register(body);
    expect(answer).toMatchObject({
      status: 201,
      body: {
        email: String(body.email).toLowerCase(),
        role: 'viewer',
        is_admin: false,
        disabled: false,
        last_login_at: null,
      },
    });
    expect(Object.keys(answer.body)).not.toContain('password_hash');
    expect((await auth.signIn(String(body.email))).id).toBe(answer.body.id);
  });

  it.each([
    ['an unknown field', fresh({ is_admin: true }), '/is_admin'],
    ['an unknown role', fresh({ role: 'root' }), '/role'],
    ['no e-mail address', fresh({ email: 'ada' }), '/email'],
    ['a short password', fresh({ password: 'short' }), '/password'],
    ['a common password', fresh({ password: 'Summer2026!!!' }), '/password'],
    ['a name that turns the reading direction', fresh({ name: 'Ada\u202Enimda' }), '/name'],
    ['a name of blanks', fresh({ name: '   ' }), '/name'],
    ['a missing name', { email: 'a@example.com', password: adminPassword }, '/name'],
  ])('refuses %s with 422 and a pointer', async (_, body, pointer) => {
    const answer = await register(body);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    expect(JSON.stringify(answer.body)).not.toContain(adminPassword);
  });

  it('refuses an address that is taken, in whatever case, with 409', async () => {
    const answer = await register(fresh({ email: adminEmail.toUpperCase() }));
    expect(answer).toMatchObject({ status: 409, body: { code: 'auth.email_taken' } });
  });

  it('with an Idempotency-Key creates one user, however often and at once it is repeated', async () => {
    const body = fresh();
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 4 }, () => register(body, key)));
    expect(answers.map((a) => a.status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map((a) => a.body.id)).size).toBe(1);
    expect(await register({ ...body, name: 'Somebody else' }, key)).toMatchObject({
      status: 422,
      body: { code: 'auth.idempotency_key_reused' },
    });
    expect((await register(body)).status).toBe(409);
    expect((await register(fresh(), { 'idempotency-key': 'ä b' })).status).toBe(422);
  });

  it('that failed may be repeated under its key', async () => {
    const key = { 'idempotency-key': randomUUID() };
    expect((await register(fresh({ email: adminEmail }), key)).status).toBe(409);
    expect((await register(fresh(), key)).status).toBe(201);
  });

  it('keeps no trace of the password beside its hash', async () => {
    const body = fresh({ password: 'unmistakable-otter-77' });
    await register(body, { 'idempotency-key': randomUUID() });
    for (const table of ['users', 'idempotency_keys', 'audit_events']) {
      const rows = await postgres.adminQuery(`SELECT t::text AS row FROM ${table} t`);
      expect(JSON.stringify(rows)).not.toContain('unmistakable-otter-77');
    }
  });
});

describe('the list of users', () => {
  it('comes in pages that together hold everyone once, in order', async () => {
    const tag = randomUUID().slice(0, 8);
    for (const n of ['e', 'B', 'a', 'd', 'C']) await register(fresh({ email: `${n}-${tag}@example.com` }));
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page: Answer = await asAdmin(
        'GET',
        `/api/v1/users?search=${tag}&limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      );
      expect(page.body.total).toBe(5);
      seen.push(...page.body.items.map((user) => String(user.email)[0]));
      cursor = page.body.next_cursor;
    } while (cursor);
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('is narrowed by role, status and text, with the wildcards of SQL taken literally', async () => {
    const tag = randomUUID().slice(0, 8);
    const plain = (await register(fresh({ name: `100% ${tag}` }))).body.id;
    const off = (await register(fresh({ name: `1000 ${tag}`, role: 'operator' }))).body.id;
    await asAdmin('PATCH', `/api/v1/users/${off}`, { body: { disabled: true } });
    const ids = async (query: string): Promise<unknown[]> =>
      (await asAdmin('GET', `/api/v1/users?${query}`)).body.items.map((user) => user.id);
    expect(await ids(`search=${encodeURIComponent(`100% ${tag}`)}`)).toEqual([plain]);
    expect(await ids(`search=${tag}&status=disabled`)).toEqual([off]);
    expect(await ids(`search=${tag}&status=active`)).toEqual([plain]);
    expect(await ids(`search=${tag}&role=operator`)).toEqual([off]);
    expect(await ids(`search=${encodeURIComponent("' OR 1=1 --")}`)).toEqual([]);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=ten',
    'role=root',
    'status=maybe',
    'sort=name',
    'cursor=%21%21',
    'search=%00',
    'limit=1&limit=2',
  ])('refuses ?%s with 422', async (query) => {
    expect((await asAdmin('GET', `/api/v1/users?${query}`)).status).toBe(422);
  });
});

describe('changing a user', () => {
  it('renames, and leaves its sessions alone', async () => {
    const user = await auth.newUser(admin, 'operator');
    const changed = await asAdmin('PATCH', `/api/v1/users/${user.id}`, { body: { name: 'Grace Hopper' } });
    expect(changed).toMatchObject({ status: 200, body: { id: user.id, name: 'Grace Hopper', role: 'operator' } });
    expect((await asAdmin('GET', `/api/v1/users/${user.id}`)).body).toMatchObject({ name: 'Grace Hopper' });
    expect((await auth.call('GET', '/api/v1/auth/me', { token: user.token })).body).toMatchObject({
      name: 'Grace Hopper',
    });
  });

  it('disables and enables', async () => {
    const user = await auth.newUser(admin, 'operator');
    const patch = (disabled: boolean): Promise<Answer> =>
      asAdmin('PATCH', `/api/v1/users/${user.id}`, { body: { disabled } });
    expect((await patch(true)).body).toMatchObject({ disabled: true });
    await expect(auth.signIn(user.email)).rejects.toThrow('401');
    expect((await patch(false)).body).toMatchObject({ disabled: false });
    expect((await auth.signIn(user.email)).id).toBe(user.id);
  });

  it.each([{}, { email: 'x@example.com' }, { disabled: 'yes' }, { role: 'root' }, { password: 'short' }])(
    'refuses %j with 422',
    async (body) => {
      expect((await asAdmin('PATCH', `/api/v1/users/${viewer.id}`, { body })).status).toBe(422);
    },
  );
});

describe('the last active admin', () => {
  it.each([
    ['lose the role', 'PATCH' as const, { role: 'viewer' }],
    ['be disabled', 'PATCH' as const, { disabled: true }],
    ['be deleted', 'DELETE' as const, undefined],
  ])('cannot %s', async (_, method, body) => {
    const answer = await asAdmin(method, `/api/v1/users/${admin.id}`, body ? { body } : {});
    expect(answer).toMatchObject({ status: 409, body: { code: 'auth.last_admin' } });
    expect((await asAdmin('GET', '/api/v1/auth/me')).status).toBe(200);
  });

  it('remains when two admins remove each other at once', async () => {
    const second = await auth.newUser(admin, 'admin');
    const demote = (by: Signed, whom: Signed): Promise<Answer> =>
      auth.call('PATCH', `/api/v1/users/${whom.id}`, { token: by.token, body: { role: 'viewer' } });
    const answers = await Promise.all([demote(admin, second), demote(second, admin)]);
    expect(answers.map((a) => a.status).sort()).toEqual([200, 409]);
    const rows = await postgres.adminQuery(`SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL`);
    expect(rows).toHaveLength(1);
    await postgres.adminQuery(`UPDATE users SET role = 'admin' WHERE id = $1`, [admin.id]);
    admin = await auth.signIn();
  });

  it('does not count as another admin once disabled', async () => {
    const second = await auth.newUser(admin, 'admin');
    await asAdmin('PATCH', `/api/v1/users/${second.id}`, { body: { disabled: true } });
    await postgres.adminQuery(`UPDATE users SET role = 'viewer' WHERE role = 'admin' AND id NOT IN ($1, $2)`, [
      admin.id,
      second.id,
    ]);
    expect((await asAdmin('DELETE', `/api/v1/users/${admin.id}`)).status).toBe(409);
  });
});

describe('the first admin', () => {
  it('is made once, with a generated password when none is configured, and signs in with it', async () => {
    const database = `first_${randomUUID().replaceAll('-', '')}`;
    await postgres.adminQuery(`CREATE DATABASE ${database}`);
    const empty = await startAuthApp(postgres.urlOf(database), { ADMIN_EMAIL: 'Root@Example.com' });
    const bootstrap = empty.app.get(BootstrapAdmin);
    expect(await bootstrap.run()).toEqual({ email: 'root@example.com', password: null, created: false });
    await postgres.adminQuery('DELETE FROM users', [], database);
    const config = { ...empty.app.get<AuthConfig>(authConfig.token), ADMIN_PASSWORD: undefined };
    const generating = Object.create(bootstrap, { config: { value: config } }) as BootstrapAdmin;
    const [first, second] = await Promise.all([generating.run(), generating.run()]);
    expect([first.created, second.created].sort()).toEqual([false, true]);
    const made = first.created ? first : second;
    expect(made).toMatchObject({
      email: 'root@example.com',
      password: expect.stringMatching(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/),
    });
    expect((await empty.signIn(made.email, made.password ?? '')).email).toBe(made.email);
    expect(await generating.run()).toMatchObject({ created: false, password: null });
    await empty.close();
  });
});

describe('the audit trail', () => {
  it('records what was done to a user: who, what, from where', async () => {
    const user = await auth.newUser(admin, 'viewer');
    const address = freshAddress();
    await asAdmin('PATCH', `/api/v1/users/${user.id}`, { body: { role: 'engineer', disabled: true }, address });
    await asAdmin('DELETE', `/api/v1/users/${user.id}`, { address });
    const page = await asAdmin('GET', `/api/v1/audit-events?target=user:${user.id}`);
    expect(page.status).toBe(200);
    expect(page.body.items.map((event) => event.action)).toEqual([
      'user.deleted',
      'user.disabled',
      'user.role_changed',
      'user.created',
    ]);
    expect(page.body.items[2]).toMatchObject({
      actor: admin.id,
      address,
      outcome: 'success',
      details: { from: 'viewer', to: 'engineer', sessions_ended: 1 },
    });
  });

  it('is listed in pages, newest first, narrowed by action, outcome and time', async () => {
    for (let i = 0; i < 3; i += 1) await auth.signIn();
    const first = await asAdmin('GET', '/api/v1/audit-events?action=login.succeeded&limit=2');
    const second = await asAdmin(
      'GET',
      `/api/v1/audit-events?action=login.succeeded&limit=2&cursor=${first.body.next_cursor}`,
    );
    const ids = [...first.body.items, ...second.body.items].map((event) => Number(event.id));
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    expect(new Set(ids).size).toBe(ids.length);
    const none = await asAdmin('GET', '/api/v1/audit-events?action=login.succeeded&outcome=denied');
    expect(none.body).toEqual({ items: [], next_cursor: null });
    const future = await asAdmin('GET', '/api/v1/audit-events?from=2999-01-01T00:00:00Z');
    expect(future.body.items).toEqual([]);
  });

  it.each(['cursor=abc', 'from=yesterday', 'outcome=maybe', 'limit=1001', 'x=1'])(
    'refuses ?%s with 422',
    async (query) => {
      expect((await asAdmin('GET', `/api/v1/audit-events?${query}`)).status).toBe(422);
    },
  );

  it.each(['UPDATE audit_events SET actor = NULL', 'DELETE FROM audit_events', 'TRUNCATE audit_events'])(
    'can only grow: the database refuses %s, to its superuser too',
    async (statement) => {
      const before = await postgres.adminQuery('SELECT count(*) FROM audit_events');
      await expect(postgres.adminQuery(statement)).rejects.toThrow('append-only');
      expect(await postgres.adminQuery('SELECT count(*) FROM audit_events')).toEqual(before);
    },
  );
});
