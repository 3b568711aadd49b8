import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../core/index.js';
import { parseMqttUrl } from './mqtt.address.js';
import { mqttConfig, type MqttConfig } from './mqtt.config.js';
import { mqttCaUnreadable, mqttUnreachable } from './mqtt.errors.js';
import { MqttLink, ProtocolRefused, type LinkOptions, type MqttVersion } from './mqtt.link.js';

/**
 * The door to the watched broker. It connects when it is first asked, and again when the connection was lost or given
 * up; nothing works in the background and nothing is queued while the broker is away. MQTT 5 is tried first, 3.1.1 when
 * the broker does not speak it (the embedded one does not), and what worked is remembered.
 */
@Injectable()
export class MqttClient implements OnApplicationShutdown {
  /** Unique, so that two instances never throw each other off the broker. */
  private readonly clientId = `watchkeeper-${randomBytes(5).toString('hex')}`;
  private version: MqttVersion = 5;
  private current: MqttLink | undefined;
  private isClosed = false;

  constructor(
    @Inject(mqttConfig.token) private readonly config: MqttConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * The open connection, or a new one.
   * @param url the configured MQTT_URL
   * @throws as MqttLink.open, and mqtt.ca_unreadable
   */
  async link(url: string, signal: AbortSignal): Promise<MqttLink> {
    if (this.current?.isOpen) return this.current;
    const options = await this.linkOptions(url);
    const link = await this.open(options, signal);
    if (this.isClosed) {
      link.close();
      throw mqttUnreachable(new Error('the client is closed'));
    }
    this.current?.close();
    this.current = link;
    return link;
  }

  /** Gives a connection up that does not answer any more, so that the next pass makes a new one. */
  drop(link: MqttLink): void {
    link.close();
    if (this.current === link) this.current = undefined;
  }

  onApplicationShutdown(): void {
    this.isClosed = true;
    this.current?.close();
    this.current = undefined;
  }

  private async open(options: LinkOptions, signal: AbortSignal): Promise<MqttLink> {
    try {
      return await MqttLink.open(options, this.version, signal);
    } catch (error) {
      if (!(error instanceof ProtocolRefused)) throw error;
      const link = await MqttLink.open(options, 4, signal);
      this.version = 4;
      return link;
    }
  }

  private async linkOptions(url: string): Promise<LinkOptions> {
    const { config, clock, clientId } = this;
    const ca =
      config.MQTT_TLS_CA_FILE === undefined
        ? undefined
        : await readFile(config.MQTT_TLS_CA_FILE).catch((error: unknown) => {
            throw mqttCaUnreadable(error);
          });
    return {
      address: parseMqttUrl(url),
      clientId,
      ca,
      sysPrefix: config.EMQX_API_URL === undefined ? config.MQTT_SYS_PREFIX : null,
      timeoutMs: config.MQTT_TIMEOUT_MS,
      clock,
    };
  }
}
