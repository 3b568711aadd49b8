import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { awaitStopped, freePort, temporaryDirectory, until, type RunningServer } from './process.js';

/** Which real server: a whole 2.0 cluster, or a 1.3 DataNode that has joined a 2.0 ConfigNode (see fetch-iotdb.mjs). */
export type IotdbVersion = '1.3' | '2.0';

/** A ConfigNode and a DataNode of their own on loopback. `url` is the REST service without credentials. */
export interface RunningIotdb extends RunningServer {
  readonly restUrl: string;
  /** Prometheus reporter of the DataNode. */
  readonly metricsUrl: string;
  /** Where the DataNode keeps its TsFiles. */
  readonly dataDirectory: string;
  readonly user: string;
  readonly password: string;
  /** Runs one statement over REST and fails unless IoTDB answers 200 in both senses. */
  execute(sql: string): Promise<void>;
  /** SIGKILL to the ConfigNode alone; `start` brings it back. */
  killConfigNode(): Promise<void>;
}

const cache = resolve(process.env.IOTDB_CACHE_DIR ?? join(process.cwd(), '.cache', 'iotdb'));
const libraries = (version: IotdbVersion): string => join(cache, version, 'lib');

/** Packages that IoTDB reaches into by reflection; Java 17 keeps them closed otherwise. */
const opens = ['lang', 'util', 'util.concurrent', 'nio', 'io', 'net'].flatMap((name) => [
  '--add-opens',
  `java.base/java.${name}=ALL-UNNAMED`,
]);
/** Two small JVMs that start fast: about 500 MB together. */
const frugal = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto', '-XX:MaxDirectMemorySize=256m'];

/** Why the server cannot run here, and what to do; null when it can. */
export function iotdbMissing(version: IotdbVersion): string | null {
  const java = (process.env.PATH ?? '').split(':').some((directory) => existsSync(join(directory, 'java')));
  if (!java) return 'java is not installed: apt-get install openjdk-17-jre-headless';
  const needed = version === '2.0' ? (['2.0'] as const) : (['2.0', '1.3'] as const);
  const missing = needed.filter((each) => !existsSync(join(cache, each, 'manifest.json')));
  return missing.length > 0 ? `IoTDB ${missing.join(' and ')} is not fetched: node scripts/fetch-iotdb.mjs` : null;
}

/**
 * `describe` for tests that need a real IoTDB. Without one they are skipped on a laptop, with the reason in the title
 * and on stderr; in CI they run and fail.
 */
export function describeIotdb(version: IotdbVersion, title: string, tests: () => void): void {
  const missing = iotdbMissing(version);
  if (missing === null || process.env.CI === 'true') {
    describe(title, tests);
    return;
  }
  process.stderr.write(`SKIPPED, not proved: ${title}: ${missing}\n`);
  describe.skip(`${title} [skipped: ${missing}]`, tests);
}

interface Ports {
  readonly config: number;
  readonly configConsensus: number;
  readonly rpc: number;
  readonly internal: number;
  readonly exchange: number;
  readonly schemaConsensus: number;
  readonly dataConsensus: number;
  readonly rest: number;
  readonly metrics: number;
}

async function freePorts(): Promise<Ports> {
  const taken = new Set<number>();
  const next = async (): Promise<number> => {
    for (;;) {
      const port = await freePort();
      if (!taken.has(port)) {
        taken.add(port);
        return port;
      }
    }
  };
  return {
    config: await next(),
    configConsensus: await next(),
    rpc: await next(),
    internal: await next(),
    exchange: await next(),
    schemaConsensus: await next(),
    dataConsensus: await next(),
    rest: await next(),
    metrics: await next(),
  };
}

