import type { LightMyRequestResponse } from 'fastify';
import { adminEmail, adminPassword, type InProcessApplication, startInProcess } from '../support/application.js';
import { startMosquitto } from '../support/mosquitto.js';
import { startPostgres } from '../support/postgres.js';
import { type RunningServer, until } from '../support/process.js';
import { runRedis } from '../support/redis.js';

type Json = Record<string, unknown>;

/** A path such as `cpu.load_average` of a body. */
const at = (body: Json, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Json | null | undefined)?.[key], body);

describe('The bodies of the seeds', () => {
  const servers: RunningServer[] = [];
  let running: InProcessApplication;
  let authorization: string;

  const get = (url: string): Promise<LightMyRequestResponse> =>
    running.app.inject({ method: 'GET', url, headers: { authorization } });
  const body = async (url: string): Promise<Json> => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(200);
    return answer.json<Json>();
  };

  beforeAll(async () => {
    const postgres = await startPostgres({ version: 'debian15' });
    const redis = await runRedis();
    const mosquitto = await startMosquitto({ sysInterval: 1 });
    servers.push(postgres, redis, mosquitto);
    running = await startInProcess({
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      MQTT_URL: mosquitto.url,
      LIMIT_USER_PER_MINUTE: '10000',
      LIMIT_STATS_SYSTEM_PER_MINUTE: '10000',
    });
    const login = await running.app.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      payload: { email: adminEmail, password: adminPassword },
    });
    authorization = `Bearer ${login.json<{ access_token: string }>().access_token}`;
    await until('every configured component is read with its rates', async () => {
      const health = (await get('/api/v1/admin/health')).json<{ checks: Record<string, { status: string }> }>();
      const words = Object.values(health.checks).map((check) => check.status);
      const mqtt = (await get('/api/v1/admin/stats/mqtt')).json<Json>();
      const system = (await get('/api/v1/admin/stats/system')).json<Json>();
      const rates = [mqtt.message_rate_per_second, at(system, 'network.bytes_sent_per_sec')];
      return !words.includes('unknown') && !words.includes('critical') && rates.every((r) => typeof r === 'number');
    });
  }, 60_000);

  afterAll(async () => {
    await running.close();
    for (const server of servers) await server.dispose();
  });

  it('login gives a token pair, its type, its life and the user', async () => {
    const payload = { email: adminEmail, password: adminPassword };
    const login = (await running.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload })).json<Json>();
    expect(login).toMatchObject({ token_type: 'Bearer', expires_in: 900, user: { email: adminEmail, role: 'admin' } });
    expect(Object.keys(login)).toEqual(expect.arrayContaining(['access_token', 'refresh_token']));
    expect(JSON.stringify(login)).not.toContain('hash');
  });

  it.each([
    ['system', 'system.uptime system.hostname system.platform system.python_version', 'string'],
    ['system', 'system.uptime_seconds cpu.usage_percent cpu.count', 'number'],
    ['system', 'memory.total_mb memory.used_mb memory.free_mb memory.available_mb memory.percent_used', 'number'],
    ['system', 'disk.total_gb disk.used_gb disk.free_gb disk.percent_used', 'number'],
    ['system', 'network.bytes_sent network.bytes_recv network.packets_sent network.packets_recv', 'number'],
    ['system', 'network.bytes_sent_per_sec network.bytes_recv_per_sec', 'number'],
    ['database', 'connection_pool_size connections_active connections_idle queries_total size_bytes', 'number'],
    ['database', 'version', 'string'],
    ['database', 'query_duration_seconds table_rows', 'object'],
    ['redis', 'redis_status uptime_seconds memory_used_bytes memory_peak_bytes memory_fragmentation_ratio', 'number'],
    ['redis', 'keys_total keys_with_expiry keys_evicted_total commands_total commands_per_second', 'number'],
    ['redis', 'cache_hits_total cache_misses_total', 'number'],
    ['redis', 'version', 'string'],
    ['mqtt', 'broker_uptime_seconds connections_total connections_active messages_received_total', 'number'],
    ['mqtt', 'messages_sent_total messages_dropped_total messages_queued subscriptions_total', 'number'],
    ['mqtt', 'bandwidth_bytes_received_total bandwidth_bytes_sent_total message_rate_per_second', 'number'],
    ['mqtt', 'version', 'string'],
    ['application', 'status_codes.2xx status_codes.3xx status_codes.4xx status_codes.5xx', 'number'],
    ['application', 'errors.total_today workers.total workers.active workers.idle', 'number'],
    ['application', 'errors.top_errors', 'object'],
  ])('stats/%s has %s (%s)', async (part, paths, type) => {
    const found = await body(`/api/v1/admin/stats/${part}`);
    expect(Object.keys(found)[0]).toBe('timestamp');
    expect(found.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(found).toMatchObject({ status: 'up', age_seconds: expect.any(Number) as number });
    for (const path of paths.split(' ')) expect([path, typeof at(found, path)]).toEqual([path, type]);
  });

  it('stats/system has three load averages, and its megabytes and gigabytes are binary', async () => {
    const found = await body('/api/v1/admin/stats/system');
    expect(at(found, 'cpu.load_average')).toHaveLength(3);
    const totalBytes = at(found, 'memory.total_bytes') as number;
    expect(at(found, 'memory.total_mb')).toBe(Math.floor(totalBytes / 2 ** 20));
  });

  it('stats/iotdb is absent, with all its fields null and what to do, while no IoTDB is configured', async () => {
    const found = await body('/api/v1/admin/stats/iotdb');
    expect(found).toMatchObject({ status: 'absent', message: expect.stringContaining('IOTDB_URL') as string });
    for (const field of ['iotdb_status', 'timeseries_total', 'devices_total', 'write_rate_per_second']) {
      expect([field, found[field]]).toEqual([field, null]);
    }
  });

  it('stats/application counts errors by their code, with shares that add up', async () => {
    for (let i = 0; i < 3; i++) await running.app.inject({ method: 'GET', url: '/api/v1/admin/stats/system' });
    await running.app.inject({ method: 'GET', url: '/nowhere' });
    let top: { type: string; count: number; percentage: number }[] = [];
    await until('the errors are in the figures', async () => {
      top = ((await body('/api/v1/admin/stats/application')) as { errors: { top_errors: typeof top } }).errors
        .top_errors;
      return (
        top.some((e) => e.type === 'http.not_found') && top.some((e) => e.type === 'auth.token_missing' && e.count >= 3)
      );
    });
    expect(top.reduce((sum, e) => sum + e.percentage, 0)).toBeCloseTo(100, 0);
    expect(top.map((e) => e.count)).toEqual(top.map((e) => e.count).sort((a, b) => b - a));
  });

  it('the admin health has the seven checks with their figures, and the score is the share of healthy ones', async () => {
    const answer = await get('/api/v1/admin/health');
    const found = answer.json<{ checks: Record<string, Json>; overall_health_score: number; not_counted: string[] }>();
    expect(Object.keys(found.checks).sort()).toEqual(
      ['cpu', 'database', 'disk_space', 'iotdb', 'memory', 'mqtt', 'redis'].sort(),
    );
    for (const name of ['database', 'redis', 'mqtt']) {
      expect(found.checks[name]).toMatchObject({ response_time_ms: expect.any(Number) as number });
    }
    expect(found.checks.disk_space).toMatchObject({ free_percent: expect.any(Number) as number });
    expect(found.checks.memory).toMatchObject({ used_percent: expect.any(Number) as number });
    expect(found.checks.cpu).toMatchObject({ usage_percent: expect.any(Number) as number });
    expect(found.not_counted).toEqual(['iotdb']);
    const counted = Object.values(found.checks).filter((c) => c.status !== 'absent');
    const healthy = counted.filter((c) => c.status === 'healthy').length;
    expect(found.overall_health_score).toBe(Math.round((1000 * healthy) / counted.length) / 10);
    expect(answer.statusCode).toBe(found.overall_health_score > 50 ? 200 : 503);
    for (const check of counted) expect(check).toMatchObject({ limit: { figure: expect.any(String) as string } });
  });

  const dialect = ['/api/core/admin/system', '/api/admin/system'];

  it.each(dialect.flatMap((path) => [`${path}/metrics/`, `${path}/metrics`]))(
    '%s is the full snapshot',
    async (url) => {
      const { success, data } = (await body(url)) as { success: boolean; data: Json };
      expect(success).toBe(true);
      const numbers = [
        'cpu.current_percent cpu.avg_5min_percent cpu.avg_15min_percent cpu.core_count cpu.threshold',
        'memory.total_gb memory.used_gb memory.available_gb memory.used_percent memory.swap_total_gb memory.threshold',
        'network.bytes_in network.bytes_out network.packets_in network.packets_out network.errors_in network.errors_out',
        'network.dropped_in network.dropped_out database.response_time_ms database.connection_pool_size',
        'redis.response_time_ms websocket.active_connections requests.per_second requests.per_minute',
        'errors.count_4xx errors.count_5xx errors.error_rate_percent latency.p50_ms latency.p95_ms latency.p99_ms',
        'latency.avg_ms',
      ].join(' ');
      for (const path of numbers.split(' ')) expect([path, typeof at(data, path)]).toEqual([path, 'number']);
      for (const part of ['cpu', 'memory', 'disk', 'database', 'redis']) {
        expect(['healthy', 'warning', 'critical']).toContain(at(data, `${part}.status`));
      }
      expect([at(data, 'cpu.threshold'), at(data, 'memory.threshold')]).toEqual([80, 85]);
      const [first] = at(data, 'disk.partitions') as Json[];
      expect(Object.keys(first ?? {})).toEqual(
        expect.arrayContaining(['total_gb', 'used_gb', 'free_gb', 'usage_percent']),
      );
      expect(at(data, 'redis.working')).toBe(true);
    },
  );

  it.each(dialect.flatMap((path) => [`${path}/health/`, `${path}/health`]))(
    '%s is the colour, the score and the components',
    async (url) => {
      const { success, data } = (await body(url)) as { success: boolean; data: Json };
      expect(success).toBe(true);
      expect(['green', 'yellow', 'red']).toContain(data.status);
      expect(data.health_score).toBeGreaterThan(0);
      expect(Object.keys(data.components as Json)).toEqual(
        expect.arrayContaining(['cpu', 'memory', 'disk', 'database', 'redis', 'requests', 'errors']),
      );
      expect(typeof data.active_alerts).toBe('number');
      expect(data.metrics).toBeUndefined();
      const detailed = (await body(`${url}?detailed=true`)) as { data: Json };
      expect(at(detailed.data, 'metrics.cpu.threshold')).toBe(80);
    },
  );

  it.each(dialect.flatMap((path) => [`${path}/alerts/`, `${path}/alerts`]))(
    '%s is the alerts, active or all, each with its duration',
    async (url) => {
      for (const [query, type] of [
        ['', 'active'],
        ['?history=true&limit=1000', 'history'],
      ]) {
        const { success, data } = (await body(`${url}${query}`)) as { success: boolean; data: Json };
        expect([success, data.type]).toEqual([true, type]);
        expect(Object.keys(data)).toEqual(['type', 'count', 'alerts', 'timestamp']);
        const alerts = data.alerts as Json[];
        expect(data.count).toBe(alerts.length);
        const fields = ['component', 'severity', 'message', 'timestamp', 'duration_seconds'];
        for (const alert of alerts) expect(Object.keys(alert)).toEqual(fields);
      }
    },
  );

  it('/health and /api/health are one word and the time, without a login and without internals', async () => {
    for (const url of ['/health', '/health/', '/api/health']) {
      const answer = await running.app.inject({ method: 'GET', url });
      expect(answer.statusCode).toBe(200);
      expect(Object.keys(answer.json<Json>())).toEqual(['status', 'timestamp']);
    }
  });

  it('the OpenAPI document is served as it is committed, and the page needs nothing from outside', async () => {
    const served = (await running.app.inject({ method: 'GET', url: '/api/openapi.json' })).json<Json>();
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    expect(served).toEqual(require('../../openapi.json'));
    const page = (await running.app.inject({ method: 'GET', url: '/api/docs' })).body;
    expect(page).not.toMatch(/https?:\/\//);
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(files.length).toBeGreaterThan(2);
    for (const url of files) expect((await running.app.inject({ method: 'GET', url })).statusCode).toBe(200);
  });

  it('the figures in JSON and in /metrics are of one observation and cannot disagree', async () => {
    const [redis, text] = await Promise.all([
      body('/api/v1/admin/stats/redis'),
      running.app.inject({ method: 'GET', url: '/metrics', remoteAddress: '127.0.0.1' }).then((a) => a.body),
    ]);
    // A pass may end between the two answers; the uptime tells whether it did.
    if (text.includes(`redis_uptime_seconds ${String(redis.uptime_seconds)}\n`)) {
      expect(text).toContain(`redis_memory_peak_bytes ${String(redis.memory_peak_bytes)}\n`);
    }
  });
});
