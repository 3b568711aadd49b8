import { z } from 'zod';
import { statsSchema } from '../../collect/index.js';
import { mqttMetrics } from '../mqtt.metrics.js';
import type { MqttSnapshot } from '../mqtt.snapshot.js';

const rate = z.number().nullable();

const extra = {
  broker: z.enum(['mosquitto', 'embedded', 'emqx', 'other']).nullable().describe('Which product answers.'),
  version: z.string().nullable().describe('Version of the broker as it says itself.'),
  protocol: z.enum(['5', '3.1.1']).nullable().describe('MQTT version of our own connection.'),
  figures: z
    .enum(['read', 'silent', 'forbidden', 'api_unreachable', 'api_refused'])
    .nullable()
    .describe('Whether the broker lets us read its figures; without them all but the round trip is null.'),
  response_time_ms: rate.describe('Time of a message to the broker and back.'),
  messages_per_second: rate.describe('PUBLISH packets received per second; the same as message_rate_per_second.'),
  rates: z
    .object({
      window_seconds: rate.describe('Interval of the deltas; null for rates that the broker computes itself.'),
      received_per_second: rate,
      sent_per_second: rate,
      dropped_per_second: rate,
      bytes_received_per_second: rate,
      bytes_sent_per_second: rate,
    })
    .nullable()
    .describe('null until two rounds of figures were read.'),
};

/** Body of `GET /api/v1/admin/stats/mqtt`. */
export const mqttStats = statsSchema(mqttMetrics, 'mqtt_', extra).meta({ id: 'MqttStats' });

type MqttExtra = { [K in keyof typeof extra]: z.infer<(typeof extra)[K]> };

/** The fields beside the metrics; all null while there is no snapshot. */
export function mqttExtra(s: MqttSnapshot | null): MqttExtra {
  const received = s?.numbers.receivedPerSecond ?? s?.rates?.received ?? null;
  return {
    broker: s?.kind ?? null,
    version: s?.version ?? null,
    protocol: s?.protocol ?? null,
    figures: s?.state ?? null,
    response_time_ms: s?.roundTripMs == null ? null : Math.round(s.roundTripMs * 1000) / 1000,
    messages_per_second: received,
    rates:
      s === null || (s.rates === null && received === null)
        ? null
        : {
            window_seconds: s.numbers.receivedPerSecond === undefined ? (s.rates?.windowSeconds ?? null) : null,
            received_per_second: received,
            sent_per_second: s.numbers.sentPerSecond ?? s.rates?.sent ?? null,
            dropped_per_second: s.numbers.droppedPerSecond ?? s.rates?.dropped ?? null,
            bytes_received_per_second: s.rates?.bytesReceived ?? null,
            bytes_sent_per_second: s.rates?.bytesSent ?? null,
          },
  };
}
