import { parseConfig, SystemClock } from '../../src/core/index.js';
import { MqttClient } from '../../src/mqtt/mqtt.client.js';
import { MqttCollector } from '../../src/mqtt/mqtt.collector.js';
import { mqttConfig, type MqttConfig } from '../../src/mqtt/mqtt.config.js';
import { samplesOf } from '../../src/collect/index.js';
import type { MqttSnapshot } from '../../src/mqtt/mqtt.snapshot.js';

export interface MqttUnderTest {
  readonly collector: MqttCollector;
  /** One run, as the scheduler makes it. */
  collect(): Promise<MqttSnapshot>;
  /** What `/metrics` would show of a snapshot; labelled samples are left out. */
  values(snapshot: MqttSnapshot): Readonly<Record<string, number>>;
  dispose(): Promise<void>;
}

/** The collector with a configuration as from the environment. */
export function mqttCollector(environment: Readonly<Record<string, string>>): MqttUnderTest {
  const parsed = parseConfig([mqttConfig], { MQTT_TIMEOUT_MS: '1500', ...environment });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const config = parsed.values.get(mqttConfig.token) as MqttConfig;
  const clock = new SystemClock();
  const client = new MqttClient(config, clock);
  const collector = new MqttCollector(config, client, clock);
  return {
    collector,
    collect: () => collector.collect(AbortSignal.timeout(collector.timeoutMs)),
    values: (snapshot) => {
      const { samples } = samplesOf(collector.metrics, snapshot);
      return Object.fromEntries(
        samples.filter((s) => Object.keys(s.labels).length === 0).map((s) => [s.name, s.value] as const),
      );
    },
    dispose: async () => client.onApplicationShutdown(),
  };
}
