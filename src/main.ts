import 'reflect-metadata';
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
import { embeddedBrokerConfig, type EmbeddedBrokerConfig } from './embedded/index.js';
import { iotdbConfig, type IotdbConfig } from './iotdb/index.js';
import { mqttConfig, type MqttConfig } from './mqtt/index.js';
import { redisConfig, type RedisConfig } from './redis/index.js';
import { checkPort, type Servers, startServers, watchedParts } from './servers.js';

/** After SIGTERM the process ends within this time, whatever hangs. */
const shutdownLimitMs = 15_000;
/** The same signal within this time is one signal that came by two ways. */
const repeatedSignalMs = 1_000;
/** Requests in progress may end within this part of it. */
const requestLimitMs = 6_000;

const retryMs = 2_000;

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

/** What runs so far; filled while the process starts, so that it can be ended in order at any moment. */
interface Running {
  servers?: Promise<Servers>;
  built?: BuiltApp;
  readonly graceMs: number;
  /** Monotonic time of the signal that ends the process. */
  endingSinceMs?: number;
}

/** Ends the application: not ready, a moment for load balancers, requests, passes, connections. */
async function closeApp(built: BuiltApp, graceMs: number): Promise<void> {
  built.app.get(Readiness).beginShutdown();
  await new Promise((resolve) => setTimeout(resolve, graceMs));
  built.connections.endIdle();
  // A client that sends or reads at its leisure does not decide when this process ends.
  const cut = setTimeout(() => built.connections.endAll(), requestLimitMs);
  await built.app.close();
  clearTimeout(cut);
}

/** Ends everything that was started, then the servers we brought; also when the start has not come to its end. */
async function shutDown(running: Running, graceMs: number): Promise<void> {
  if (running.built) await closeApp(running.built, graceMs);
  // A start of our servers that fails has stopped what it had started.
  const servers = await running.servers?.catch(() => undefined);
  await servers?.stop();
}

function handleSignals(running: Running): void {
  const log = new Logger('Shutdown');
  const end = (reason: string, exitCode: number, waitMs: number): void => {
    if (running.endingSinceMs !== undefined) {
      // A terminal, a supervisor and npm may all pass on one and the same signal.
      if (exitCode === 0 && performance.now() - running.endingSinceMs < repeatedSignalMs) return;
      // A second signal exits at once; what was acknowledged is on disk.
      process.exit(exitCode === 0 ? 130 : 1);
    }
    running.endingSinceMs = performance.now();
    log.log('Shutting down.', { reason });
    setTimeout(() => {
      log.error('The shutdown took too long.', { limitMs: shutdownLimitMs });
      process.exit(1);
    }, shutdownLimitMs).unref();
    shutDown(running, waitMs).then(
      () => process.exit(exitCode),
      (error: unknown) => {
        log.error('The shutdown failed.', { cause: causeChain(error) });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => end('SIGTERM', 0, running.graceMs));
  process.on('SIGINT', () => end('SIGINT', 0, 0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal('An error was not handled.', { event, cause: causeChain(error), stack: (error as Error)?.stack });
      end(event, 1, 0);
    });
  }
}

/** Repeats what fails only because the database went away again. */
async function untilDone<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof AppError && error.retryable)) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
    }
  }
}

/** Makes the first admin, now or as soon as the database is there; the generated password is shown once. */
async function firstAdmin(built: BuiltApp): Promise<FirstAdmin | null> {
  const bootstrap = built.app.get(BootstrapAdmin);
  const database = built.app.get(Database);
  if (database.ready) return bootstrap.run();
  void database
    .whenReady()
    .then(() => untilDone(() => bootstrap.run()))
    .then((admin) => process.stdout.write(adminLines(admin)))
    .catch((error: unknown) =>
      new Logger('Start').error('The first admin was not made.', { cause: causeChain(error) }),
    );
  return null;
}

/** Everything after our own servers run; whatever fails here, they are stopped again. */
async function serve(running: Running, servers: Servers, startedMs: number): Promise<void> {
  const values = configured(servers.environment);
  const core = values.get(coreConfig.token) as CoreConfig;
  const built = await buildApp(values);
  running.built = built;
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
  servers.shown();
}

async function main(): Promise<void> {
  const startedMs = performance.now();
  const values = configured({});
  const core = values.get(coreConfig.token) as CoreConfig;
  Logger.overrideLogger(new JsonLogger(core.LOG_LEVEL));
  const broker = values.get(embeddedBrokerConfig.token) as EmbeddedBrokerConfig;
  const ownBroker = (values.get(mqttConfig.token) as MqttConfig).MQTT_URL === undefined;
  if (ownBroker && broker.MQTT_PORT === core.PORT)
    fail(`PORT and MQTT_PORT are both ${core.PORT}. Give them different ports.`);
  await checkPort(core);
  const log = new Logger('EmbeddedPostgres');
  const running: Running = { graceMs: core.SHUTDOWN_GRACE_MS };
  handleSignals(running);
  running.servers = startServers(values, (incident) => {
    if (incident.kind === 'recovered') log.log('The embedded PostgreSQL runs again.');
    else log.warn('The embedded PostgreSQL died.', { ...incident });
  });
  const servers = await running.servers;
  if (running.endingSinceMs !== undefined) return;
  await serve(running, servers, startedMs).catch(async (error: unknown) => {
    // Whoever ends the process stops the servers; a start that breaks under it is no news.
    if (running.endingSinceMs !== undefined) return;
    await servers.stop();
    throw error;
  });
}

main().catch((error: unknown) => {
  const known = asAppError(error);
  if (error instanceof AppError) fail(`${known.publicText}`);
  fail(`The start failed: ${causeChain(error)}\n${error instanceof Error ? error.stack : ''}`);
});
