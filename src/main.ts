import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { buildApp, type BuiltApp } from './app.js';
import { configSections } from './app.config.js';
import { BootstrapAdmin, type BootstrappedAdmin } from './auth/index.js';
import { banner } from './banner.js';
import {
  asAppError,
  AppError,
  causeChain,
  coreConfig,
  type CoreConfig,
  describeFaults,
  environment,
  parseConfig,
  Readiness,
} from './core/index.js';
import { iotdbConfig } from './iotdb/index.js';
import { redisConfig } from './redis/index.js';
import { checkPort, type Servers, startServers, watchedParts } from './servers.js';

/** After SIGTERM the process ends within this time, whatever hangs. */
const shutdownLimitMs = 15_000;

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
  await built.app.close();
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

/** Makes the first admin as soon as the database is there, and says so once. */
async function announceAdmin(built: BuiltApp): Promise<BootstrappedAdmin | null> {
  return built.app.get(BootstrapAdmin).bootstrap();
}

async function main(): Promise<void> {
  const startedMs = performance.now();
  const first = configured({});
  const core = first.get(coreConfig.token) as CoreConfig;
  await checkPort(core);
  const incidents = new Logger('EmbeddedPostgres');
  const servers = await startServers(first, (incident) => {
    if (incident.kind === 'recovered') incidents.log('The embedded PostgreSQL runs again.');
    else incidents.warn('The embedded PostgreSQL died.', { ...incident });
  });
  const values = configured(servers.environment);
  const built = await buildApp(values).catch(async (error: unknown) => {
    await servers.stop();
    throw error;
  });
  handleSignals(built, servers, core.SHUTDOWN_GRACE_MS);
  await built.app.listen(core.PORT, core.HOST);
  const redis = values.get(redisConfig.token) as { REDIS_URL?: string };
  const iotdb = values.get(iotdbConfig.token) as { IOTDB_URL?: string };
  process.stdout.write(
    banner({
      port: core.PORT,
      host: core.HOST,
      seconds: (performance.now() - startedMs) / 1000,
      parts: [...servers.parts, ...watchedParts(redis.REDIS_URL, iotdb.IOTDB_URL)],
      admin: await announceAdmin(built),
      brokerLogin: servers.newBrokerLogin,
    }),
  );
}

main().catch((error: unknown) => {
  const known = asAppError(error);
  if (error instanceof AppError) fail(`${known.publicText}`);
  fail(`The start failed: ${causeChain(error)}\n${error instanceof Error ? error.stack : ''}`);
});
