import { defineConfig, variable, type ConfigOf } from '../core/index.js';

export const mqttConfig = defineConfig(
  'MQTT broker',
  {
    MQTT_URL: variable.optionalUrl(['mqtt', 'mqtts', 'ws', 'wss'], {
      secret: true,
      description:
        'Broker to watch: mqtt://[user:password@]host[:port], mqtts:// for TLS, ws:// or wss:// for WebSocket. Unset: ' +
        'the embedded broker is started and watched.',
    }),
    MQTT_TIMEOUT_MS: variable.integer({
      default: 2_000,
      min: 100,
      max: 30_000,
      description:
        'Longest wait for a connection to the broker (sign-in included), for a round trip, and for the EMQX API.',
    }),
    MQTT_TLS_CA_FILE: variable.optionalText({
      allowed: 'the path of a PEM file',
      maxLength: 4096,
      description: 'Certificate authority of the broker for mqtts:// and wss://; unset trusts the usual ones.',
    }),
    MQTT_SYS_PREFIX: variable.text({
      default: '$SYS/broker',
      allowed: 'a topic without wildcards and without a slash at its end',
      maxLength: 128,
      pattern: /^[^#+/](?:[^#+]*[^#+/])?$/,
      description: "Where the broker publishes Mosquitto's figures. Not used with EMQX_API_URL.",
    }),
    MQTT_SYS_INTERVAL_SECONDS: variable.integer({
      default: 10,
      min: 1,
      max: 3600,
      description: 'How often it does (sys_interval); figures that stand still for three intervals count as degraded.',
    }),
    MQTT_ROUND_TRIP_MS_MAX: variable.integer({
      default: 500,
      min: 1,
      max: 30_000,
      description: 'Time of a message to the broker and back from which the broker counts as degraded.',
    }),
    EMQX_API_URL: variable.optionalUrl(['http', 'https'], {
      description: 'REST API of EMQX 5, such as http://emqx:18083; its figures are read there instead of from $SYS.',
      secret: true,
    }),
    EMQX_API_KEY: variable.optionalText({
      allowed: 'the API key',
      maxLength: 256,
      description: 'Key made in the EMQX dashboard (or by api_key.bootstrap_file).',
    }),
    EMQX_API_SECRET: variable.optionalText({
      allowed: 'the secret of that key',
      maxLength: 256,
      secret: true,
      description: 'Secret of that key.',
    }),
  },
  (values) =>
    values.EMQX_API_URL !== undefined && (values.EMQX_API_KEY === undefined || values.EMQX_API_SECRET === undefined)
      ? [['EMQX_API_URL', 'needs EMQX_API_KEY and EMQX_API_SECRET too']]
      : values.EMQX_API_URL !== undefined && new URL(values.EMQX_API_URL).username !== ''
        ? [['EMQX_API_URL', 'has a user name in it: put it into EMQX_API_KEY and EMQX_API_SECRET']]
        : [],
);

export type MqttConfig = ConfigOf<typeof mqttConfig>;
