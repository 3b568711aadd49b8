import { EmbeddedBroker, type EmbeddedBrokerOptions } from '../../src/embedded/embedded-broker.js';
import { accountAuthorizer } from '../../src/embedded/embedded-broker-access.js';

export interface RunningBroker {
  readonly port: number;
  /** With the account of our monitoring client. */
  readonly url: string;
  /** With the account of the operators. */
  readonly operatorUrl: string;
  readonly broker: EmbeddedBroker;
  stop(): Promise<void>;
}

const operator = { username: 'operator', password: 'operator:p@ss/word' };
const monitor = { username: 'monitor', password: 'monitor-password' };

/** Our own broker on loopback, with figures every second. */
export async function startEmbeddedBroker(options: Partial<EmbeddedBrokerOptions> = {}): Promise<RunningBroker> {
  const broker = new EmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    authorizer: accountAuthorizer({ operator, monitor, monitorTopicPrefix: 'watchkeeper/probe/' }),
    monitor,
    maxConnections: 200,
    maxPacketBytes: 65_536,
    connectTimeoutMs: 10_000,
    drainTimeoutMs: 500,
    maxQueuedMessages: 50,
    maxRetainedMessages: 200,
    maxStoreBytes: 1_048_576,
    sysIntervalSeconds: 1,
    ...options,
  });
  const { url, port } = await broker.start();
  const login = `${operator.username}:${encodeURIComponent(operator.password)}`;
  return { port, url, operatorUrl: `mqtt://${login}@127.0.0.1:${port}`, broker, stop: () => broker.stop() };
}
