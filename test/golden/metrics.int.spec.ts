import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { buildApp } from '../../src/app.js';
import { configSections } from '../../src/app.config.js';
import { Latest, Participants, runOnce } from '../../src/collect/index.js';
import { parseConfig } from '../../src/core/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { ExpositionRenderer } from '../../src/metrics/exposition.js';
import { parseExposition, promtoolFindings } from '../support/exposition.js';
import { contractExceptions } from './exceptions.js';

/** Maps are recorded as `{ "map": [[key, value], ...] }`. */
function revive(_key: string, value: unknown): unknown {
  const entries = (value as { map?: readonly (readonly [unknown, unknown])[] } | null)?.map;
  return Array.isArray(entries) ? new Map(entries) : value;
}

const snapshots = JSON.parse(readFileSync(join(__dirname, 'snapshots.json'), 'utf8'), revive) as Record<
  string,
  unknown
>;
const goldenFile = join(__dirname, 'metrics.txt');

/** The whole text of /metrics, made from the recorded snapshots: no server, no clock, the same every time. */
async function render(environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const parsed = parseConfig(configSections, {
    LOG_LEVEL: 'fatal',
    DATABASE_URL: 'postgres://golden@127.0.0.1:1/golden',
    MQTT_URL: 'mqtt://127.0.0.1:1',
    JWT_SECRET: randomBytes(32).toString('base64url'),
    ...environment,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const { app } = await buildApp(parsed.values);
  const latest = app.get(Latest);
  const clock = new FakeClock();
  for (const collector of app.get(Participants).collectors()) {
    const snapshot = snapshots[collector.component];
    if (snapshot === undefined) throw new Error(`no snapshot of ${collector.component}: scripts/record-golden.mjs`);
    const recorded = Object.create(collector, {
      collect: { value: () => Promise.resolve(snapshot) },
    }) as typeof collector;
    const { observation, error } = await runOnce(recorded, clock, null, new AbortController().signal);
    if (error) throw error;
    latest.put(observation);
  }
  const renderer = app.get(ExpositionRenderer, { strict: false });
  renderer.onApplicationBootstrap();
  return (await renderer.read()).text.toString('utf8');
}

describe('The text of /metrics', () => {
  let text: string;
  beforeAll(async () => {
    text = await render();
  });

  it('is the golden file, byte for byte', () => {
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(goldenFile, text);
    expect(text).toBe(readFileSync(goldenFile, 'utf8'));
  });

  it('has HELP and TYPE once per family, before its samples, all lines of a family together, and ends with a newline', () => {
    const order: string[] = [];
    let family = '';
    for (const line of text.trimEnd().split('\n')) {
      const comment = /^# (HELP|TYPE) (\S+) \S/.exec(line);
      if (comment?.[1] === 'HELP') {
        family = comment[2] ?? '';
        order.push(family);
      } else if (comment?.[1] === 'TYPE') expect(comment[2]).toBe(family);
      else expect(line).toMatch(new RegExp(`^${family}(_bucket|_sum|_count)?[{ ]`));
    }
    expect(new Set(order).size).toBe(order.length);
    expect(text.endsWith('\n')).toBe(true);
    expect(text).not.toContain('\r');
  });

  it('has every sample once, with a finite value', () => {
    const samples = parseExposition(text);
    const keys = samples.map((s) => `${s.name}${JSON.stringify(Object.entries(s.labels).sort())}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(samples.filter((s) => !Number.isFinite(s.value))).toEqual([]);
    expect(samples.length).toBeLessThan(5_000);
  });

  it('makes promtool report exactly the known exceptions, each with its reason, and nothing else', () => {
    const found = promtoolFindings(text);
    expect(found).toEqual(contractExceptions.map(([name, finding]) => `${name} ${finding}`).sort());
    for (const [, , reason] of contractExceptions) expect(reason.length).toBeGreaterThan(10);
  });

  it('prints the seed names as well when METRICS_SEED_NAMES is true, and only then', async () => {
    const seeds = ['flask_app_uptime_seconds', 'flask_app_info', 'python_info', 'flask_http_requests_total'];
    const more = ['flask_http_request_duration_seconds', 'flask_http_requests_in_progress'];
    const both = await render({ METRICS_SEED_NAMES: 'true' });
    for (const name of [...seeds, ...more]) {
      expect(text).not.toContain(`# TYPE ${name} `);
      expect(both).toContain(`# TYPE ${name} `);
    }
    expect(both).toMatch(/^python_info\{version="[^"]+",implementation="Node\.js"\} 1$/m);
    expect(parseExposition(both).length).toBeGreaterThan(parseExposition(text).length);
  });
});

/** S0-13 to S0-70 without the names of another stack: name, type, labels. */
const contract: readonly (readonly [name: string, type: string, labels?: string])[] = [
  ['nodejs_info', 'gauge', 'version,implementation'],
  ['app_uptime_seconds', 'counter'],
  ['app_info', 'gauge', 'version'],
  ['system_cpu_usage_percent', 'gauge'],
  ['system_cpu_count', 'gauge'],
  ['system_memory_total_bytes', 'gauge'],
  ['system_memory_used_bytes', 'gauge'],
  ['system_memory_usage_percent', 'gauge'],
  ['system_disk_total_bytes', 'gauge', 'path'],
  ['system_disk_used_bytes', 'gauge', 'path'],
  ['system_disk_usage_percent', 'gauge', 'path'],
  ['network_bytes_sent_total', 'counter'],
  ['network_bytes_received_total', 'counter'],
  ['database_connection_pool_size', 'gauge'],
  ['database_connections_active', 'gauge'],
  ['database_connections_idle', 'gauge'],
  ['database_table_rows', 'gauge', 'table'],
  ['database_queries_total', 'counter'],
  ['database_query_duration_seconds', 'histogram'],
  ['mqtt_broker_uptime_seconds', 'counter'],
  ['mqtt_connections_total', 'gauge'],
  ['mqtt_connections_active', 'gauge'],
  ['mqtt_messages_received_total', 'counter'],
  ['mqtt_messages_sent_total', 'counter'],
  ['mqtt_messages_dropped_total', 'counter'],
  ['mqtt_messages_queued', 'gauge'],
  ['mqtt_subscriptions_total', 'gauge'],
  ['mqtt_topics_total', 'gauge'],
  ['mqtt_bandwidth_bytes_received_total', 'counter'],
  ['mqtt_bandwidth_bytes_sent_total', 'counter'],
  ['mqtt_message_rate_per_second', 'gauge'],
  ['iotdb_status', 'gauge'],
  ['iotdb_storage_groups_total', 'gauge'],
  ['iotdb_storage_size_bytes', 'gauge', 'type'],
  ['iotdb_timeseries_total', 'gauge'],
  ['iotdb_timeseries_active', 'gauge'],
  ['iotdb_devices_total', 'gauge'],
  ['iotdb_data_points_total', 'counter'],
  ['iotdb_write_rate_per_second', 'gauge'],
  ['iotdb_read_rate_per_second', 'gauge'],
  ['iotdb_write_latency_seconds', 'histogram'],
  ['iotdb_read_latency_seconds', 'histogram'],
  ['redis_status', 'gauge'],
  ['redis_uptime_seconds', 'counter'],
  ['redis_memory_used_bytes', 'gauge'],
  ['redis_memory_peak_bytes', 'gauge'],
  ['redis_memory_fragmentation_ratio', 'gauge'],
  ['redis_keys_total', 'gauge'],
  ['redis_keys_with_expiry', 'gauge'],
  ['redis_keys_evicted_total', 'counter'],
  ['redis_commands_total', 'counter'],
  ['redis_commands_per_second', 'gauge'],
  ['redis_cache_hit_ratio', 'gauge'],
  ['redis_cache_hits_total', 'counter'],
  ['redis_cache_misses_total', 'counter'],
];

describe('The contract of the seed', () => {
  it.each(contract)('has %s as a %s', async (name, type, labels = '') => {
    const golden = readFileSync(goldenFile, 'utf8');
    expect(golden).toContain(`\n# TYPE ${name} ${type}\n`);
    const found = parseExposition(golden).find((s) => s.name === name || s.name === `${name}_count`);
    expect(Object.keys(found?.labels ?? {}).join(',')).toBe(labels);
    expect(found).toBeDefined();
  });

  it('declares the HTTP metrics with their labels, which have samples from the first request on', () => {
    const golden = readFileSync(goldenFile, 'utf8');
    expect(golden).toContain('\n# TYPE http_requests_total counter\n');
    expect(golden).toContain('\n# TYPE http_request_duration_seconds histogram\n');
    expect(golden).toContain('\n# TYPE http_requests_in_progress gauge\n');
  });
});
