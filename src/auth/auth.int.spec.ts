import { adminEmail, adminPassword, startAuthApp, type AuthApp } from '../../test/support/auth-app.js';
import { startPostgres, type RunningPostgres } from '../../test/support/postgres.js';

describe('signing in', () => {
  let postgres: RunningPostgres;
  let auth: AuthApp;
  beforeAll(async () => {
    postgres = await startPostgres({ version: 'embedded' });
    auth = await startAuthApp(postgres.url);
  });
  afterAll(async () => {
    await auth?.close();
    await postgres?.dispose();
  });

  it('gives tokens that open guarded routes', async () => {
    const login = await auth.call('POST', '/api/v1/auth/login', {
      body: { email: adminEmail, password: adminPassword },
    });
    expect(login).toMatchObject({ status: 200 });
    const me = await auth.call('GET', '/api/v1/auth/me', { token: login.body.access_token });
    expect(me).toMatchObject({ status: 200, body: { email: adminEmail, is_admin: true } });
    const users = await auth.call('GET', '/api/v1/users', { token: login.body.access_token });
    expect(users).toMatchObject({ status: 200, body: { total: 1 } });
    const events = await auth.call('GET', '/api/v1/audit-events', { token: login.body.access_token });
    expect(events).toMatchObject({ status: 200 });
  });
});
