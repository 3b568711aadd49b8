import { parseConfig } from '../core/index.js';
import { parseMqttUrl } from './mqtt.address.js';
import { mqttConfig } from './mqtt.config.js';

describe('parseMqttUrl', () => {
  it.each([
    ['mqtt://broker', { protocol: 'mqtt', host: 'broker', port: 1883, path: '', username: undefined }],
    ['mqtts://broker', { protocol: 'mqtts', port: 8883 }],
    ['mqtt://[::1]:1884', { host: '::1', port: 1884 }],
    ['ws://broker/mqtt?x=1', { protocol: 'ws', port: 80, path: '/mqtt?x=1' }],
    ['wss://[::1]:8084/mqtt', { protocol: 'wss', host: '[::1]', port: 8084, path: '/mqtt' }],
    ['mqtt://us%40er:p%3Aa%2Fs%40s@broker', { username: 'us@er', password: 'p:a/s@s' }],
    ['mqtt://user@broker', { username: 'user', password: undefined }],
  ])('%s', (url, expected) => {
    expect(parseMqttUrl(url)).toMatchObject(expected);
  });
});

describe('mqttConfig', () => {
  const faults = (environment: Record<string, string>): string[] => {
    const parsed = parseConfig([mqttConfig], environment);
    return parsed.ok ? [] : parsed.faults.map((f) => f.variable);
  };

  it.each<[Record<string, string>, string[]]>([
    [{}, []],
    [{ MQTT_URL: 'mqtts://u:p@broker:8883' }, []],
    [{ MQTT_URL: 'http://broker' }, ['MQTT_URL']],
    [{ MQTT_SYS_PREFIX: '$SYS/#' }, ['MQTT_SYS_PREFIX']],
    [{ MQTT_SYS_PREFIX: '$SYS/broker/' }, ['MQTT_SYS_PREFIX']],
    [{ MQTT_SYS_PREFIX: '$SYS' }, []],
    [{ EMQX_API_URL: 'http://emqx:18083' }, ['EMQX_API_URL']],
    [{ EMQX_API_URL: 'http://emqx:18083', EMQX_API_KEY: 'k', EMQX_API_SECRET: 's' }, []],
  ])('%j has the faults %j', (environment, expected) => {
    expect(faults(environment)).toEqual(expected);
  });
});
