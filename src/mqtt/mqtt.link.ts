import { randomUUID } from 'node:crypto';
import { connect, type IClientOptions, type MqttClient as Driver } from 'mqtt';
import type { Clock } from '../core/index.js';
import type { MqttAddress } from './mqtt.address.js';
import { mqttAuthRefused, mqttRefused, mqttTimeout, mqttUnreachable } from './mqtt.errors.js';
import { longestPayload, systemFilters } from './mqtt.parse.js';
import { SystemTopics } from './mqtt.topics.js';
import { boundedWait, type WaitLimits } from './mqtt.wait.js';

/** Our round trips run below it: a broker with an ACL must let our account publish and subscribe there. */
export const probeTopicPrefix = 'watchkeeper/probe/';

export interface LinkOptions {
  readonly address: MqttAddress;
  readonly clientId: string;
  /** PEM of a certificate authority of our own; undefined trusts the usual ones. */
  readonly ca: Buffer | undefined;
  /** Prefix of Mosquitto's topics; null when the figures come from elsewhere. */
  readonly sysPrefix: string | null;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

export type MqttVersion = 4 | 5;

const keepAliveSeconds = 30;
/** We read figures and our own nonce: nobody has reason to send more. MQTT 5 brokers keep to it. */
const largestPacketBytes = 16_384;
/** After a subscription the retained figures follow at once; a broker that is silent for this long has none. */
const figuresWaitMs = 1000;
/** Reason codes of MQTT 3.1.1 and 5: bad user name or password, not authorised, banned, bad authentication method. */
const authCodes = new Set([4, 5, 134, 135, 138, 140]);
const notAuthorised = 135;

function driverOptions(options: LinkOptions, version: MqttVersion): IClientOptions {
  const { address } = options;
  return {
    protocol: address.protocol,
    host: address.host,
    hostname: address.host,
    port: address.port,
    path: address.path,
    username: address.username,
    password: address.password,
    ca: options.ca,
    clientId: options.clientId,
    protocolVersion: version,
    properties: version === 5 ? { maximumPacketSize: largestPacketBytes } : undefined,
    clean: true,
    keepalive: keepAliveSeconds,
    connectTimeout: options.timeoutMs,
    // The passes of the scheduler are the only attempts to connect: no timer of the driver beside them.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
  };
}

/** What became of a failed attempt: MQTT 5 not spoken, sign-in refused, or not reachable. */
function connectFailure(reason: unknown): Error {
  const code: unknown = (reason as { code?: unknown } | null)?.code;
  if (typeof code !== 'number') return mqttUnreachable(reason);
  return authCodes.has(code) ? mqttAuthRefused(reason) : mqttRefused(reason);
}

/** Thrown by `open` when the broker ended the attempt in a way that an older protocol may cure. */
export class ProtocolRefused extends Error {}

/** CONNACK codes 1 (3.1.1) and 132 (5), an answer that cannot be parsed, and a hang-up without any answer. */
function isProtocolRefused(reason: Error & { code?: unknown }): boolean {
  if (typeof reason.code === 'number') return reason.code === 1 || reason.code === 132;
  return reason.code === undefined || reason.code === 'ECONNRESET' || reason.code === 'EPIPE';
}

/** One connection to the broker: its figures as they come in, and the round trip. It ends once and for all. */
export class MqttLink {
  readonly topics: SystemTopics;
  /** The broker refused the subscription to the figures. */
  private figuresForbidden = false;
  private probeForbidden = false;
  private hasFirstRound = false;
  private whenFirstRound: (() => void) | undefined;
  private waiting: { readonly nonce: string; readonly arrived: () => void } | undefined;
  private readonly probeTopic: string;
  private readonly openedAtMs: number;

  private constructor(
    private readonly driver: Driver,
    private readonly options: LinkOptions,
    readonly version: MqttVersion,
  ) {
    this.topics = new SystemTopics(options.sysPrefix ?? '');
    this.probeTopic = `${probeTopicPrefix}${options.clientId}`;
    this.openedAtMs = options.clock.monotonicMs();
    driver.on('message', (topic, payload, packet) => this.receive(topic, payload, packet.retain));
  }

