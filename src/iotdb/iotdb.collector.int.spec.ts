import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describeCollector } from '../../test/contracts/collector.contract.js';
import { describeIotdb, type RunningIotdb, startIotdb } from '../../test/support/iotdb.js';
import { until } from '../../test/support/process.js';
import { NotPresent, samplesOf } from '../collect/index.js';
import { AppError, causeChain, SystemClock } from '../core/index.js';
import { IotdbClient } from './iotdb.client.js';
import { IotdbCollector } from './iotdb.collector.js';
import type { IotdbConfig } from './iotdb.config.js';
import type { IotdbSnapshot } from './iotdb.snapshot.js';
import { IotdbSchemaCollector } from './iotdb-schema.collector.js';

/** The system's clock whose monotonic time a test can move on, so that a window of 10 s takes no 10 s. */
class MovableClock extends SystemClock {
  aheadMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.aheadMs;
  }
}

const none: IotdbConfig = {
  IOTDB_URL: undefined,
  IOTDB_USERNAME: 'root',
  IOTDB_PASSWORD: 'root',
  IOTDB_METRICS_URL: undefined,
  IOTDB_TIMEOUT_MS: 5_000,
  IOTDB_SCHEMA_INTERVAL_MS: 60_000,
  IOTDB_SCHEMA_TIMEOUT_MS: 20_000,
  IOTDB_ACTIVE_SECONDS: 300,
  IOTDB_RESPONSE_MS_MAX: 30_000,
  IOTDB_DISK_PERCENT_MAX: 100,
};

function watch(change: Partial<IotdbConfig>) {
  const config = { ...none, ...change };
  const clock = new MovableClock();
  const client = new IotdbClient(config, clock);
  const collector = new IotdbCollector(client, clock, config);
  const schema = new IotdbSchemaCollector(client, config);
  return { client, clock, collector, schema };
}

function pass(collector: IotdbCollector): Promise<IotdbSnapshot> {
  return collector.collect(AbortSignal.timeout(collector.timeoutMs));
}

function count(collector: IotdbSchemaCollector): ReturnType<IotdbSchemaCollector['collect']> {
  return collector.collect(AbortSignal.timeout(collector.timeoutMs));
}

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const failure: unknown = await work.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (failure instanceof AppError) return failure;
  throw failure;
}

