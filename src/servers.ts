import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { authConfig } from './auth/index.js';
import { AppError, type ConfigOf, coreConfig, type CoreConfig } from './core/index.js';
import { databaseConfig } from './database/index.js';
import {
  accountAuthorizer,
  DataDirectory,
  EmbeddedBroker,
  embeddedBrokerConfig,
  type EmbeddedBrokerConfig,
  embeddedConfig,
  type EmbeddedConfig,
  EmbeddedPostgres,
  type KeptSecret,
  type PostgresIncident,
  randomSecret,
} from './embedded/index.js';
import { mqttConfig, probeTopicPrefix } from './mqtt/index.js';

/** Says that the login of the broker was printed. */
const shownMark = 'mqtt-operator-shown';

type Values = ReadonlyMap<symbol, Readonly<Record<string, unknown>>>;

/** One line of the start banner: a part of the platform and where it comes from. */
export interface Part {
  readonly name: string;
  readonly from: 'embedded' | 'external' | 'absent';
  readonly detail: string;
}

/** Servers that we bring, started, and what the configuration must say about them. */
export interface Servers {
  /** Variables to lay over the environment: URLs of our servers and generated secrets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly parts: readonly Part[];
  /** Set when the broker's password was made just now; shown once. */
  readonly newBrokerLogin: { readonly username: string; readonly password: string } | null;
  /** To be called when `newBrokerLogin` was shown. */
  shown(): void;
  /** Stops them in order and gives DATA_DIR back. */
  stop(): Promise<void>;
}

function section<S>(values: Values, token: symbol): S {
  return values.get(token) as S;
}

/** How long a predecessor that is just ending may hold the port and the data directory. */
const predecessorMs = 4_000;
const retryMs = 200;

