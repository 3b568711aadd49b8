import { counter, gauge, status, type Metric } from '../collect/index.js';
import type { BrokerNumber, MqttSnapshot } from './mqtt.snapshot.js';

/** Reads a number that the broker may not publish. */
const of =
  (name: BrokerNumber) =>
  (s: MqttSnapshot): number | null =>
    s.numbers[name] ?? null;

/**
 * Messages in the broker's store that wait for a session: all kept messages less the retained ones (Mosquitto has no
 * topic of its own for it).
 */
export function queuedMessages(s: MqttSnapshot): number | null {
  const { stored, retained } = s.numbers;
  return stored === undefined || retained === undefined ? null : Math.max(0, stored - retained);
}

const rateWindow =
  'over the last interval in which the broker published its figures (sys_interval, 10 s by default); with EMQX its own monitor rate';

/** Metrics of the MQTT broker, from its `$SYS` topics or the EMQX API. Names and types of the first twelve are given. */
export const mqttMetrics: readonly Metric<MqttSnapshot>[] = [
  counter(
    'mqtt_broker_uptime_seconds',
    'Seconds since the MQTT broker started, by its own clock.',
    of('uptimeSeconds'),
  ),
  gauge(
    'mqtt_connections_total',
    'Sessions known to the MQTT broker: connected clients and persistent sessions that are away.',
    of('sessions'),
  ),
  gauge(
    'mqtt_connections_active',
    'Clients connected to the MQTT broker now, our own monitoring connection included.',
    of('connected'),
  ),
  counter(
    'mqtt_messages_received_total',
    'PUBLISH packets received by the MQTT broker since it started.',
    of('messagesReceived'),
  ),
  counter(
    'mqtt_messages_sent_total',
    'PUBLISH packets sent by the MQTT broker since it started, its figures sent to us included.',
    of('messagesSent'),
  ),
  counter(
    'mqtt_messages_dropped_total',
    'PUBLISH packets dropped by the MQTT broker since it started, because of a full queue or a client too slow.',
    of('messagesDropped'),
  ),
  gauge(
    'mqtt_messages_queued',
    'Messages that the MQTT broker keeps for sessions, retained messages not counted.',
    queuedMessages,
  ),
  gauge('mqtt_subscriptions_total', 'Active subscriptions on the MQTT broker.', of('subscriptions')),
  gauge(
    'mqtt_topics_total',
    'Distinct topics known to the MQTT broker (embedded: up to 50,000 since its start); Mosquitto has no such figure.',
    of('topics'),
  ),
  counter(
    'mqtt_bandwidth_bytes_received_total',
    'Bytes received from the network by the MQTT broker since it started.',
    of('bytesReceived'),
  ),
  counter(
    'mqtt_bandwidth_bytes_sent_total',
    'Bytes sent to the network by the MQTT broker since it started.',
    of('bytesSent'),
  ),
  gauge(
    'mqtt_message_rate_per_second',
    `PUBLISH packets received by the MQTT broker per second ${rateWindow}.`,
    (s) => s.numbers.receivedPerSecond ?? s.rates?.received ?? null,
  ),
  status('mqtt_status', 'Whether the MQTT broker takes our connection and answers: 1 yes, 0 no.'),
  gauge(
    'mqtt_broker_start_time_seconds',
    'Time of the start of the MQTT broker, seconds since the epoch, from its uptime.',
    (s) => s.startedAtSeconds,
  ),
  gauge(
    'mqtt_round_trip_seconds',
    'Seconds a message of ours took to the MQTT broker and back in the last pass.',
    (s) => (s.roundTripMs === null ? null : s.roundTripMs / 1000),
  ),
  gauge('mqtt_figures_age_seconds', 'Seconds since the figures of the MQTT broker last moved on.', (s) => s.ageSeconds),
  gauge(
    'mqtt_message_sent_rate_per_second',
    `PUBLISH packets sent by the MQTT broker per second ${rateWindow}.`,
    (s) => s.numbers.sentPerSecond ?? s.rates?.sent ?? null,
  ),
  gauge(
    'mqtt_message_dropped_rate_per_second',
    `PUBLISH packets dropped by the MQTT broker per second ${rateWindow}.`,
    (s) => s.numbers.droppedPerSecond ?? s.rates?.dropped ?? null,
  ),
  gauge(
    'mqtt_bandwidth_received_bytes_per_second',
    'Bytes received by the MQTT broker per second over its last interval of figures.',
    (s) => s.rates?.bytesReceived ?? null,
  ),
  gauge(
    'mqtt_bandwidth_sent_bytes_per_second',
    'Bytes sent by the MQTT broker per second over its last interval of figures.',
    (s) => s.rates?.bytesSent ?? null,
  ),
  gauge('mqtt_sessions_away', 'Persistent sessions on the MQTT broker whose client is away.', of('sessionsAway')),
  gauge('mqtt_sessions_max', 'Highest number of sessions since the MQTT broker started.', of('sessionsMaximum')),
  counter(
    'mqtt_sessions_expired_total',
    'Persistent sessions that the MQTT broker ended because their client stayed away.',
    of('sessionsExpired'),
  ),
  counter(
    'mqtt_packets_received_total',
    'MQTT packets of every type received by the broker since it started.',
    of('packetsReceived'),
  ),
  counter(
    'mqtt_packets_sent_total',
    'MQTT packets of every type sent by the broker since it started.',
    of('packetsSent'),
  ),
  counter(
    'mqtt_publish_bytes_received_total',
    'Payload bytes of the PUBLISH packets received by the MQTT broker since it started.',
    of('publishBytesReceived'),
  ),
  counter(
    'mqtt_publish_bytes_sent_total',
    'Payload bytes of the PUBLISH packets sent by the MQTT broker since it started.',
    of('publishBytesSent'),
  ),
  gauge('mqtt_retained_messages', 'Retained messages on the MQTT broker, its own figures included.', of('retained')),
  gauge(
    'mqtt_stored_messages',
    'Messages in the store of the MQTT broker: retained ones and those queued for sessions.',
    of('stored'),
  ),
  gauge('mqtt_stored_bytes', 'Payload bytes of the messages in the store of the MQTT broker.', of('storedBytes')),
  gauge('mqtt_shared_subscriptions', 'Shared subscriptions on the MQTT broker.', of('sharedSubscriptions')),
  gauge('mqtt_heap_bytes', 'Heap of the MQTT broker in bytes, where it tracks it.', of('heapBytes')),
  gauge('mqtt_heap_max_bytes', 'Largest heap of the MQTT broker since its start in bytes.', of('heapMaximumBytes')),
  gauge(
    'mqtt_outgoing_packets',
    'Packets in the send queues of the MQTT broker (Mosquitto 2.1).',
    of('outgoingPackets'),
  ),
  gauge('mqtt_outgoing_bytes', 'Bytes in the send queues of the MQTT broker (Mosquitto 2.1).', of('outgoingBytes')),
  counter(
    'mqtt_sockets_accepted_total',
    'Network connections accepted by the MQTT broker since it started, failed sign-ins included.',
    of('socketsAccepted'),
  ),
  counter(
    'mqtt_sockets_refused_total',
    'Network connections that the embedded MQTT broker closed because its connection limit was reached.',
    of('socketsRefused'),
  ),
  gauge(
    'mqtt_load_per_second',
    "Mosquitto's own load averages by figure and window, exponentially smoothed, converted to events per second.",
    ['figure', 'window'],
    (s) => s.loads.map(({ figure, window, perSecond }) => [{ figure, window }, perSecond] as const),
  ),
];
