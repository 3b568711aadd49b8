import { Inject, Injectable } from '@nestjs/common';
import { Collector, NotPresent, type Check } from '../collect/index.js';
import { Clock } from '../core/index.js';
import { MqttClient } from './mqtt.client.js';
import { mqttConfig, type MqttConfig } from './mqtt.config.js';
import { EmqxSource } from './mqtt.emqx.js';
import { judgeMqtt } from './mqtt.judge.js';
import { mqttMetrics } from './mqtt.metrics.js';
import { stepRates, type RateState } from './mqtt.rates.js';
import type { MqttSnapshot } from './mqtt.snapshot.js';
import { SystemTopicSource, type BrokerSource } from './mqtt.source.js';

/** The MQTT broker: a round trip over our own connection, and the broker's own figures. */
@Injectable()
export class MqttCollector extends Collector<MqttSnapshot> {
  override readonly component = 'mqtt';
  override readonly metrics = mqttMetrics;
  override readonly checks = ['mqtt'];
  override readonly external = true;
  override readonly timeoutMs: number;
  private readonly source: BrokerSource;
  /** The round of figures before: a rate needs two. */
  private rateState: RateState | null = null;

  constructor(
    @Inject(mqttConfig.token) private readonly config: MqttConfig,
    private readonly client: MqttClient,
    clock: Clock,
  ) {
    super();
    // A pass that has to connect first waits twice for the broker: for the connection and for the round trip.
    this.timeoutMs = 1_000 + 2 * config.MQTT_TIMEOUT_MS;
    this.source = this.createSource(clock);
  }

  /** @throws NotPresent without MQTT_URL; otherwise as MqttClient.link and MqttLink.roundTrip */
  override async collect(signal: AbortSignal): Promise<MqttSnapshot> {
    const url = this.config.MQTT_URL;
    if (url === undefined) throw new NotPresent('Set MQTT_URL to watch an MQTT broker.');
    const link = await this.client.link(url, signal);
    try {
      const [roundTripMs, reading] = await Promise.all([link.roundTrip(signal), this.source.read(link, signal)]);
      this.rateState = stepRates(this.rateState, reading.numbers);
      return {
        ...reading,
        roundTripMs,
        protocol: link.version === 5 ? '5' : '3.1.1',
        rates: this.rateState?.rates ?? null,
      };
    } catch (error) {
      this.client.drop(link);
      throw error;
    }
  }

  override judge(snapshot: MqttSnapshot): readonly Check[] {
    return judgeMqtt(snapshot, {
      roundTripMs: this.config.MQTT_ROUND_TRIP_MS_MAX,
      sysIntervalSeconds: this.config.MQTT_SYS_INTERVAL_SECONDS,
    });
  }

  private createSource(clock: Clock): BrokerSource {
    const { EMQX_API_URL: url, EMQX_API_KEY: key, EMQX_API_SECRET: secret, MQTT_TIMEOUT_MS: timeoutMs } = this.config;
    return url !== undefined && key !== undefined && secret !== undefined
      ? new EmqxSource({ url, key, secret, timeoutMs }, clock)
      : new SystemTopicSource(clock);
  }
}