/** Repeats `attempt` while it fails with one of `codes` and a predecessor may still be on its way out. */
async function afterPredecessor<T>(codes: readonly string[], attempt: () => Promise<T>): Promise<T> {
  const end = performance.now() + predecessorMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      if (!codes.includes(code) || performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

async function tryPort(config: CoreConfig): Promise<void> {
  const probe = createServer();
  probe.listen(config.PORT, config.HOST);
  await once(probe, 'listening');
  probe.close();
  await once(probe, 'close');
}

/**
 * Fails early and clearly when the HTTP port is taken, before any server is started.
 * @throws AppError `server.port_taken`
 */
export async function checkPort(config: CoreConfig): Promise<void> {
  try {
    await afterPredecessor(['EADDRINUSE'], () => tryPort(config));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what: Readonly<Record<string, string>> = {
      EADDRINUSE: `Port ${config.PORT} is taken by another program. Stop it, or set PORT to a free port.`,
      EACCES: `Port ${config.PORT} may not be opened by this user. Set PORT to 1024 or above.`,
      EADDRNOTAVAIL: `${config.HOST} is no address of this host. Set HOST to one, or to 0.0.0.0.`,
    };
    const text =
      what[code ?? ''] ?? `Port ${config.PORT} on ${config.HOST} cannot be opened (${code}). Check PORT and HOST.`;
    throw new AppError('server.port_taken', 'conflict', text, { cause: error });
  }
}

interface BrokerStart {
  readonly broker: EmbeddedBroker;
  readonly url: string;
  readonly port: number;
  readonly password: KeptSecret | null;
  readonly username: string;
}

async function startBroker(directory: DataDirectory, config: EmbeddedBrokerConfig, host: string): Promise<BrokerStart> {
  const username = config.MQTT_BROKER_USERNAME;
  const password = config.MQTT_BROKER_PASSWORD === undefined ? directory.secret('mqtt-operator') : null;
  const monitor = { username: 'watchkeeper-monitor', password: randomSecret() };
  const operator = { username, password: password?.value ?? config.MQTT_BROKER_PASSWORD ?? '' };
  const broker = new EmbeddedBroker({
    host: config.MQTT_HOST ?? host,
    port: config.MQTT_PORT,
    authorizer: accountAuthorizer({ operator, monitor, monitorTopicPrefix: probeTopicPrefix }),
    monitor,
    maxConnections: config.MQTT_BROKER_MAX_CONNECTIONS,
    maxPacketBytes: config.MQTT_BROKER_MAX_PACKET_BYTES,
    maxQueuedMessages: config.MQTT_BROKER_MAX_QUEUED_MESSAGES,
    maxRetainedMessages: config.MQTT_BROKER_MAX_RETAINED_MESSAGES,
    maxStoreBytes: config.MQTT_BROKER_MAX_STORE_BYTES,
    connectTimeoutMs: config.MQTT_BROKER_CONNECT_TIMEOUT_MS,
    drainTimeoutMs: config.MQTT_BROKER_DRAIN_TIMEOUT_MS,
  });
  const { url, port } = await broker.start();
  return { broker, url, port, password, username };
}

/** Host and port of a URL, without its credentials. */
function place(url: string): string {
  const { host, hostname } = new URL(url);
  return host || hostname;
}

function watchedPart(name: string, url: unknown, variable: string): Part {
  return typeof url === 'string'
    ? { name, from: 'external', detail: place(url) }
    : { name, from: 'absent', detail: `set ${variable} to watch one` };
}

/**
 * Opens DATA_DIR and starts what the configuration leaves to us.
 * @param report hears of an embedded server that died and of its way back
 * @throws AppError with what to do; everything started before is stopped again
 */
export async function startServers(values: Values, report: (incident: PostgresIncident) => void): Promise<Servers> {
  const core = section<CoreConfig>(values, coreConfig.token);
  const auth = section<ConfigOf<typeof authConfig>>(values, authConfig.token);
  const { DATA_DIR } = section<EmbeddedConfig>(values, embeddedConfig.token);
  const directory = await afterPredecessor(['embedded.data_directory_in_use'], () =>
    Promise.resolve().then(() => DataDirectory.open(DATA_DIR)),
  );
  const stops: (() => Promise<void>)[] = [];
  const environment: Record<string, string> = {};
  const parts: Part[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.reverse()) await end();
    directory.close();
  };
  try {
    if (auth.JWT_SECRET === undefined) environment.JWT_SECRET = directory.secret('jwt').value;
    const databaseUrl = section<ConfigOf<typeof databaseConfig>>(values, databaseConfig.token).DATABASE_URL;
    if (databaseUrl === undefined) {
      const postgres = new EmbeddedPostgres(directory, report);
      stops.push(() => postgres.stop());
      const started = await postgres.start();
      environment.DATABASE_URL = started.url;
      const detail = `version ${started.version}${started.adopted ? ', taken over from an earlier run' : ''}`;
      parts.push({ name: 'PostgreSQL', from: 'embedded', detail });
    } else parts.push(watchedPart('PostgreSQL', databaseUrl, 'DATABASE_URL'));
    let newBrokerLogin: Servers['newBrokerLogin'] = null;
    const mqttUrl = section<ConfigOf<typeof mqttConfig>>(values, mqttConfig.token).MQTT_URL;
    if (mqttUrl === undefined) {
      const config = section<EmbeddedBrokerConfig>(values, embeddedBrokerConfig.token);
      const started = await startBroker(directory, config, core.HOST);
      stops.push(() => started.broker.stop());
      environment.MQTT_URL = started.url;
      parts.push({ name: 'MQTT broker', from: 'embedded', detail: `port ${started.port}, user ${started.username}` });
      // The start after one that failed has to show what that one made.
      if (started.password && !existsSync(directory.entry('secrets', shownMark)))
        newBrokerLogin = { username: started.username, password: started.password.value };
    } else parts.push(watchedPart('MQTT broker', mqttUrl, 'MQTT_URL'));
    return { environment, parts, newBrokerLogin, shown: () => void directory.secret(shownMark), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Lines for the parts that are only ever watched. */
export function watchedParts(redisUrl: unknown, iotdbUrl: unknown): readonly Part[] {
  return [watchedPart('Redis', redisUrl, 'REDIS_URL'), watchedPart('IoTDB', iotdbUrl, 'IOTDB_URL')];
}
