import { gauge, type Observation, samplesOf } from '../../collect/index.js';
import { alertEvent, contractEvents, observationEvent } from './stream-event.dto.js';

const atMs = Date.UTC(2025, 11, 10, 10);
const timestamp = '2025-12-10T10:00:00.000Z';

function observed(component: string, values: Readonly<Record<string, number>>): Observation {
  const metrics = Object.keys(values).map((name) =>
    gauge<typeof values>(name, 'For the test.', (s) => s[name] ?? null),
  );
  const run = { component, scope: 'process', startedAtMs: atMs, durationMs: 1.23456, checks: [] } as const;
  return { ...run, outcome: 'ok', snapshot: {}, samples: samplesOf(metrics, values).samples };
}

const host = {
  system_cpu_usage_percent: 84.97,
  system_load1: 2.5,
  system_load5: 2.301,
  system_load15: 2,
  system_memory_used_bytes: 8192.9 * 1024 ** 2,
  system_memory_usage_percent: 50,
};

describe('The events of the contract', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, number>>, Readonly<Record<string, object>>])[] = [
    [
      'are cpu and memory for the host',
      host,
      {
        cpu: { timestamp, usage_percent: 84.9, load_average: [2.5, 2.3, 2] },
        memory: { timestamp, used_mb: 8192, percent_used: 50 },
      },
    ],
    [
      'are mqtt for the broker',
      { mqtt_message_rate_per_second: 150.456, mqtt_connections_active: 120, mqtt_connections_total: 130 },
      { mqtt: { timestamp, messages_per_second: 150.46, active_connections: 120 } },
    ],
    [
      'say null where the source is silent, a missing load average included',
      { mqtt_connections_active: 0, system_cpu_usage_percent: 0, system_load1: 1 },
      {
        cpu: { timestamp, usage_percent: 0, load_average: null },
        mqtt: { timestamp, messages_per_second: null, active_connections: 0 },
      },
    ],
    ['are none when nothing is known, as of a broker that is down', { mqtt_status: 0 }, {}],
  ];

  it.each(cases)('%s', (_title, values, expected) => {
    const events = contractEvents(observed('any', values));
    expect(Object.fromEntries(events.map(({ name, body }) => [name, body]))).toEqual(expected);
    for (const { name, supersedes } of events) expect(supersedes).toBe(name);
  });
});

describe('The event of an observation', () => {
  it('tells the run with its samples', () => {
    expect(observationEvent(observed('redis', { redis_status: 1 }))).toEqual({
      name: 'observation',
      supersedes: 'observation redis',
      body: {
        timestamp,
        component: 'redis',
        outcome: 'ok',
        duration_ms: 1.23,
        checks: [],
        samples: [{ name: 'redis_status', labels: {}, value: 1 }],
        samples_omitted: 0,
      },
    });
  });

  it('tells a failure by its code and public text, and nothing else of it', () => {
    const { samples, ...run } = observed('redis', {});
    const error = { code: 'redis.unreachable', kind: 'unavailable', message: 'Redis does not answer.' } as const;
    const { body } = observationEvent({ ...run, samples, outcome: 'failed', error });
    expect(body).toMatchObject({ outcome: 'failed', error: { code: error.code, message: error.message } });
  });

  it('is cut at 60 kB and says how many samples are left out', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`metric_number_${i}`, i]));
    const { body } = observationEvent(observed('huge', many));
    expect(JSON.stringify(body).length).toBeLessThan(61_000);
    const { samples, samples_omitted } = body as { samples: object[]; samples_omitted: number };
    expect(samples.length).toBeGreaterThan(500);
    expect(samples.length + samples_omitted).toBe(5000);
  });
});

describe('The event of an alert', () => {
  it.each([
    ['fired', 'alert'],
    ['updated', 'alert_update'],
    ['resolved', 'alert_update'],
  ] as const)('that was %s is %s, and no later event replaces it', (kind, name) => {
    const alert = {
      id: '7',
      timestamp,
      severity: 'warning',
      component: 'memory',
      message: 'Memory.',
      status: 'firing',
    };
    const secret = { ...alert, device_id: null, internal: 'not for the wire' };
    expect(alertEvent({ kind, alert: secret })).toEqual({
      name,
      supersedes: null,
      body: { ...alert, device_id: null },
    });
  });
});