  /**
   * Connects, and subscribes to the figures and to the topic of the round trip.
   * @throws mqtt.unreachable, mqtt.timeout, mqtt.aborted, mqtt.auth_refused, mqtt.refused; ProtocolRefused with version 5
   */
  static async open(options: LinkOptions, version: MqttVersion, signal: AbortSignal): Promise<MqttLink> {
    const limits: WaitLimits = { clock: options.clock, timeoutMs: options.timeoutMs, signal };
    const driver = connect(driverOptions(options, version));
    // The driver emits errors at any time of its life; each is followed by `close`, which is what counts.
    driver.on('error', () => undefined);
    try {
      await boundedWait<void>(limits, (resolve, reject) => {
        const fail = (reason: Error): void =>
          reject(version === 5 && isProtocolRefused(reason) ? new ProtocolRefused() : connectFailure(reason));
        driver.once('connect', () => resolve());
        driver.once('error', fail);
        driver.once('close', () => fail(new Error('the broker hung up')));
      });
      const link = new MqttLink(driver, options, version);
      await link.subscribe(limits);
      return link;
    } catch (error) {
      driver.end(true);
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.driver.connected && !this.driver.disconnecting;
  }

  get figuresAreForbidden(): boolean {
    return this.figuresForbidden;
  }

  /** Ends the connection at once. */
  close(): void {
    this.driver.end(true);
  }

  /**
   * Publishes a nonce and waits for it.
   * @returns milliseconds; null when the broker takes messages and does not let us have ours (an ACL)
   * @throws mqtt.timeout, mqtt.unreachable, mqtt.aborted
   */
  roundTrip(signal: AbortSignal): Promise<number | null> {
    const { clock, timeoutMs } = this.options;
    const startedMs = clock.monotonicMs();
    const nonce = randomUUID();
    let isTaken = false;
    return boundedWait<number | null>(
      { clock, timeoutMs, signal },
      (resolve, reject) => {
        this.waiting = { nonce, arrived: () => resolve(clock.monotonicMs() - startedMs) };
        // QoS 1: the acknowledgement tells a broker that withholds the message from one that is dead.
        this.driver.publish(this.probeTopic, nonce, { qos: 1 }, (error) => {
          isTaken = !error;
          if (error && (error as { code?: unknown }).code === notAuthorised) resolve(null);
          else if (error) reject(mqttUnreachable(error));
          else if (this.probeForbidden) resolve(null);
        });
        return this.onceClosed(reject);
      },
      () => (isTaken ? null : mqttTimeout(timeoutMs)),
    );
  }

  /** Resolves when the retained figures are in, or when it is clear that none will come. */
  async figuresArrived(signal: AbortSignal): Promise<void> {
    const { clock } = this.options;
    const timeoutMs = this.openedAtMs + figuresWaitMs - clock.monotonicMs();
    if (this.hasFirstRound || this.figuresForbidden || timeoutMs <= 0) return;
    await boundedWait<void>(
      { clock, timeoutMs, signal },
      (resolve, reject) => {
        this.whenFirstRound = resolve;
        return this.onceClosed(reject);
      },
      () => undefined,
    );
  }

  /** @returns what takes the listener off again */
  private onceClosed(reject: (reason: Error) => void): () => void {
    const onClose = (): void => reject(mqttUnreachable(new Error('the connection was closed')));
    this.driver.once('close', onClose);
    return () => this.driver.off('close', onClose);
  }

  private async subscribe(limits: WaitLimits): Promise<void> {
    const { sysPrefix } = this.options;
    const isRefused = (filters: readonly string[]): Promise<boolean> =>
      boundedWait<boolean>(limits, (resolve, reject) => {
        this.driver.subscribe([...filters], { qos: 0 }, (error, _granted, packet) => {
          // The driver reports an error when any filter was refused; the packet says whether all were.
          if (packet) resolve(packet.granted.every((code) => Number(code) >= 128));
          else if (error) reject(mqttUnreachable(error));
          else resolve(false);
        });
        return this.onceClosed(reject);
      });
    this.probeForbidden = await isRefused([this.probeTopic]);
    if (sysPrefix !== null) {
      this.figuresForbidden = await isRefused(systemFilters.map((filter) => `${sysPrefix}/${filter}`));
    }
  }

  /** The retained uptime is asked for last, so it ends the first round; a live one may come in the middle of it. */
  private onFirstRound(): void {
    this.hasFirstRound = true;
    this.whenFirstRound?.();
  }

  private receive(topic: string, payload: Buffer, isRetained: boolean): void {
    if (topic !== this.probeTopic) {
      const { clock } = this.options;
      this.topics.accept(topic, payload, clock.monotonicMs(), clock.nowMs());
      if (isRetained && topic === `${this.options.sysPrefix}/uptime`) this.onFirstRound();
      return;
    }
    if (payload.length > longestPayload || payload.toString() !== this.waiting?.nonce) return;
    this.waiting.arrived();
    this.waiting = undefined;
  }
}
