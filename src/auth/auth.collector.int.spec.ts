import { Logger } from '@nestjs/common';
import { MovableClock } from '../../test/support/clock.js';
import { describeCollector } from '../../test/contracts/collector.contract.js';
import { migrations } from '../../migrations/index.js';
import { startAuthApp, type AuthApp } from '../../test/support/auth-app.js';
import { startPostgres, type RunningPostgres } from '../../test/support/postgres.js';
import { parseConfig } from '../core/index.js';
import { Database, databaseConfig, type DatabaseConfig } from '../database/index.js';
import { AuthCleaner } from './auth.cleaner.js';
import { AuthCollector } from './auth.collector.js';
import { authEntities } from './entities/index.js';
import { Presence } from './presence.js';

let postgres: RunningPostgres;
beforeAll(async () => {
  Logger.overrideLogger(false);
  postgres = await startPostgres({ version: 'embedded' });
});
afterAll(() => postgres?.dispose());

async function database(url: string): Promise<Database> {
  const parsed = parseConfig([databaseConfig as never], { DATABASE_URL: url, DATABASE_START_TIMEOUT_MS: '2000' });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const config = parsed.values.get(databaseConfig.token) as DatabaseConfig;
  const made = new Database(config, { entities: authEntities, migrations }, new MovableClock());
  await made.onModuleInit();
  return made;
}

describeCollector('AuthCollector', {
  live: async () => {
    const live = await database(postgres.url);
    return { collector: new AuthCollector(live), dispose: () => live.onApplicationShutdown() };
  },
  at: async (port) => {
    const dead = await database(`postgres://nobody:nothing@127.0.0.1:${port}/none`);
    return { collector: new AuthCollector(dead), dispose: () => dead.onApplicationShutdown() };
  },
});

describe('users and sessions in figures', () => {
  let auth: AuthApp;
  beforeAll(async () => {
    auth = await startAuthApp(postgres.url);
  });
  afterAll(() => auth?.close());
  const collect = () => auth.app.get(AuthCollector).collect(AbortSignal.timeout(5_000));

  it('counts users, live sessions, and users with a request in the last 5 minutes', async () => {
    const admin = await auth.signIn();
    const viewer = await auth.newUser(admin, 'viewer');
    await auth.signIn(viewer.email);
    expect(await collect()).toEqual({ users: 2, activeUsers: 2, sessions: 3 });
    await auth.app.get(Presence).flush();
    await postgres.adminQuery(`UPDATE sessions SET last_seen_at = now() - interval '6 minutes'`);
    expect(await collect()).toMatchObject({ activeUsers: 0 });
    await auth.call('GET', '/api/v1/auth/me', { token: viewer.token });
    await auth.app.get(Presence).flush();
    expect(await collect()).toMatchObject({ activeUsers: 1 });
    await auth.call('POST', '/api/v1/auth/logout', { token: viewer.token });
    expect(await collect()).toMatchObject({ users: 2, sessions: 2 });
  });

  it('leaves nothing behind of sessions, tokens and keys that expired a day ago', async () => {
    const admin = await auth.signIn();
    await postgres.adminQuery(`UPDATE sessions SET expires_at = now() - interval '25 hours' WHERE user_id = $1`, [
      admin.id,
    ]);
    const live = await auth.newUser(await auth.signIn(), 'viewer');
    expect(await auth.app.get(AuthCleaner).clean()).toBeGreaterThan(0);
    const count = async (table: string): Promise<number> =>
      (await postgres.adminQuery(`SELECT 1 FROM ${table} WHERE expires_at < now()`)).length;
    expect(await count('sessions')).toBe(0);
    expect(
      (await auth.call('POST', '/api/v1/auth/refresh', { body: { refresh_token: live.refreshToken } })).status,
    ).toBe(200);
    const orphans = 'SELECT 1 FROM refresh_tokens WHERE session_id NOT IN (SELECT id FROM sessions)';
    expect(await postgres.adminQuery(orphans)).toEqual([]);
  });
});
