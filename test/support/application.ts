import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { buildApp } from '../../src/app.js';
import { configSections } from '../../src/app.config.js';
import { BootstrapAdmin } from '../../src/auth/index.js';
import { parseConfig, type RouteTable } from '../../src/core/index.js';
import { temporaryDirectory } from './process.js';

export const adminEmail = 'admin@example.org';
export const adminPassword = 'correct horse battery staple 9';

/** The whole application inside the test process, for tests that need its insides. */
export interface InProcessApplication {
  readonly app: NestFastifyApplication;
  readonly routes: RouteTable;
  close(): Promise<void>;
}

/**
 * Builds and initialises the application with the first admin made. It does not listen: use `app.inject`.
 * @param environment at least DATABASE_URL; DATA_DIR is its own and MQTT_URL a port where nobody listens unless given
 */
export async function startInProcess(environment: Readonly<Record<string, string>>): Promise<InProcessApplication> {
  const directory = temporaryDirectory('application');
  const parsed = parseConfig(configSections, {
    DATA_DIR: directory.path,
    LOG_LEVEL: 'fatal',
    MQTT_URL: 'mqtt://127.0.0.1:1',
    JWT_SECRET: randomBytes(32).toString('base64url'),
    ADMIN_EMAIL: adminEmail,
    ADMIN_PASSWORD: adminPassword,
    COLLECT_INTERVAL_MS: '1000',
    ...environment,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const { app, routes } = await buildApp(parsed.values);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  await app.get(BootstrapAdmin).run();
  return { app, routes, close: () => app.close().finally(() => directory.remove()) };
}
