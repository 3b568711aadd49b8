import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Aedes, type Client } from 'aedes';
import { SystemClock, type Clock, type Timer } from '../core/index.js';
import type { BrokerAuthorizer, BrokerLogin } from './embedded-broker-access.js';
import { Census } from './embedded-broker-census.js';
import { FrameScanner, noTraffic } from './embedded-broker-frames.js';
import { BrokerGuard, LossCounter } from './embedded-broker-guard.js';
import { BrokerStore, type StoreLimits } from './embedded-broker-store.js';
import { LoadAverages, systemTopics, type BrokerFigures } from './embedded-broker-sys.js';
import { brokerCannotListen } from './embedded-broker.errors.js';

export interface EmbeddedBrokerOptions extends StoreLimits {
  /** Address to listen on; 127.0.0.1 keeps the broker on this machine. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly authorizer: BrokerAuthorizer;
  /** Account of our own monitoring client; it is put into the URL that `start` hands back. */
  readonly monitor: BrokerLogin;
  readonly maxConnections: number;
  readonly maxPacketBytes: number;
  readonly connectTimeoutMs: number;
  readonly drainTimeoutMs: number;
  /** Seconds between two rounds of the `$SYS` topics. */
  readonly sysIntervalSeconds?: number;
  readonly clock?: Clock;
}

/** What a started broker is reached by. The URL holds the password of the monitoring account: never print it. */
export interface BrokerAddress {
  readonly url: string;
  readonly port: number;
}

const closeTimeoutMs = 2_000;
/** A dead peer of a client that asked for no keep-alive is found by TCP itself. */
const tcpKeepAliveMs = 60_000;
const version = 'watchkeeper embedded broker (aedes 1.2.0, MQTT 3.1.1)';

/**
 * The MQTT broker inside the process, for installations that bring none. It speaks MQTT 3.1 and 3.1.1 over TCP, not 5,
 * and keeps sessions and retained messages in memory only: Mosquitto or EMQX (`MQTT_URL`) are for more than that.
 * It publishes Mosquitto's `$SYS/broker/` topics, so it is watched exactly as any other broker.
 */
export class EmbeddedBroker {
  private readonly census = new Census();
  private readonly store: BrokerStore;
  private readonly guard: BrokerGuard;
  private readonly losses = new LossCounter();
  private readonly received = noTraffic();
  private readonly sent = noTraffic();
  private readonly averages = new LoadAverages();
  private readonly published = new Map<string, string>();
  private readonly sockets = new Set<Socket>();
  private readonly clock: Clock;
  private socketsAccepted = 0;
  private socketsRefused = 0;
  private connectsAccepted = 0;
  private startedAtMs = 0;
  private lastRoundMs = 0;
  private server: Server | undefined;
  private aedes: Aedes | undefined;
  private timer: Timer | undefined;

  constructor(private readonly options: EmbeddedBrokerOptions) {
    this.clock = options.clock ?? new SystemClock();
    this.store = new BrokerStore(options);
    this.guard = new BrokerGuard(options.authorizer, this.census);
  }

  /**
   * Opens the port. A broker is started once.
   * @throws AppError `embedded.broker_cannot_listen` that names the variable to change
   */
  async start(): Promise<BrokerAddress> {
    const aedes = await this.createAedes();
    this.aedes = aedes;
    const server = createServer((socket) => this.welcome(socket, aedes));
    server.maxConnections = this.options.maxConnections;
    server.on('drop', () => (this.socketsRefused += 1));
    this.server = server;
    try {
      server.listen(this.options.port, this.options.host);
      await once(server, 'listening');
    } catch (error) {
      await this.stop();
      throw brokerCannotListen(this.options.host, this.options.port, error as NodeJS.ErrnoException);
    }
    // Later errors (no file descriptor left for accept) concern one connection and not the broker.
    server.on('error', () => undefined);
    this.startedAtMs = this.lastRoundMs = this.clock.monotonicMs();
    this.publishFigures();
    return this.address(server);
  }

  /** Closes the port and every connection; wills are published first. Bounded, and harmless when called again. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    const { server, aedes } = this;
    this.server = undefined;
    this.aedes = undefined;
    const serverClosed = server?.listening ? once(server.close(), 'close') : undefined;
    if (aedes) {
      let timeout: Timer | undefined;
      await Promise.race([
        new Promise<void>((resolve) => aedes.close(resolve)),
        new Promise<void>((resolve) => (timeout = this.clock.after(closeTimeoutMs, resolve))),
      ]);
      timeout?.cancel();
    }
    for (const socket of this.sockets) socket.destroy();
    await serverClosed;
  }

  /** Bytes that subscribers have not taken yet, over all connections. */
  get pendingBytes(): number {
    let bytes = 0;
    for (const socket of this.sockets) bytes += socket.writableLength;
    return bytes;
  }

