import { defineConfig, variable, type ConfigOf } from '../core/index.js';

/** The MQTT broker inside the process: used while MQTT_URL is unset. MQTT 3.1.1 over TCP. */
export const embeddedBrokerConfig = defineConfig('Embedded MQTT broker', {
  MQTT_PORT: variable.integer({
    default: 1883,
    min: 0,
    max: 65_535,
    description: 'TCP port of the embedded broker; 0 takes a free one. Not used when MQTT_URL is set.',
  }),
  MQTT_HOST: variable.optionalText({
    allowed: 'an IP address or a host name of this machine',
    maxLength: 255,
    pattern: /^[A-Za-z0-9.:_-]+$/,
    description: 'Address the embedded broker listens on; unset takes the address of the HTTP server.',
  }),
  MQTT_BROKER_USERNAME: variable.text({
    default: 'watchkeeper',
    allowed: 'a name of 1 to 64 letters, digits, dots, dashes and underscores',
    maxLength: 64,
    pattern: /^[A-Za-z0-9._-]+$/,
    description: 'Account of the operators on the embedded broker. There is no anonymous access.',
  }),
  MQTT_BROKER_PASSWORD: variable.optionalText({
    allowed: 'a text of 12 to 128 characters',
    minLength: 12,
    maxLength: 128,
    secret: true,
    description: 'Password of that account; unset makes one at the first start, shown once.',
  }),
  MQTT_BROKER_MAX_CONNECTIONS: variable.integer({
    default: 1000,
    min: 1,
    max: 100_000,
    description: 'Connections at the same time; further ones are closed and counted.',
  }),
  MQTT_BROKER_MAX_PACKET_BYTES: variable.integer({
    default: 1_048_576,
    min: 1024,
    max: 16_777_216,
    description: 'Largest MQTT packet taken; a client that announces a larger one is disconnected.',
  }),
  MQTT_BROKER_MAX_QUEUED_MESSAGES: variable.integer({
    default: 1000,
    min: 1,
    max: 100_000,
    description:
      'Messages kept for one session that is away or acknowledges late; further ones are dropped and counted.',
  }),
  MQTT_BROKER_MAX_RETAINED_MESSAGES: variable.integer({
    default: 10_000,
    min: 100,
    max: 1_000_000,
    description: 'Topics with a retained message; a retained message for a further topic is delivered and not kept.',
  }),
  MQTT_BROKER_MAX_STORE_BYTES: variable.integer({
    default: 67_108_864,
    min: 1_048_576,
    max: 4_294_967_296,
    description: 'Payload bytes of all retained and queued messages together.',
  }),
  MQTT_BROKER_CONNECT_TIMEOUT_MS: variable.integer({
    default: 10_000,
    min: 100,
    max: 120_000,
    description: 'A connection that sends no CONNECT within this time is closed.',
  }),
  MQTT_BROKER_DRAIN_TIMEOUT_MS: variable.integer({
    default: 500,
    min: 50,
    max: 60_000,
    description: 'A subscriber that reads nothing for this time while its buffer is full is disconnected.',
  }),
});

export type EmbeddedBrokerConfig = ConfigOf<typeof embeddedBrokerConfig>;
