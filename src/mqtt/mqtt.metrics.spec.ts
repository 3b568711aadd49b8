import { Latest, samplesOf } from '../collect/index.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { mqttStats } from './dto/mqtt-stats.dto.js';
import { MqttController } from './mqtt.controller.js';
import { mqttMetrics, queuedMessages } from './mqtt.metrics.js';
import type { MqttSnapshot } from './mqtt.snapshot.js';

const snapshot: MqttSnapshot = {
  kind: 'mosquitto',
  version: '2.0.11',
  state: 'read',
  numbers: { uptimeSeconds: 453_840, connected: 120, stored: 57, retained: 54 },
  loads: [{ figure: 'sockets', window: '1min', perSecond: 0.5 }],
  startedAtSeconds: 1_700_000_000,
  ageSeconds: 1,
  roundTripMs: 3.1,
  protocol: '5',
  rates: { windowSeconds: 10, received: 150.5, sent: 1, dropped: 0, bytesReceived: 2, bytesSent: null },
};

function latestWith(read: MqttSnapshot): Latest {
  const latest = new Latest();
  const { samples } = samplesOf(mqttMetrics, read);
  const run = { component: 'mqtt', scope: 'shared' as const, startedAtMs: Date.UTC(2026, 0, 1), durationMs: 1 };
  latest.put({ ...run, outcome: 'ok', samples, checks: [], snapshot: read });
  return latest;
}

describe('mqttMetrics', () => {
  it('has the names and types of the contract', () => {
    const types = new Map(mqttMetrics.map((m) => [m.name, m.type] as const));
    expect(Object.fromEntries([...types].slice(0, 12))).toEqual({
      mqtt_broker_uptime_seconds: 'counter',
      mqtt_connections_total: 'gauge',
      mqtt_connections_active: 'gauge',
      mqtt_messages_received_total: 'counter',
      mqtt_messages_sent_total: 'counter',
      mqtt_messages_dropped_total: 'counter',
      mqtt_messages_queued: 'gauge',
      mqtt_subscriptions_total: 'gauge',
      mqtt_topics_total: 'gauge',
      mqtt_bandwidth_bytes_received_total: 'counter',
      mqtt_bandwidth_bytes_sent_total: 'counter',
      mqtt_message_rate_per_second: 'gauge',
    });
  });

  it('exports what the broker says and nothing for what it does not', () => {
    const names = samplesOf(mqttMetrics, snapshot).samples.map((s) => s.name);
    expect(names).toContain('mqtt_broker_uptime_seconds');
    expect(names).not.toContain('mqtt_topics_total');
    expect(names).not.toContain('mqtt_messages_dropped_total');
  });

  it.each([
    [{ stored: 57, retained: 54 }, 3],
    [{ stored: 53, retained: 54 }, 0],
    [{ stored: 57 }, null],
    [{}, null],
  ])('queued messages of %j are %j', (numbers, expected) => {
    expect(queuedMessages({ ...snapshot, numbers })).toBe(expected);
  });

  it('takes the rate of the broker where it has one', () => {
    const own = { ...snapshot, numbers: { receivedPerSecond: 7 } };
    const rate = samplesOf(mqttMetrics, own).samples.find((s) => s.name === 'mqtt_message_rate_per_second');
    expect(rate?.value).toBe(7);
  });
});

describe('MqttController', () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 1, 0, 0, 4));

  it('answers with one field a metric, the broker, and the response time', () => {
    const body = new MqttController(latestWith(snapshot), clock).get();
    expect(mqttStats.parse(body)).toMatchObject({
      timestamp: '2026-01-01T00:00:00.000Z',
      age_seconds: 4,
      status: 'up',
      broker_uptime_seconds: 453_840,
      connections_active: 120,
      connections_total: null,
      messages_queued: 3,
      message_rate_per_second: 150.5,
      messages_per_second: 150.5,
      broker: 'mosquitto',
      version: '2.0.11',
      protocol: '5',
      response_time_ms: 3.1,
      rates: { window_seconds: 10, received_per_second: 150.5, bytes_sent_per_second: null },
      load_per_second: [{ figure: 'sockets', window: '1min', value: 0.5 }],
    });
    expect(Object.keys(body)[0]).toBe('timestamp');
  });

  it('answers before the first pass, without figures', () => {
    const body = mqttStats.parse(new MqttController(new Latest(), clock).get());
    expect(body).toMatchObject({ status: 'unknown', broker: null, rates: null, response_time_ms: null });
  });
});