  private async createAedes(): Promise<Aedes> {
    const aedes = await Aedes.createBroker({
      // Without a queue in the emitter: with one, a subscriber that leaves during a flood overflows the call stack.
      concurrency: 0,
      // A stalled subscriber holds up every publisher until it is cut off.
      drainTimeout: this.options.drainTimeoutMs,
      connectTimeout: this.options.connectTimeoutMs,
      persistence: this.store.persistence(),
      authorizeForward: this.losses.forward,
      ...this.guard.hooks(),
    });
    aedes.on('client', (client: Client) => {
      this.connectsAccepted += 1;
      this.census.arrive(client, this.guard.nameOf(client));
    });
    aedes.on('clientDisconnect', (client: Client) => {
      for (const clientId of this.census.leave(client)) void this.store.forgetSession(clientId);
    });
    aedes.on('subscribe', (subscriptions, client) => {
      const granted = subscriptions.filter((s) => (s.qos as number) !== 128).map((s) => s.topic);
      this.census.subscribe(client.id, granted);
    });
    aedes.on('unsubscribe', (filters, client) => this.census.unsubscribe(client.id, filters));
    aedes.on('publish', (packet) => {
      if (!packet.topic.startsWith('$SYS/')) this.census.sawTopic(packet.topic);
    });
    aedes.on('clientError', (client: Client, error: Error) => this.losses.onClientError(client, error));
    // Faults of one client end that client; an event without a listener would end the process.
    aedes.on('connectionError', () => undefined);
    (aedes as NodeJS.EventEmitter).on('error', () => undefined);
    return aedes;
  }

  /** Hands a socket to aedes, with both directions counted and the size of incoming packets bounded. */
  private welcome(socket: Socket, aedes: Aedes): void {
    this.socketsAccepted += 1;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, tcpKeepAliveMs);
    const incoming = new FrameScanner(this.received, this.options.maxPacketBytes);
    const outgoing = new FrameScanner(this.sent, Infinity);
    // aedes reads by `read()` and writes by `write()` on the very socket; a transform in between would cost a copy.
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => {
      const chunk = read(size) as Buffer | null;
      if (chunk === null || incoming.feed(chunk)) return chunk;
      socket.destroy();
      return null;
    };
    const write = socket.write.bind(socket) as (chunk: string | Uint8Array, ...rest: unknown[]) => boolean;
    socket.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      outgoing.feed(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
      return write(chunk, ...rest);
    };
    aedes.handle(socket);
  }

  private figures(nowMs: number): BrokerFigures {
    const { census, store, received, sent } = this;
    return {
      version,
      uptimeSeconds: Math.floor((nowMs - this.startedAtMs) / 1000),
      clientsTotal: census.total,
      clientsConnected: census.connected,
      clientsMaximum: census.maximum,
      clientsExpired: census.expired,
      packetsReceived: received.packets,
      packetsSent: sent.packets,
      publishesReceived: received.publishes,
      publishesSent: sent.publishes,
      publishesDropped: store.dropped + this.losses.dropped,
      publishBytesReceived: received.publishBytes,
      publishBytesSent: sent.publishBytes,
      bytesReceived: received.bytes,
      bytesSent: sent.bytes,
      retained: store.retained,
      queued: store.queued,
      storedBytes: store.storedBytes,
      pendingBytes: this.pendingBytes,
      subscriptions: census.subscriptions,
      topics: census.topicCount,
      socketsAccepted: this.socketsAccepted,
      connectsAccepted: this.connectsAccepted,
      socketsRefused: this.socketsRefused,
    };
  }

  /** One round: what changed, retained, and `uptime` always. */
  private publishFigures(): void {
    const { aedes } = this;
    if (!aedes) return;
    const nowMs = this.clock.monotonicMs();
    const figures = this.figures(nowMs);
    if (nowMs > this.lastRoundMs) this.averages.update(figures, (nowMs - this.lastRoundMs) / 1000);
    this.lastRoundMs = nowMs;
    for (const [topic, payload] of systemTopics(figures, this.averages)) {
      if (this.published.get(topic) === payload && topic !== 'uptime') continue;
      this.published.set(topic, payload);
      aedes.publish(
        {
          cmd: 'publish',
          topic: `$SYS/broker/${topic}`,
          payload: Buffer.from(payload),
          qos: 0,
          retain: true,
          dup: false,
        },
        () => undefined,
      );
    }
    const intervalMs = (this.options.sysIntervalSeconds ?? 5) * 1000;
    this.timer = this.clock.after(intervalMs, () => this.publishFigures());
  }

  private address(server: Server): BrokerAddress {
    const bound = server.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : this.options.port;
    const host = this.options.host === '0.0.0.0' || this.options.host === '::' ? '127.0.0.1' : this.options.host;
    const { username, password } = this.options.monitor;
    const login = `${encodeURIComponent(username)}:${encodeURIComponent(password)}`;
    return { url: `mqtt://${login}@${host.includes(':') ? `[${host}]` : host}:${port}`, port };
  }
}
