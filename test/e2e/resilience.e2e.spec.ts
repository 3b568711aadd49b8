import { type ExposedSample, scrape, valueOf } from '../support/exposition.js';
import { startIotdb, iotdbMissing } from '../support/iotdb.js';
import { startMosquitto } from '../support/mosquitto.js';
import { startPostgres } from '../support/postgres.js';
import { type RunningServer, silentServer, until } from '../support/process.js';
import { type Product, productHome, type ProductHome } from '../support/product.js';
import { runRedis } from '../support/redis.js';

/** One watched server: its status metric, figures that it takes along (slower collectors' too), and its component. */
interface Watched {
  readonly status: string;
  readonly figures: readonly string[];
  readonly component: string;
}

const watched: Readonly<Record<string, Watched>> = {
  PostgreSQL: {
    status: 'database_status',
    figures: ['database_size_bytes', 'database_table_rows'],
    component: 'database',
  },
  Redis: { status: 'redis_status', figures: ['redis_memory_used_bytes'], component: 'redis' },
  Mosquitto: { status: 'mqtt_status', figures: ['mqtt_connections_active'], component: 'mqtt' },
  IoTDB: { status: 'iotdb_status', figures: ['iotdb_response_seconds', 'iotdb_devices_total'], component: 'iotdb' },
};
const names = Object.keys(watched);

function runs(samples: readonly ExposedSample[], component: string): number {
  return samples
    .filter((s) => s.name === 'collector_runs_total' && s.labels.component === component)
    .reduce((sum, s) => sum + s.value, 0);
}

function lastSuccess(samples: readonly ExposedSample[], component: string): number {
  return valueOf(samples, 'collector_last_success_timestamp_seconds', { component }) ?? 0;
}

describe('With real PostgreSQL, Redis, Mosquitto and IoTDB', () => {
  const servers = new Map<string, RunningServer>();
  let home: ProductHome;
  let product: Product;

  beforeAll(async () => {
    const missing = iotdbMissing('2.0');
    if (missing) throw new Error(missing);
    const iotdb = await startIotdb('2.0');
    const redis = await runRedis();
    const mosquitto = await startMosquitto();
    const postgres = await startPostgres({ version: 'debian15' });
    servers.set('IoTDB', iotdb).set('Redis', redis).set('Mosquitto', mosquitto).set('PostgreSQL', postgres);
    home = await productHome({
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      MQTT_URL: mosquitto.url,
      IOTDB_URL: iotdb.restUrl,
      IOTDB_METRICS_URL: iotdb.metricsUrl,
      IOTDB_USERNAME: iotdb.user,
      IOTDB_PASSWORD: iotdb.password,
      COLLECT_PROBE_MS: '1000',
    });
    product = await home.start();
    await allUp();
  }, 180_000);

  afterAll(async () => {
    await home.dispose();
    for (const server of servers.values()) await server.dispose();
  }, 60_000);

  const statuses = async (): Promise<Record<string, number | undefined>> => {
    const samples = await scrape(product.url);
    return Object.fromEntries(names.map((name) => [name, valueOf(samples, watched[name]?.status ?? '')]));
  };
  const allUp = (): Promise<void> =>
    until('all servers are up', async () => Object.values(await statuses()).every((status) => status === 1), 60_000);

  /** Everything but `name` goes on being read: each other component succeeds again after this moment. */
  async function othersStayLive(name: string): Promise<void> {
    const others = [
      'system',
      'application',
      ...names.filter((n) => n !== name).map((n) => watched[n]?.component ?? ''),
    ];
    const before = await scrape(product.url);
    await until(`the others are read while ${name} is away`, async () => {
      const now = await scrape(product.url);
      return others.every((component) => lastSuccess(now, component) > lastSuccess(before, component));
    });
  }

  /** Waits for the status to turn 0 and says how many runs ended meanwhile. */
  async function passesUntilDown(name: string, breakIt: () => Promise<void> | void): Promise<number> {
    const { status, component } = watched[name] as Watched;
    await breakIt();
    // A pass that had begun before may still end well; what counts are the runs after the break.
    const before = runs(await scrape(product.url), component);
    let down: readonly ExposedSample[] = [];
    await until(`${status} is 0`, async () => {
      down = await scrape(product.url);
      return valueOf(down, status) === 0;
    });
    return runs(down, component) - before;
  }

  describe.each(names)('%s', (name) => {
    const server = (): RunningServer => servers.get(name) as RunningServer;
    const { figures } = watched[name] as Watched;
    const shown = async (): Promise<boolean[]> => {
      const samples = await scrape(product.url);
      return figures.map((figure) => valueOf(samples, figure) !== undefined);
    };
    const none = figures.map(() => false);

    it('takes its figures along and leaves its status at 0 within two passes when it stops, and comes back by itself', async () => {
      expect(await passesUntilDown(name, () => server().stop())).toBeLessThanOrEqual(2);
      expect(await shown()).toEqual(none);
      await othersStayLive(name);
      await server().start();
      await allUp();
      await until(`${figures.join(', ')} are back`, async () => (await shown()).every((there) => there));
    }, 120_000);

    it('does the same when it accepts connections and never answers', async () => {
      expect(await passesUntilDown(name, () => server().suspend())).toBeLessThanOrEqual(2);
      expect(await shown()).toEqual(none);
      await othersStayLive(name);
      server().resume();
      await allUp();
    }, 120_000);

    it('does the same when something else that never answers has taken its port', async () => {
      await server().stop();
      const silent = await silentServer(server().port);
      await until('the status is 0', async () => (await statuses())[name] === 0);
      await othersStayLive(name);
      await silent.close();
      await server().start();
      await allUp();
    }, 120_000);
  });

  it('ends within its limit, in order and with code 0, while every server hangs', async () => {
    for (const server of servers.values()) server.suspend();
    const ended = await product.end('SIGTERM');
    for (const server of servers.values()) server.resume();
    expect(ended).toEqual({ code: 0, signal: null });
  });
});