/** Bytes of all TsFiles below a directory, as the file system counts them. */
function tsFileBytes(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.tsfile'))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const rows = 500;
const signal = (): AbortSignal => AbortSignal.timeout(20_000);

/** Writes `rows` rows of two series that end now, then reads them back once. */
async function useDevice(client: IotdbClient, device: string): Promise<void> {
  const now = Date.now();
  const numbers = Array.from({ length: rows }, (_, i) => i);
  await client.insertTablet(
    {
      device,
      timestamps: numbers.map((i) => now - i),
      measurements: ['temperature', 'load'],
      dataTypes: ['DOUBLE', 'INT32'],
      values: [numbers.map((i) => i + 0.5), numbers],
      isAligned: false,
    },
    signal(),
  );
  const table = await client.query(`SELECT count(temperature) FROM ${device}`, signal());
  expect(table.values).toEqual([[rows]]);
}

describe('IoTDB that is not configured', () => {
  it('is absent, not down, and the operator is told what to set', async () => {
    const { collector, schema } = watch({});
    for (const each of [collector, schema]) {
      const failure: unknown = await each.collect(signal()).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(NotPresent);
      expect((failure as NotPresent).reason).toContain('Set IOTDB_URL');
    }
  });
});

describe.each(['2.0', '1.3'] as const)('with IoTDB %s', (version) => {
  describeIotdb(version, 'a real server', () => {
    let server: RunningIotdb;
    let withReporter: ReturnType<typeof watch>;

    beforeAll(async () => {
      server = await startIotdb(version);
      withReporter = watch({ IOTDB_URL: server.restUrl, IOTDB_METRICS_URL: server.metricsUrl });
    }, 120_000);
    afterAll(() => server?.dispose());

    const kept = async (): Promise<void> => undefined;
    describeCollector('iotdb', {
      live: async () => ({ collector: withReporter.collector, dispose: kept }),
      at: async (port) => ({ collector: watch({ IOTDB_URL: `http://127.0.0.1:${port}` }).collector, dispose: kept }),
    });
    describeCollector('iotdb-schema', {
      live: async () => ({ collector: withReporter.schema, dispose: kept }),
      at: async (port) => ({ collector: watch({ IOTDB_URL: `http://127.0.0.1:${port}` }).schema, dispose: kept }),
    });

    it('tells version, nodes and regions, and calls a healthy cluster ok', async () => {
      const snapshot = await pass(withReporter.collector);
      expect(snapshot.version).toMatch(version === '1.3' ? /^1\.3\./ : /^2\.0\./);
      expect(snapshot.nodes?.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['config running', 'data running']);
      expect(snapshot.gaps).toEqual([]);
      const [check] = withReporter.collector.judge(snapshot);
      expect(check).toMatchObject({ verdict: 'ok', message: `Connected to IoTDB ${snapshot.version}` });
      expect(check?.figures).toMatchObject({ nodes: 2, nodes_running: 2 });
    });

    it('counts databases, series, devices and points as they were written, and rates over the time between', async () => {
      const { client, clock, collector, schema } = watch({
        IOTDB_URL: server.restUrl,
        IOTDB_METRICS_URL: server.metricsUrl,
      });
      const before = await pass(collector);
      const beforeSchema = await count(schema);
      expect(before.load).toMatchObject({ source: 'server', writeRate: null, readRate: null });

      await useDevice(client, 'root.plant.press1');
      await useDevice(client, 'root.plant.press2');
      await useDevice(client, 'root.office.lamp');
      await client.execute('FLUSH', signal());
      clock.aheadMs += 10_000;

      const after = await pass(collector);
      const afterSchema = await count(schema);
      expect((after.databases ?? 0) - (before.databases ?? 0)).toBe(2);
      expect(afterSchema.timeseries - beforeSchema.timeseries).toBe(6);
      expect(afterSchema.devices - beforeSchema.devices).toBe(3);
      expect((afterSchema.timeseriesActive ?? 0) - (beforeSchema.timeseriesActive ?? 0)).toBe(6);
      expect((after.load.pointsWritten ?? 0) - (before.load.pointsWritten ?? 0)).toBe(3 * 2 * rows);
      expect((after.load.writes?.count ?? 0) - (before.load.writes?.count ?? 0)).toBe(3);
      expect((after.load.reads?.count ?? 0) - (before.load.reads?.count ?? 0)).toBe(3);
      expect(after.load.writes?.sum).toBeGreaterThan(before.load.writes?.sum ?? 0);
      expect(after.load.writes?.buckets).toEqual([]);
      // Ten seconds and the time that the writes took.
      expect(after.load.writeRate).toBeGreaterThan((3 * 2 * rows) / 60);
      expect(after.load.writeRate).toBeLessThanOrEqual((3 * 2 * rows) / 10);
      expect(after.load.readRate).toBeGreaterThan(0);
    });

    it('tells as many bytes of data as the files on disk have, and a total with the WAL', async () => {
      await useDevice(withReporter.client, 'root.plant.press3');
      await withReporter.client.execute('FLUSH', signal());
      await until('the DataNode has counted its files', async () => {
        const snapshot = await pass(withReporter.collector);
        return snapshot.dataBytes !== null && snapshot.dataBytes === tsFileBytes(server.dataDirectory);
      });
      const snapshot = await pass(withReporter.collector);
      expect(snapshot.dataBytes).toBeGreaterThan(0);
      const sizes = samplesOf(withReporter.collector.metrics, snapshot).samples.filter(
        (sample) => sample.name === 'iotdb_storage_size_bytes',
      );
      const byType = Object.fromEntries(sizes.map((sample) => [sample.labels.type, sample.value]));
      expect(byType).toEqual({
        total: (snapshot.dataBytes ?? 0) + (snapshot.walBytes ?? 0),
        data: snapshot.dataBytes,
        wal: snapshot.walBytes,
      });
    });

    it("does not count a series without recent values as active, nor IoTDB's own databases at all", async () => {
      const before = await count(withReporter.schema);
      const beforeSnapshot = await pass(withReporter.collector);
      await server.execute('INSERT INTO root.plant.press1(time, serial) VALUES(1000, 7)');
      await server.execute('INSERT INTO root.__system.load(time, own) VALUES(now(), 1)');
      await server.execute('FLUSH');
      const after = await count(withReporter.schema);
      expect(after.timeseries - before.timeseries).toBe(1);
      expect(after.timeseriesActive).toBe(before.timeseriesActive);
      expect(after.devices).toBe(before.devices);
      const afterSnapshot = await pass(withReporter.collector);
      expect(afterSnapshot.databases).toBe(beforeSnapshot.databases);
      expect((afterSnapshot.load.pointsWritten ?? 0) - (beforeSnapshot.load.pointsWritten ?? 0)).toBe(1);
    });

    describe('without reporters', () => {
      it('counts only what this application writes and reads, with buckets, and nothing before it does', async () => {
        const { client, clock, collector } = watch({ IOTDB_URL: server.restUrl });
        const first = await pass(collector);
        expect(first.load).toMatchObject({ source: 'client', pointsWritten: null, writes: null, writeRate: null });
        await useDevice(client, 'root.office.fan');
        clock.aheadMs += 10_000;
        const { load } = await pass(collector);
        expect(load).toMatchObject({ source: 'client', pointsWritten: 2 * rows, writes: { count: 1 } });
        expect(load.writes?.buckets.length).toBeGreaterThan(5);
        expect(load.writeRate).toBeGreaterThan(0);
        expect(load.readRate).toBeGreaterThan(0);
      });

      it('leaves out what cannot be known: the WAL, the total, heap and disk', async () => {
        const { collector } = watch({ IOTDB_URL: server.restUrl });
        const { samples } = samplesOf(collector.metrics, await pass(collector));
        const types = samples.filter((s) => s.name === 'iotdb_storage_size_bytes').map((s) => s.labels.type);
        expect(types.filter((type) => type !== 'data')).toEqual([]);
        const names = new Set(samples.map((sample) => sample.name));
        expect(names.has('iotdb_storage_groups_total')).toBe(true);
        for (const absent of ['iotdb_heap_used_bytes', 'iotdb_disk_available_bytes', 'iotdb_data_points_total']) {
          expect(names.has(absent)).toBe(false);
        }
      });
    });

    it('names the user and password when IoTDB refuses them, and prints neither', async () => {
      const { collector, schema } = watch({ IOTDB_URL: server.restUrl, IOTDB_PASSWORD: 'not-the-password' });
      for (const each of [collector, schema]) {
        const failure = await failureOf(each.collect(signal()));
        expect(failure).toMatchObject({ code: 'iotdb.auth_refused', kind: 'unavailable', retryable: false });
        expect(failure.publicText).toContain('IOTDB_PASSWORD');
        expect(causeChain(failure)).not.toContain('not-the-password');
      }
    });

    it('goes on with what a lesser account may read, and says what is missing', async () => {
      await server.execute("CREATE USER watcher 'watcher1234'");
      const { collector } = watch({
        IOTDB_URL: server.restUrl,
        IOTDB_USERNAME: 'watcher',
        IOTDB_PASSWORD: 'watcher1234',
      });
      const snapshot = await pass(collector);
      expect(snapshot).toMatchObject({ nodes: null, regions: null });
      expect(collector.judge(snapshot)[0]).toMatchObject({
        verdict: 'degraded',
        message: expect.stringContaining('need an administrator') as string,
      });
    });

    it('is silent about server figures, not zero and not our own, while a reporter cannot be read', async () => {
      const { collector } = watch({ IOTDB_URL: server.restUrl, IOTDB_METRICS_URL: `${server.restUrl}/metrics` });
      const snapshot = await pass(collector);
      expect(snapshot).toMatchObject({ engine: null, walBytes: null, dataBytes: null });
      expect(snapshot.load).toMatchObject({ source: 'server', pointsWritten: null, reads: null, readRate: null });
      expect(collector.judge(snapshot)[0]).toMatchObject({
        verdict: 'degraded',
        message: expect.stringContaining('IOTDB_METRICS_URL') as string,
      });
    });

    it('refuses a result that is longer than asked for instead of cutting it', async () => {
      const query = withReporter.client.query('SELECT load FROM root.plant.press1', signal(), { rowLimit: 10 });
      expect(await failureOf(query)).toMatchObject({ code: 'iotdb.result_too_large', kind: 'limited' });
    });

    it('gives up on a suspended server in time, and reads it again when it goes on', async () => {
      const impatient = watch({ IOTDB_URL: server.restUrl, IOTDB_TIMEOUT_MS: 400 });
      server.suspend();
      const failure = await failureOf(impatient.collector.collect(signal())).finally(() => server.resume());
      expect(failure).toMatchObject({ code: 'iotdb.timeout', kind: 'unavailable' });
      await until('IoTDB is read again', async () => (await pass(withReporter.collector)).gaps.length === 0);
    });

    it('calls IoTDB degraded, not down, when only the ConfigNode is gone', async () => {
      await server.killConfigNode();
      const snapshot = await pass(withReporter.collector);
      expect(snapshot.version).not.toBeNull();
      expect(snapshot.nodes).toBeNull();
      expect(snapshot.load.pointsWritten).toBeGreaterThan(0);
      expect(withReporter.collector.judge(snapshot)[0]).toMatchObject({
        verdict: 'degraded',
        message: expect.stringContaining('ConfigNode') as string,
      });
      await server.start();
      await until('the cluster is whole again', async () => (await pass(withReporter.collector)).gaps.length === 0);
    }, 120_000);

    it('is down while the server is gone', async () => {
      await server.kill();
      expect(await failureOf(pass(withReporter.collector))).toMatchObject({
        code: 'iotdb.unreachable',
        kind: 'unavailable',
      });
    });

    // A 1.3 DataNode that holds data does not rejoin a 2.0 ConfigNode, so only a whole cluster can come back.
    if (version === '2.0') {
      it('is up again after a crash and a start, with no rate over it and counters that began anew', async () => {
        await server.start();
        const { client, clock, collector } = watch({ IOTDB_URL: server.restUrl, IOTDB_METRICS_URL: server.metricsUrl });
        await useDevice(client, 'root.office.door');
        const before = await pass(collector);
        await server.kill();
        await server.start();
        clock.aheadMs += 10_000;
        const after = await pass(collector);
        expect(after.gaps).toEqual([]);
        expect(after.load.pointsWritten ?? 0).toBeLessThan(before.load.pointsWritten ?? 0);
        expect(after.load.writeRate).toBeNull();
      }, 120_000);
    }
  });
});
