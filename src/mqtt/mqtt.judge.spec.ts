import { judgeMqtt } from './mqtt.judge.js';
import type { MqttSnapshot } from './mqtt.snapshot.js';

const healthy: MqttSnapshot = {
  kind: 'mosquitto',
  version: '2.0.11',
  state: 'read',
  numbers: { connected: 120 },
  loads: [],
  startedAtSeconds: 1,
  ageSeconds: 4,
  roundTripMs: 3.14159,
  protocol: '5',
  rates: null,
};
const limits = { roundTripMs: 500, sysIntervalSeconds: 10 };

describe('judgeMqtt', () => {
  it('says what the contract says when all is well', () => {
    expect(judgeMqtt(healthy, limits)).toEqual([
      {
        name: 'mqtt',
        verdict: 'ok',
        message: 'MQTT broker responding',
        figures: { response_time_ms: 3.142, figures_age_seconds: 4, active_connections: 120 },
        limit: { figure: 'response_time_ms', operator: '>=', value: 500 },
        loadPercent: null,
      },
    ]);
  });

  it.each<[string, Partial<MqttSnapshot>, string, string]>([
    ['the round trip just below its limit', { roundTripMs: 499.9 }, 'ok', 'responding'],
    ['the round trip at its limit', { roundTripMs: 500 }, 'degraded', 'took 500 ms'],
    ['figures three intervals old', { ageSeconds: 30 }, 'ok', 'responding'],
    ['figures older than three intervals', { ageSeconds: 30.1 }, 'degraded', 'stood still for 30 s'],
    ['no figures', { state: 'silent', numbers: {}, ageSeconds: null }, 'degraded', 'figures are absent'],
    ['forbidden figures', { state: 'forbidden', numbers: {}, ageSeconds: null }, 'degraded', '$SYS/#'],
    ['an API that is away', { state: 'api_unreachable', numbers: {}, ageSeconds: null }, 'degraded', 'EMQX_API_URL'],
    ['an API that refuses', { state: 'api_refused', numbers: {}, ageSeconds: null }, 'degraded', 'EMQX_API_KEY'],
    ['a probe that does not come back', { roundTripMs: null }, 'degraded', 'watchkeeper/probe/#'],
  ])('%s', (_what, change, verdict, message) => {
    const [check] = judgeMqtt({ ...healthy, ...change }, limits);
    expect(check?.verdict).toBe(verdict);
    expect(check?.message).toContain(message);
  });

  it('names no figure that it does not have', () => {
    const [check] = judgeMqtt({ ...healthy, numbers: {}, ageSeconds: null, roundTripMs: null }, limits);
    expect(check?.figures).toEqual({});
  });
});
