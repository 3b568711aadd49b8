import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { chmodSync } from 'node:fs';
import { startMosquitto } from '../../test/support/mosquitto.js';
import { mqttCollector } from '../../test/support/mqtt-collector.js';
import { freePort, temporaryDirectory, type RunningServer } from '../../test/support/process.js';

describe('MqttCollector over TLS and WebSocket', () => {
  const directory = temporaryDirectory('mqtt-tls');
  const certificate = join(directory.path, 'certificate.pem');
  const key = join(directory.path, 'key.pem');
  let server: RunningServer;
  let tlsPort: number;
  let webSocketPort: number;

  beforeAll(async () => {
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const made = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate];
    execFileSync('openssl', ['req', '-x509', ...made, ...subject], { stdio: 'ignore' });
    chmodSync(directory.path, 0o755);
    chmodSync(key, 0o644);
    tlsPort = await freePort();
    webSocketPort = await freePort();
    server = await startMosquitto({
      lines: [
        `listener ${tlsPort} 127.0.0.1`,
        `certfile ${certificate}`,
        `keyfile ${key}`,
        `listener ${webSocketPort} 127.0.0.1`,
        'protocol websockets',
      ],
    });
  });
  afterAll(async () => {
    await server.dispose();
    directory.remove();
  });

  it.each([
    [
      'mqtts with our own authority',
      () => ({ MQTT_URL: `mqtts://127.0.0.1:${tlsPort}`, MQTT_TLS_CA_FILE: certificate }),
    ],
    ['ws', (): Record<string, string> => ({ MQTT_URL: `ws://127.0.0.1:${webSocketPort}/mqtt` })],
  ])('reads a broker over %s', async (_what, environment) => {
    const under = mqttCollector(environment());
    expect(await under.collect()).toMatchObject({ kind: 'mosquitto', state: 'read' });
    await under.dispose();
  });

  it.each([
    ['a certificate of an unknown authority', () => ({ MQTT_URL: `mqtts://127.0.0.1:${tlsPort}` }), 'mqtt.unreachable'],
    [
      'a file of authorities that is not there',
      () => ({ MQTT_URL: `mqtts://127.0.0.1:${tlsPort}`, MQTT_TLS_CA_FILE: join(directory.path, 'none') }),
      'mqtt.ca_unreadable',
    ],
    ['plain MQTT to a TLS port', () => ({ MQTT_URL: `mqtt://127.0.0.1:${tlsPort}` }), 'mqtt.unreachable'],
    ['WebSocket to a plain port', () => ({ MQTT_URL: `ws://127.0.0.1:${server.port}` }), 'mqtt.unreachable'],
  ])('refuses %s', async (_what, environment: () => Record<string, string>, code) => {
    const under = mqttCollector(environment());
    await expect(under.collect()).rejects.toMatchObject({ code, kind: 'unavailable' });
    await under.dispose();
  });
});
