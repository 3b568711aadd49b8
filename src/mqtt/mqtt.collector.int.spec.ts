import { describeCollector } from '../../test/contracts/collector.contract.js';
import { mosquittoClient, startMosquitto, systemTopicsOf } from '../../test/support/mosquitto.js';
import { mqttCollector, type MqttUnderTest } from '../../test/support/mqtt-collector.js';
import { until, type RunningServer } from '../../test/support/process.js';
import { NotPresent } from '../collect/index.js';
import { AppError } from '../core/index.js';

async function withBroker(
  options: Parameters<typeof startMosquitto>[0],
  environment: (server: RunningServer) => Record<string, string>,
  run: (under: MqttUnderTest, server: RunningServer) => Promise<void>,
): Promise<void> {
  const server = await startMosquitto(options);
  const under = mqttCollector(environment(server));
  try {
    await run(under, server);
  } finally {
    await under.dispose();
    await server.dispose();
  }
}

const failureOf = (run: Promise<unknown>): Promise<AppError> =>
  run.then(
    () => Promise.reject(new Error('did not fail')),
    (error: unknown) => error as AppError,
  );

describeCollector('mqtt on Mosquitto', {
  live: async () => {
    const server = await startMosquitto();
    const under = mqttCollector({ MQTT_URL: server.url });
    return {
      collector: under.collector,
      dispose: async () => {
        await under.dispose();
        await server.dispose();
      },
    };
  },
  at: async (port) => mqttCollector({ MQTT_URL: `mqtt://127.0.0.1:${port}` }),
});

