import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { iotdbMissing, type RunningIotdb, startIotdb } from '../support/iotdb.js';
import { freePort, type RunningServer, until } from '../support/process.js';
import { type Product, productHome, type ProductHome, signIn } from '../support/product.js';
import { runRedis, type RunningRedis } from '../support/redis.js';
import {
  type Notification,
  root,
  shipped,
  type ShippedPrometheus,
  startShippedAlertmanager,
  startShippedPrometheus,
  startWebhook,
} from './shipped.js';

jest.setTimeout(300_000);

interface RuleGroup {
  readonly rules: readonly {
    readonly name: string;
    readonly state: string;
    readonly health: string;
    readonly lastError?: string;
  }[];
}
/** An alert as Alertmanager lists it. */
interface HeldAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly inhibitedBy: readonly string[] };
}
interface Result {
  readonly result: readonly unknown[];
}
interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const dashboardNames = ['overview', 'system', 'database', 'mqtt', 'redis', 'iotdb', 'application'];
const panelsOf = (name: string): readonly Panel[] =>
  (JSON.parse(shipped(`grafana/dashboards/watchkeeper-${name}.json`)) as { panels: readonly Panel[] }).panels;

/** The expression as Grafana sends it when every instance is chosen. */
const asSent = (expr: string): string =>
  expr
    .replaceAll('$__rate_interval', '30s')
    .replaceAll('$job', '.*')
    .replaceAll('$instance', '.*')
    .replaceAll('[6h]', '[1m]');

/** Queries that have nothing to say on a healthy host without standbys, quotas and swap, by the metric they lack there. */
const mayBeSilent = new RegExp(
  [
    'ALERTS',
    'system_cpu_throttled_seconds_total',
    'system_disk_io_', // containers without block devices
    'system_pressure_',
    'deriv\\(system_disk_free_bytes', // empty while space grows
    'database_oldest_',
    'database_replication_',
    'database_cache_hit_ratio', // no block read between two passes
    'database_locks', // none held at the pass
    'redis_cache_hit_ratio', // no lookup between two passes
    'iotdb_(read|write)_latency', // no query or insert yet
    'redis_memory_limit_bytes',
    'method_duration_seconds',
    'collector_runs_skipped_total',
    'sink_',
    'auth_limit_hits_total',
    'iotdb_(client_connections|tsfiles|open_files|gc_)', // depend on version and level of its reporter
    'mqtt_messages_dropped_total',
    'mqtt_(stored|retained)',
  ].join('|'),
);

const iotdbThere = iotdbMissing('2.0') === null || process.env.CI === 'true';

describe('The shipped rules and dashboards on a real Prometheus that scrapes the product', () => {
  let home: ProductHome;
  let product: Product;
  let redis: RunningRedis;
  let iotdb: RunningIotdb | undefined;
  let prometheus: ShippedPrometheus;

  beforeAll(async () => {
    expect(existsSync(join(root, 'dist/src/main.js'))).toBe(true);
    redis = await runRedis();
    if (iotdbThere) iotdb = await startIotdb('2.0');
    home = await productHome({
      REDIS_URL: redis.url,
      ADMIN_PASSWORD: 'a-long-password-for-a-test',
      ...(iotdb
        ? {
            IOTDB_URL: iotdb.restUrl,
            IOTDB_USERNAME: iotdb.user,
            IOTDB_PASSWORD: iotdb.password,
            IOTDB_METRICS_URL: iotdb.metricsUrl,
            IOTDB_SCHEMA_INTERVAL_MS: '10000',
          }
        : {}),
    });
    product = await home.start();
    prometheus = await startShippedPrometheus(`127.0.0.1:${product.port}`, '127.0.0.1:1');
    const { access } = await signIn(product.url, 'admin@watchkeeper.local', 'a-long-password-for-a-test');
    await fetch(`${product.url}/api/v1/admin/health`, { headers: { authorization: `Bearer ${access}` } });
    await until(
      'twenty scrapes',
      async () => {
        const data = await prometheus.api<Result>(
          `query?query=${encodeURIComponent('count_over_time(up{job="watchkeeper"}[5m]) >= 20')}`,
        );
        return data.result.length > 0;
      },
      60_000,
    );
  });
  afterAll(async () => {
    await prometheus?.dispose();
    await home?.dispose();
    await iotdb?.dispose();
    await redis?.dispose();
  });

  it('evaluates every rule without an error', async () => {
    const { groups } = await prometheus.api<{ groups: readonly RuleGroup[] }>('rules');
    const all = groups.flatMap((group) => group.rules);
    expect(all.length).toBe(shipped('prometheus/alerting_rules.yml').match(/- alert: /g)?.length);
    expect(all.filter((rule) => rule.health !== 'ok')).toEqual([]);
    expect(all.find((rule) => rule.name === 'Watchdog')?.state).toBe('firing');
  });

  it('raises nothing critical about a healthy installation', async () => {
    const data = await prometheus.api<{ alerts: readonly { labels: Record<string, string>; state: string }[] }>(
      'alerts',
    );
    // The host of the test is not part of the installation.
    const critical = data.alerts.filter(
      ({ labels, state }) => state === 'firing' && labels.severity === 'critical' && labels.component !== 'system',
    );
    expect(critical).toEqual([]);
  });

  it.each(dashboardNames)('answers every query of the dashboard %s, with data where there is any', async (name) => {
    const empty: string[] = [];
    for (const panel of panelsOf(name))
      for (const { expr } of panel.targets ?? []) {
        const data = await prometheus.api<Result>(`query?query=${encodeURIComponent(asSent(expr))}`);
        if (data.result.length === 0) empty.push(expr);
      }
    const unexpected = empty.filter((expr) => !mayBeSilent.test(expr) && (iotdb || !expr.includes('iotdb_')));
    expect(unexpected).toEqual([]);
  });

  it('answers every query of the runbooks', async () => {
    const { groups } = await prometheus.api<{ groups: readonly RuleGroup[] }>('rules');
    for (const { name } of groups.flatMap((group) => group.rules)) {
      const blocks = [...shipped(`docs/runbooks/${name}.md`).matchAll(/```promql\n([\s\S]*?)```/g)].slice(1);
      for (const [, block = ''] of blocks)
        for (const query of block.trim().split('\n'))
          await expect(prometheus.api<Result>(`query?query=${encodeURIComponent(query)}`)).resolves.toBeDefined();
    }
  });
});

