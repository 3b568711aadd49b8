import 'reflect-metadata';
import type { Server } from 'node:http';
import { Logger } from '@nestjs/common';
import { buildApp, type BuiltApp } from './app.js';
import { configSections } from './app.config.js';
import { BootstrapAdmin, type FirstAdmin } from './auth/index.js';
import { adminLines, banner } from './banner.js';
import {
  asAppError,
  AppError,
  causeChain,
  coreConfig,
  type CoreConfig,
  describeFaults,
  environment,
  JsonLogger,
  parseConfig,
  Readiness,
} from './core/index.js';
import { Database } from './database/index.js';
import { iotdbConfig, type IotdbConfig } from './iotdb/index.js';
import { redisConfig, type RedisConfig } from './redis/index.js';
import { checkPort, type Servers, startServers, watchedParts } from './servers.js';

/** After SIGTERM the process ends within this time, whatever hangs. */
const shutdownLimitMs = 15_000;
/** Requests in progress may end within this part of it. */
const requestLimitMs = 6_000;

type Values = ReadonlyMap<symbol, Readonly<Record<string, unknown>>>;

function fail(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

function configured(extra: Readonly<Record<string, string>>): Values {
  const parsed = parseConfig(configSections, { ...environment(), ...extra });
  if (!parsed.ok) fail(`${describeFaults(parsed.faults)}\nAll variables are described in docs/configuration.md.`);
  return parsed.values;
}

/** Ends the process in order: not ready, a moment for load balancers, the application, the servers we brought. */
async function shutDown(built: BuiltApp, servers: Servers, graceMs: number): Promise<void> {
  built.app.get(Readiness).beginShutdown();
  await new Promise((resolve) => setTimeout(resolve, graceMs));
  const server = built.app.getHttpServer() as Server;
  // A client that sends or reads at its leisure does not decide when this process ends.
  const cut = setTimeout(() => server.closeAllConnections(), requestLimitMs);
  await built.app.close();
  clearTimeout(cut);
  await servers.stop();
}

function handleSignals(built: BuiltApp, servers: Servers, graceMs: number): void {
  const log = new Logger('Shutdown');
  let ending = false;
  const end = (reason: string, exitCode: number, waitMs: number): void => {
    // A second signal exits at once; what was acknowledged is on disk.
    if (ending) process.exit(exitCode === 0 ? 130 : 1);
    ending = true;
    log.log('Shutting down.', { reason });
    setTimeout(() => {
      log.error('The shutdown took too long.', { limitMs: shutdownLimitMs });
      process.exit(1);
    }, shutdownLimitMs).unref();
    shutDown(built, servers, waitMs).then(
      () => process.exit(exitCode),
      (error: unknown) => {
        log.error('The shutdown failed.', { cause: causeChain(error) });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM', 0, graceMs));
  process.on('SIGINT', () => end('SIGINT', 0, 0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal('An error was not handled.', { event, cause: causeChain(error), stack: (error as Error)?.stack });
      end(event, 1, 0);
    });
  }
}

/** Makes the first admin, now or as soon as the database is there; the generated password is shown once. */
async function firstAdmin(built: BuiltApp): Promise<FirstAdmin | null> {
  const bootstrap = built.app.get(BootstrapAdmin);
  const database = built.app.get(Database);
  if (database.ready) return bootstrap.run();
  void database
    .whenReady()
    .then(() => bootstrap.run())
    .then((admin) => process.stdout.write(adminLines(admin)))
    .catch((error: unknown) =>
      new Logger('Start').error('The first admin was not made.', { cause: causeChain(error) }),
    );
  return null;
}

/** Everything after our own servers run; whatever fails here, they are stopped again. */
async function serve(servers: Servers, startedMs: number): Promise<void> {
  const values = configured(servers.environment);
  const core = values.get(coreConfig.token) as CoreConfig;
  const built = await buildApp(values);
  handleSignals(built, servers, core.SHUTDOWN_GRACE_MS);
  await built.app.listen(core.PORT, core.HOST);
  const redis = values.get(redisConfig.token) as RedisConfig;
  const iotdb = values.get(iotdbConfig.token) as IotdbConfig;
  const admin = await firstAdmin(built);
  process.stdout.write(
    banner({
      port: core.PORT,
      host: core.HOST,
      seconds: (performance.now() - startedMs) / 1000,
      parts: [...servers.parts, ...watchedParts(redis.REDIS_URL, iotdb.IOTDB_URL)],
      admin,
      brokerLogin: servers.newBrokerLogin,
    }),
  );
}

async function main(): Promise<void> {
  const startedMs = performance.now();
  const values = configured({});
  const core = values.get(coreConfig.token) as CoreConfig;
  Logger.overrideLogger(new JsonLogger(core.LOG_LEVEL));
  await checkPort(core);
  const log = new Logger('EmbeddedPostgres');
  const servers = await startServers(values, (incident) => {
    if (incident.kind === 'recovered') log.log('The embedded PostgreSQL runs again.');
    else log.warn('The embedded PostgreSQL died.', { ...incident });
  });
  await serve(servers, startedMs).catch(async (error: unknown) => {
    await servers.stop();
    throw error;
  });
}

main().catch((error: unknown) => {
  const known = asAppError(error);
  if (error instanceof AppError) fail(`${known.publicText}`);
  fail(`The start failed: ${causeChain(error)}\n${error instanceof Error ? error.stack : ''}`);
});
