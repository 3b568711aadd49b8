import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { adminEmail, adminPassword } from '../support/application.js';
import { unlimited } from '../support/api.js';
import { scrape, valueOf } from '../support/exposition.js';
import { until } from '../support/process.js';
import { type Product, productHome, type ProductHome, signIn } from '../support/product.js';
import { type RunningRedis, runRedis } from '../support/redis.js';

interface Alert {
  readonly id: string;
  readonly threshold_id: string;
  readonly status: string;
  readonly severity: string;
  readonly message: string;
  readonly started_at: string;
  readonly fired_at: string;
  readonly resolved_at: string | null;
  readonly duration_seconds: number;
}

/** A signed-in client of the running product. */
async function clientOf(product: Product): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  const { access } = await signIn(product.url, adminEmail, adminPassword);
  return (path, init = {}) =>
    fetch(`${product.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json' },
    });
}

const seconds = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;

describe('The product and its alerts', () => {
  let home: ProductHome;
  let redis: RunningRedis;
  let product: Product;
  let ask: Awaited<ReturnType<typeof clientOf>>;

  beforeAll(async () => {
    redis = await runRedis();
    home = await productHome({
      ...unlimited,
      ADMIN_EMAIL: adminEmail,
      ADMIN_PASSWORD: adminPassword,
      REDIS_URL: redis.url,
      COLLECT_PROBE_MS: '1000',
    });
    product = await home.start();
    ask = await clientOf(product);
    await until('Redis is read', async () => valueOf(await scrape(product.url), 'redis_status') === 1);
  }, 90_000);
  afterAll(async () => {
    await home.dispose();
    await redis.dispose();
  }, 60_000);

  const alerts = async (thresholdId: string): Promise<readonly Alert[]> => {
    const { items } = (await (await ask('/api/v1/alerts?limit=1000')).json()) as { items: readonly Alert[] };
    return items.filter((alert) => alert.threshold_id === thresholdId);
  };
  const only = async (thresholdId: string): Promise<Alert> => {
    const found = await alerts(thresholdId);
    expect(found).toHaveLength(1);
    return found[0] as Alert;
  };
  const dashboard = async (): Promise<string> => (await ask('/api/core/admin/system/alerts/')).text();

  it('tell of a dead server, outlive kill -9 as one alert with its start, and clear when the server is back', async () => {
    const broken = Date.now();
    await redis.stop();
    await until('the alert fires', async () => (await alerts('component_down')).length > 0);
    const fired = await only('component_down');
    expect(fired).toMatchObject({ status: 'active', severity: 'critical', message: 'redis is down.' });
    // The last good pass may have begun just before the end.
    expect(Date.parse(fired.started_at)).toBeGreaterThanOrEqual(broken - 1_000);
    expect(seconds(fired.started_at, fired.fired_at)).toBeGreaterThanOrEqual(5);
    expect(await dashboard()).toContain('redis is down.');
    expect(valueOf(await scrape(product.url), 'alerts_active', { severity: 'critical' })).toBe(1);

    await product.end('SIGKILL');
    product = await home.start();
    ask = await clientOf(product);
    await until('the alert is taken over', async () => (await dashboard()).includes('redis is down.'));
    await until('Redis was looked for again', async () => {
      const samples = await scrape(product.url);
      return (valueOf(samples, 'collector_runs_total', { component: 'redis', outcome: 'failed' }) ?? 0) >= 3;
    });
    expect(await only('component_down')).toMatchObject({
      id: fired.id,
      started_at: fired.started_at,
      status: 'active',
    });
    expect(valueOf(await scrape(product.url), 'alerts_fired_total', { severity: 'critical' })).toBe(0);

    await redis.start();
    await until('the alert clears', async () => (await only('component_down')).status === 'resolved');
    const over = await only('component_down');
    expect(over.duration_seconds).toBeCloseTo(seconds(over.started_at, over.resolved_at ?? ''), 0);
    expect(over.duration_seconds).toBeGreaterThan(seconds(fired.started_at, fired.fired_at));
    expect(await dashboard()).not.toContain('redis is down.');
    expect(valueOf(await scrape(product.url), 'alerts_active', { severity: 'critical' })).toBe(0);
  }, 120_000);

  it('tell of a busy host after the minimum duration, and follow a limit that is changed over the API', async () => {
    const put = async (change: object): Promise<number> => {
      const body = JSON.stringify({ thresholds: [{ id: 'cpu_usage', ...change }] });
      return (await ask('/api/v1/admin/thresholds', { method: 'PUT', body })).status;
    };
    expect(await put({ for_seconds: 3 })).toBe(200);
    const loops: ChildProcess[] = [];
    for (let i = 0; i < availableParallelism(); i += 1)
      loops.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
    try {
      await until('the CPU alert fires', async () => (await alerts('cpu_usage')).some((a) => a.status === 'active'));
    } finally {
      for (const loop of loops) {
        const gone = once(loop, 'exit');
        loop.kill('SIGKILL');
        await gone;
      }
    }
    const fired = (await alerts('cpu_usage')).find((a) => a.status === 'active');
    expect(fired?.message).toMatch(/^CPU usage is [\d.]+ %, above the limit of 80 %\.$/);
    expect(seconds(fired?.started_at ?? '', fired?.fired_at ?? '')).toBeGreaterThanOrEqual(3);
    // Whatever else runs on this host, usage is never above 100 %.
    expect(await put({ value: 100, margin: 0 })).toBe(200);
    await until('the CPU alert clears', async () => (await alerts('cpu_usage')).every((a) => a.status === 'resolved'));
    const over = (await alerts('cpu_usage')).find((a) => a.id === fired?.id);
    expect(over?.duration_seconds).toBeCloseTo(seconds(over?.started_at ?? '', over?.resolved_at ?? ''), 0);
  }, 120_000);
});
