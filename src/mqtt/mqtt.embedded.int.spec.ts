import { startEmbeddedBroker, type RunningBroker } from '../../test/support/embedded-broker.js';
import { describeCollector } from '../../test/contracts/collector.contract.js';
import { mosquittoClient, systemTopicsOf } from '../../test/support/mosquitto.js';
import { mqttCollector, type MqttUnderTest } from '../../test/support/mqtt-collector.js';
import { until } from '../../test/support/process.js';

describeCollector('mqtt on the embedded broker', {
  live: async () => {
    const broker = await startEmbeddedBroker();
    const under = mqttCollector({ MQTT_URL: broker.url });
    return {
      collector: under.collector,
      dispose: async () => {
        await under.dispose();
        await broker.stop();
      },
    };
  },
});

describe('MqttCollector on the embedded broker', () => {
  let broker: RunningBroker;
  let under: MqttUnderTest;
  beforeAll(async () => {
    broker = await startEmbeddedBroker();
    under = mqttCollector({ MQTT_URL: broker.url });
  });
  afterAll(async () => {
    await under.dispose();
    await broker.stop();
  });

  it('falls back to MQTT 3.1.1 by itself and has every figure of the contract in its first run', async () => {
    const snapshot = await under.collect();
    expect(snapshot).toMatchObject({ kind: 'embedded', protocol: '3.1.1', state: 'read' });
    expect(snapshot.roundTripMs).toBeGreaterThan(0);
    const contract = [
      'mqtt_broker_uptime_seconds',
      'mqtt_connections_total',
      'mqtt_connections_active',
      'mqtt_messages_received_total',
      'mqtt_messages_sent_total',
      'mqtt_messages_dropped_total',
      'mqtt_messages_queued',
      'mqtt_subscriptions_total',
      'mqtt_topics_total',
      'mqtt_bandwidth_bytes_received_total',
      'mqtt_bandwidth_bytes_sent_total',
    ];
    const values = under.values(snapshot);
    for (const name of contract) expect([name, values[name]]).toEqual([name, expect.any(Number)]);
    expect(under.collector.judge(snapshot)[0]).toMatchObject({ verdict: 'ok' });
  });

  it('shows topics, messages and their rate as they were published', async () => {
    const before = under.values(await under.collect());
    for (const topic of ['a', 'b', 'c']) {
      await mosquittoClient('mosquitto_pub', broker.operatorUrl, ['-t', `plant/${topic}`, '-m', 'x', '-q', '1']);
    }
    await until('three topics and messages more', async () => {
      const values = under.values(await under.collect());
      const more = (name: string): number => (values[name] ?? 0) - (before[name] ?? 0);
      // Our own probes have a topic too, and each is a message.
      return more('mqtt_topics_total') >= 3 && more('mqtt_messages_received_total') >= 3;
    });
    await until('a rate', async () => (under.values(await under.collect()).mqtt_message_rate_per_second ?? 0) > 0);
  });

  it('agrees with mosquitto_sub', async () => {
    const before = await systemTopicsOf(broker.operatorUrl);
    const values = under.values(await under.collect());
    const after = await systemTopicsOf(broker.operatorUrl);
    for (const [topic, name] of [
      ['uptime', 'mqtt_broker_uptime_seconds'],
      ['publish/messages/received', 'mqtt_messages_received_total'],
      ['bytes/sent', 'mqtt_bandwidth_bytes_sent_total'],
    ] as const) {
      expect(values[name]).toBeGreaterThanOrEqual(parseInt(before.get(`$SYS/broker/${topic}`) ?? '', 10));
      expect(values[name]).toBeLessThanOrEqual(parseInt(after.get(`$SYS/broker/${topic}`) ?? '', 10));
    }
  });

  it('recovers when the broker is started again on its port', async () => {
    await under.collect();
    await broker.stop();
    await expect(under.collect()).rejects.toMatchObject({ kind: 'unavailable' });
    broker = await startEmbeddedBroker({ port: broker.port });
    expect((await under.collect()).state).toBe('read');
  });
});