function settings(home: string, ports: Ports): string {
  const data = join(home, 'data');
  const lines: Record<string, string | number | boolean> = {
    cluster_name: 'watchkeeper_test',
    cn_internal_address: '127.0.0.1',
    cn_internal_port: ports.config,
    cn_consensus_port: ports.configConsensus,
    cn_seed_config_node: `127.0.0.1:${ports.config}`,
    dn_rpc_address: '127.0.0.1',
    dn_rpc_port: ports.rpc,
    dn_internal_address: '127.0.0.1',
    dn_internal_port: ports.internal,
    dn_mpp_data_exchange_port: ports.exchange,
    dn_schema_region_consensus_port: ports.schemaConsensus,
    dn_data_region_consensus_port: ports.dataConsensus,
    dn_seed_config_node: `127.0.0.1:${ports.config}`,
    schema_replication_factor: 1,
    data_replication_factor: 1,
    cn_system_dir: `${data}/config/system`,
    cn_consensus_dir: `${data}/config/consensus`,
    cn_pipe_receiver_file_dir: `${data}/config/pipe`,
    dn_system_dir: `${data}/data/system`,
    dn_data_dirs: `${data}/data/data`,
    dn_consensus_dir: `${data}/data/consensus`,
    dn_wal_dirs: `${data}/data/wal`,
    dn_tracing_dir: `${data}/data/tracing`,
    dn_sync_dir: `${data}/data/sync`,
    sort_tmp_dir: `${data}/data/tmp`,
    dn_pipe_receiver_file_dirs: `${data}/data/pipe`,
    // 32 MiB of direct memory per region otherwise, which a small JVM does not have.
    wal_buffer_size_in_byte: 4_194_304,
    enable_rest_service: true,
    rest_service_port: ports.rest,
    dn_metric_reporter_list: 'PROMETHEUS',
    dn_metric_level: 'IMPORTANT',
    dn_metric_prometheus_reporter_port: ports.metrics,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** One JVM whose output goes to a file, so that a long run never fills a pipe. */
class Jvm {
  private child: ChildProcess | undefined;

  constructor(
    private readonly log: string,
    private readonly args: readonly string[],
    private readonly cwd: string,
  ) {}

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  start(): void {
    if (this.isRunning) return;
    const output = openSync(this.log, 'w');
    this.child = spawn('java', [...this.args], { cwd: this.cwd, stdio: ['ignore', output, output] });
    this.child.once('error', () => undefined);
    closeSync(output);
  }

  signal(name: NodeJS.Signals): void {
    if (!this.isRunning) return;
    this.child?.kill(name);
    if (name === 'SIGSTOP') awaitStopped(this.child?.pid);
  }

  async end(name: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (!child || !this.isRunning) return;
    const gone = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(name);
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await gone;
    clearTimeout(timer);
  }

  tail(): string {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').slice(-1500) : '';
  }
}

/**
 * Starts a fresh cluster of two JVMs in a directory of its own. `dispose` removes it. Takes 8 to 20 s. `start` after
 * `stop` is for 2.0: a 1.3 DataNode that holds data does not rejoin a ConfigNode of 2.0.
 */
export async function startIotdb(version: IotdbVersion): Promise<RunningIotdb> {
  const missing = iotdbMissing(version);
  if (missing !== null) throw new Error(missing);
  const ports = await freePorts();
  const directory = temporaryDirectory('iotdb');
  const home = directory.path;
  mkdirSync(join(home, 'conf'));
  writeFileSync(join(home, 'conf', 'iotdb-system.properties'), settings(home, ports));

  const configNode = new Jvm(
    join(home, 'confignode.log'),
    [
      ...opens,
      ...frugal,
      '-Xmx256m',
      `-DCONFIGNODE_HOME=${home}`,
      `-DCONFIGNODE_CONF=${home}/conf`,
      `-DCONFIGNODE_LOGS=${home}/logs`,
      '-cp',
      join(libraries('2.0'), '*'),
      'org.apache.iotdb.confignode.service.ConfigNode',
      '-s',
    ],
    home,
  );
  const dataNode = new Jvm(
    join(home, 'datanode.log'),
    [
      ...opens,
      ...frugal,
      '-Xmx512m',
      '-DOFF_HEAP_MEMORY=256M',
      `-DIOTDB_HOME=${home}`,
      `-DIOTDB_CONF=${home}/conf`,
      `-DTSFILE_HOME=${home}`,
      `-DIOTDB_LOG_DIR=${home}/logs`,
      '-cp',
      join(libraries(version), '*'),
      'org.apache.iotdb.db.service.DataNode',
      '-s',
    ],
    home,
  );

  const restUrl = `http://127.0.0.1:${ports.rest}`;
  // The account that every fresh IoTDB has.
  const account = { user: 'root', password: 'root' };
  const authorization = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`;
  const post = async (path: string, sql: string): Promise<Record<string, unknown>> => {
    const response = await fetch(`${restUrl}/rest/v2/${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ sql }),
      signal: AbortSignal.timeout(10_000),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const execute = async (sql: string): Promise<void> => {
    const answer = await post('nonQuery', sql);
    if (answer.code !== 200) throw new Error(`${sql}: ${JSON.stringify(answer)}`);
  };
  const ready = async (): Promise<boolean> => {
    if (!dataNode.isRunning || !configNode.isRunning) return true;
    const ping = await fetch(`${restUrl}/ping`, { signal: AbortSignal.timeout(2_000) });
    if (ping.status !== 200) return false;
    const { values } = (await post('query', 'SHOW CLUSTER')) as { values?: string[][] };
    const states = values?.[2] ?? [];
    if (states.length < 2 || states.some((state) => state !== 'Running')) return false;
    // Regions are made by the first write; until then IoTDB answers 906. One database, so that figures stay known.
    await execute('INSERT INTO root.readiness.probe(time, ready) VALUES(1, true)');
    await execute('DELETE DATABASE root.readiness');
    return true;
  };
  const all = (name: NodeJS.Signals): void => {
    dataNode.signal(name);
    configNode.signal(name);
  };
  const end = async (name: NodeJS.Signals): Promise<void> => {
    await dataNode.end(name);
    await configNode.end(name);
  };
  const start = async (): Promise<void> => {
    configNode.start();
    dataNode.start();
    const output = (): string => `ConfigNode: ${configNode.tail()}\nDataNode: ${dataNode.tail()}`;
    await until('IoTDB takes writes', ready, 90_000).catch((error: unknown) => {
      throw new Error(`IoTDB ${version} did not get ready. ${output()}`, { cause: error });
    });
    if (!dataNode.isRunning || !configNode.isRunning) throw new Error(`IoTDB ${version} ended. ${output()}`);
  };
  const dispose = async (): Promise<void> => {
    await end('SIGKILL');
    directory.remove();
  };
  await start().catch(async (error: unknown) => {
    await dispose();
    throw error;
  });
  return {
    port: ports.rest,
    url: restUrl,
    restUrl,
    metricsUrl: `http://127.0.0.1:${ports.metrics}/metrics`,
    dataDirectory: join(home, 'data', 'data', 'data'),
    ...account,
    execute,
    killConfigNode: () => configNode.end('SIGKILL'),
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    suspend: () => all('SIGSTOP'),
    resume: () => all('SIGCONT'),
    dispose,
  };
}
