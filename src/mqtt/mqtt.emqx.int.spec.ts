import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startMosquitto } from '../../test/support/mosquitto.js';
import { mqttCollector, type MqttUnderTest } from '../../test/support/mqtt-collector.js';
import { silentServer, type RunningServer } from '../../test/support/process.js';

// EMQX comes neither as a Debian package nor from a registry used here, so a server of ours replays the documented
// answers of its REST API (emqx-docs, metrics and stats; EMQX 5.8). The MQTT side is a real broker.
const answers = JSON.parse(readFileSync(join(__dirname, 'testdata', 'emqx-5.8-api.json'), 'utf8')) as Record<
  string,
  unknown
>;
const key = 'app-key';
const secret = 'app-secret';
const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;

interface Api {
  readonly url: string;
  close(): Promise<void>;
}

async function api(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Api> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function documented(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.authorization !== authorization) {
    response.writeHead(401).end('{"code":"BAD_API_KEY_OR_SECRET"}');
    return;
  }
  const body = answers[(request.url ?? '').replace('/api/v5', '')];
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

describe('MqttCollector with the EMQX API', () => {
  let broker: RunningServer;
  const opened: MqttUnderTest[] = [];
  beforeAll(async () => {
    broker = await startMosquitto({ sysInterval: 0 });
  });
  afterAll(async () => {
    for (const under of opened) await under.dispose();
    await broker.dispose();
  });

  const withApi = (url: string, keySecret = secret): MqttUnderTest => {
    const under = mqttCollector({
      MQTT_URL: broker.url,
      EMQX_API_URL: url,
      EMQX_API_KEY: key,
      EMQX_API_SECRET: keySecret,
    });
    opened.push(under);
    return under;
  };

  it('reads the figures of the whole cluster', async () => {
    const emqx = await api(documented);
    const under = withApi(emqx.url);
    const snapshot = await under.collect();
    expect(snapshot).toMatchObject({ kind: 'emqx', version: '5.8.6', state: 'read' });
    expect(under.values(snapshot)).toMatchObject({
      mqtt_broker_uptime_seconds: 453_840,
      mqtt_connections_total: 150,
      mqtt_connections_active: 120,
      mqtt_messages_received_total: 1_000_000,
      mqtt_messages_sent_total: 1_200_000,
      // 130 before delivery, of which 50 had no subscriber, and 20 on delivery.
      mqtt_messages_dropped_total: 100,
      mqtt_subscriptions_total: 300,
      mqtt_topics_total: 150,
      mqtt_bandwidth_bytes_received_total: 536_870_912,
      mqtt_bandwidth_bytes_sent_total: 1_073_741_824,
      mqtt_message_rate_per_second: 150,
      mqtt_status: 1,
    });
    expect(under.values(snapshot)).not.toHaveProperty('mqtt_messages_queued');
    await emqx.close();
  });

  it('is up without figures while the API is away, refuses the key, hangs, or answers nonsense', async () => {
    const nonsense = await api((_request, response) => response.end('<html>'));
    const emqx = await api(documented);
    const hung = await silentServer();
    const endless = await api((_request, response) => {
      response.writeHead(200);
      const more = (): void =>
        void (response.write(Buffer.alloc(65_536, ' ')) ? setImmediate(more) : response.once('drain', more));
      more();
    });
    const states = await Promise.all(
      [
        withApi('http://127.0.0.1:1'),
        withApi(emqx.url, 'wrong'),
        withApi(`http://127.0.0.1:${hung.port}`),
        withApi(nonsense.url),
        withApi(endless.url),
      ].map(async (under) => {
        const snapshot = await under.collect();
        expect(snapshot.roundTripMs).toBeGreaterThan(0);
        expect(under.collector.judge(snapshot)[0]).toMatchObject({ verdict: 'degraded' });
        expect(under.values(snapshot)).not.toHaveProperty('mqtt_connections_active');
        return snapshot.state;
      }),
    );
    expect(states).toEqual(['api_unreachable', 'api_refused', 'api_unreachable', 'api_unreachable', 'api_unreachable']);
    await Promise.all([nonsense.close(), emqx.close(), endless.close(), hung.close()]);
  });
});