describe('An alert of the shipped rules', () => {
  it('travels through the shipped Alertmanager to its receiver and resolves; what follows from it is held back', async () => {
    const webhook = await startWebhook();
    const alertmanager: RunningServer = await startShippedAlertmanager(webhook.port);
    const home = await productHome({
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      MQTT_URL: `mqtt://127.0.0.1:${await freePort()}`,
      DATABASE_START_TIMEOUT_MS: '0',
    });
    let prometheus: ShippedPrometheus | undefined;
    try {
      const product = await home.start();
      const soon = (text: string): string => text.replace(/for: \d+[mh]/g, 'for: 1s');
      const address = `127.0.0.1:${alertmanager.port}`;
      prometheus = await startShippedPrometheus(`127.0.0.1:${product.port}`, address, soon);
      const told = (receiver: string, status: string, alertname: string): Notification | undefined =>
        webhook.heard.find(
          (n) =>
            n.receiver === receiver && n.alerts.some((a) => a.status === status && a.labels.alertname === alertname),
        );
      await until('the heartbeat', () => told('heartbeat', 'firing', 'Watchdog') !== undefined);
      await until('the database is reported', () => told('on_call', 'firing', 'DatabaseDown') !== undefined);
      expect(told('on_call', 'resolved', 'DatabaseDown')).toBeUndefined();
      await until('what follows from it is held back', async () => {
        const alerts = (await (await fetch(`${alertmanager.url}/api/v2/alerts`)).json()) as readonly HeldAlert[];
        return alerts.some(
          ({ labels, status }) =>
            labels.alertname === 'CollectorFailing' && labels.component === 'auth' && status.inhibitedBy.length > 0,
        );
      });
      await product.end('SIGKILL');
      await until('the target is reported', () => told('on_call', 'firing', 'WatchkeeperDown') !== undefined, 60_000);
      await home.start();
      await until('its return is reported', () => told('on_call', 'resolved', 'WatchkeeperDown') !== undefined, 60_000);
    } finally {
      await prometheus?.dispose();
      await home.dispose();
      await alertmanager.dispose();
      await webhook.close();
    }
  });
});

(iotdbThere ? describe : describe.skip)('deploy/iotdb-password.mjs', () => {
  it('replaces the password of a fresh IoTDB, changes nothing the second time, and says so when it cannot', async () => {
    const iotdb = await startIotdb('2.0');
    const run = async (password: string): Promise<{ ok: boolean; said: string }> => {
      const environment = { PATH: process.env.PATH ?? '', IOTDB_URL: iotdb.restUrl, IOTDB_PASSWORD: password };
      return promisify(execFile)(process.execPath, [join(root, 'deploy/iotdb-password.mjs')], {
        env: environment,
      }).then(
        ({ stdout }) => ({ ok: true, said: stdout }),
        (error: { stdout: string }) => ({ ok: false, said: error.stdout }),
      );
    };
    try {
      expect(await run('')).toMatchObject({ ok: false });
      expect(await run("it's")).toMatchObject({ ok: false });
      expect(await run('a-new-one-1234')).toEqual({ ok: true, said: 'The password of root is replaced.\n' });
      expect(await run('a-new-one-1234')).toMatchObject({ ok: true });
    } finally {
      await iotdb.dispose();
    }
  });
});