describe('MqttCollector on a real Mosquitto', () => {
  let server: RunningServer;
  let under: MqttUnderTest;
  beforeAll(async () => {
    server = await startMosquitto();
    under = mqttCollector({ MQTT_URL: server.url, MQTT_SYS_INTERVAL_SECONDS: '1' });
  });
  afterAll(async () => {
    await under.dispose();
    await server.dispose();
  });

  it('has every figure and a round trip in its very first run, over MQTT 5', async () => {
    const snapshot = await under.collect();
    expect(snapshot).toMatchObject({ kind: 'mosquitto', state: 'read', protocol: '5' });
    expect(snapshot.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(snapshot.roundTripMs).toBeGreaterThan(0);
    const values = under.values(snapshot);
    for (const name of [
      'mqtt_broker_uptime_seconds',
      'mqtt_connections_total',
      'mqtt_connections_active',
      'mqtt_messages_received_total',
      'mqtt_messages_sent_total',
      'mqtt_messages_dropped_total',
      'mqtt_messages_queued',
      'mqtt_subscriptions_total',
      'mqtt_bandwidth_bytes_received_total',
      'mqtt_bandwidth_bytes_sent_total',
    ]) {
      expect([name, values[name]]).toEqual([name, expect.any(Number)]);
    }
    expect(under.collector.judge(snapshot)[0]).toMatchObject({ verdict: 'ok', message: 'MQTT broker responding' });
  });

  it('does not invent a number of topics, which Mosquitto does not publish', async () => {
    expect(under.values(await under.collect())).not.toHaveProperty('mqtt_topics_total');
  });

  it('shows the figures that mosquitto_sub shows at the same time', async () => {
    const fields = [
      ['uptime', 'mqtt_broker_uptime_seconds'],
      ['publish/messages/received', 'mqtt_messages_received_total'],
      ['publish/messages/sent', 'mqtt_messages_sent_total'],
      ['publish/messages/dropped', 'mqtt_messages_dropped_total'],
      ['messages/received', 'mqtt_packets_received_total'],
      ['bytes/received', 'mqtt_bandwidth_bytes_received_total'],
      ['bytes/sent', 'mqtt_bandwidth_bytes_sent_total'],
    ] as const;
    const before = await systemTopicsOf(server.url);
    const values = under.values(await under.collect());
    const after = await systemTopicsOf(server.url);
    for (const [topic, name] of fields) {
      const low = parseInt(before.get(`$SYS/broker/${topic}`) ?? 'NaN', 10);
      const high = parseInt(after.get(`$SYS/broker/${topic}`) ?? 'NaN', 10);
      expect([name, values[name]! >= low && values[name]! <= high]).toEqual([name, true]);
    }
    expect(values.mqtt_retained_messages).toBe(Number(after.get('$SYS/broker/retained messages/count')));
  });

  it('counts the messages that wait for a session that is away', async () => {
    const session = ['-i', 'away', '-c', '-q', '1', '-t', 'wait/#'];
    await mosquittoClient('mosquitto_sub', server.url, [...session, '-E']);
    for (let i = 0; i < 7; i += 1) {
      await mosquittoClient('mosquitto_pub', server.url, ['-t', 'wait/here', '-q', '1', '-m', `${i}`]);
    }
    await until('seven messages are queued', async () => {
      const values = under.values(await under.collect());
      return values.mqtt_messages_queued === 7 && values.mqtt_sessions_away === 1;
    });
    // A clean session under the same client id ends the old one and its queue.
    await mosquittoClient('mosquitto_sub', server.url, ['-i', 'away', '-t', 'wait/#', '-E']);
    await until('none is queued', async () => under.values(await under.collect()).mqtt_messages_queued === 0);
  });

  it('gives the rate of received messages between two rounds of figures', async () => {
    await under.collect();
    const ten = Array.from({ length: 10 }, () =>
      mosquittoClient('mosquitto_pub', server.url, ['-t', 'rate', '-m', 'x']),
    );
    await Promise.all(ten);
    await until('one window holds them', async () => {
      const { rates, ...snapshot } = await under.collect();
      const shown = under.values({ rates, ...snapshot }).mqtt_message_rate_per_second ?? 0;
      return rates !== null && shown === rates.received && shown * rates.windowSeconds >= 10;
    });
  });

  it('recovers by its next run after the broker was stopped and started', async () => {
    await under.collect();
    await server.stop();
    expect((await failureOf(under.collect())).kind).toBe('unavailable');
    await server.start();
    expect((await under.collect()).state).toBe('read');
  });

  it('gives a suspended broker up and recovers when it goes on', async () => {
    await under.collect();
    server.suspend();
    expect((await failureOf(under.collect())).code).toBe('mqtt.timeout');
    server.resume();
    expect((await under.collect()).state).toBe('read');
  });

  it('leaves the broker when the application ends', async () => {
    const connected = async (): Promise<number | undefined> => (await under.collect()).numbers.connected;
    await until('one of us', async () => (await connected()) === 1);
    const other = mqttCollector({ MQTT_URL: server.url });
    await other.collect();
    await until('two of us', async () => (await connected()) === 2);
    await other.dispose();
    await until('one of us again', async () => (await connected()) === 1);
    expect((await failureOf(other.collect())).kind).toBe('unavailable');
  });
});

describe('MqttCollector and the rights of its account', () => {
  const users = { watch: 'se cret:@/' };
  const login = (server: RunningServer, password = users.watch): Record<string, string> => ({
    MQTT_URL: `mqtt://watch:${encodeURIComponent(password)}@127.0.0.1:${server.port}`,
  });

  it('signs in with the credentials of the URL, special characters included', async () => {
    await withBroker({ users }, login, async (under) => {
      expect((await under.collect()).state).toBe('read');
    });
  });

  it('says so when the password is wrong, and when there is none', async () => {
    await withBroker(
      { users },
      (server) => login(server, 'wrong'),
      async (under, server) => {
        expect((await failureOf(under.collect())).code).toBe('mqtt.auth_refused');
        const anonymous = mqttCollector({ MQTT_URL: server.url });
        expect((await failureOf(anonymous.collect())).code).toBe('mqtt.auth_refused');
        await anonymous.dispose();
      },
    );
  });

  it('is up without figures when the ACL forbids $SYS', async () => {
    const acl = ['user watch', 'topic readwrite watchkeeper/probe/#'];
    await withBroker({ users, acl }, login, async (under) => {
      const snapshot = await under.collect();
      expect(snapshot.state).toBe('silent');
      const { mqtt_status, mqtt_round_trip_seconds, ...figures } = under.values(snapshot);
      expect(mqtt_status).toBe(1);
      expect(mqtt_round_trip_seconds).toBeGreaterThan(0);
      expect(figures).toEqual({});
      expect(under.collector.judge(snapshot)[0]).toMatchObject({ verdict: 'degraded' });
      expect(under.collector.judge(snapshot)[0]?.message).toContain('figures are absent');
    });
  });

  it('has figures and no round trip when the ACL forbids the probe', async () => {
    await withBroker({ users, acl: ['user watch', 'topic read $SYS/#'] }, login, async (under) => {
      const snapshot = await under.collect();
      expect(snapshot).toMatchObject({ state: 'read', roundTripMs: null });
      expect(under.collector.judge(snapshot)[0]?.message).toContain('watchkeeper/probe/#');
    });
  });

  it('calls a broker without $SYS silent', async () => {
    const silent = { sysInterval: 0 };
    await withBroker(
      silent,
      (server) => ({ MQTT_URL: server.url }),
      async (under) => {
        expect((await under.collect()).state).toBe('silent');
      },
    );
  });

  it('is absent, not down, without MQTT_URL', async () => {
    expect(await failureOf(mqttCollector({}).collect())).toBeInstanceOf(NotPresent);
  });
});
