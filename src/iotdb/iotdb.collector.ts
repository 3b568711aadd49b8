import { Inject, Injectable } from '@nestjs/common';
import { type Check, Collector, NotPresent } from '../collect/index.js';
import { AppError, Clock } from '../core/index.js';
import { IotdbClient } from './iotdb.client.js';
import { iotdbConfig, type IotdbConfig } from './iotdb.config.js';
import { addEngines, diskUsedPercent, readEngine } from './iotdb.engine.js';
import { iotdbAborted } from './iotdb.errors.js';
import { judgeIotdb } from './iotdb.judge.js';
import {
  clientLoad,
  countsOfEngines,
  countsOfTraffic,
  type LoadBase,
  nextBase,
  ratesBetween,
  serverLoad,
} from './iotdb.load.js';
import { iotdbMetrics } from './iotdb.metrics.js';
import { parseCount, parseNodes, parseRegions, parseVersion } from './iotdb.parse.js';
import {
  type EngineFigures,
  internalPrefix,
  type IotdbGap,
  type IotdbLoad,
  type IotdbSnapshot,
} from './iotdb.snapshot.js';

/** Text for the operator when IoTDB is not configured; both collectors say it. */
export const notConfigured = 'No IoTDB is configured. Set IOTDB_URL to watch one.';

/** Nodes and region replicas of the largest cluster that is read in one statement. */
const maxRows = 100_001;

/** What is read of one part: a value, or why it is missing. */
type Part<T> = { readonly value: T; readonly gap: null } | { readonly value: null; readonly gap: IotdbGap };

/**
 * Reads IoTDB over its REST service, and the DataNodes' Prometheus reporters where they are configured. Three SHOW and
 * two COUNT statements a pass, none of which touches data or walks the schema.
 */
@Injectable()
export class IotdbCollector extends Collector<IotdbSnapshot> {
  override readonly component = 'iotdb';
  override readonly metrics = iotdbMetrics;
  override readonly checks = ['iotdb'];
  override readonly external = true;
  /** Two waits of IOTDB_TIMEOUT_MS follow each other; beyond them only our own work is left. */
  override readonly timeoutMs: number;
  private base: LoadBase | null = null;

  constructor(
    private readonly client: IotdbClient,
    private readonly clock: Clock,
    @Inject(iotdbConfig.token) private readonly config: IotdbConfig,
  ) {
    super();
    this.timeoutMs = 2 * config.IOTDB_TIMEOUT_MS + 1_000;
  }

  /**
   * @throws NotPresent without IOTDB_URL; iotdb.unreachable, iotdb.timeout, iotdb.aborted, iotdb.auth_refused,
   * iotdb.not_serving and iotdb.unexpected_answer, all of kind `unavailable`
   */
  override async collect(signal: AbortSignal): Promise<IotdbSnapshot> {
    if (!this.client.isConfigured) throw new NotPresent(notConfigured);
    const [, identity] = await Promise.all([this.client.ping(signal), this.identify(signal)]);
    const [nodes, databases, regions, engines] = await Promise.all([
      this.part('nodes', signal, async () => parseNodes(await this.show('SHOW CLUSTER', signal))),
      this.part('databases', signal, () => this.countDatabases(signal)),
      this.part('regions', signal, async () => parseRegions(await this.show('SHOW REGIONS', signal))),
      this.part('reporters', signal, async () => (await this.client.expositions(signal)).map(readEngine)),
    ]);
    const known = engines.value ?? [];
    const engine = known.length === 0 ? null : known.reduce(addEngines);
    const fullest = known.flatMap((each) => diskUsedPercent(each) ?? []);
    return {
      ...identity,
      nodes: nodes.value,
      databases: databases.value,
      regions: regions.value?.groups ?? null,
      // The reporters are exact and count every replica; SHOW REGIONS rounds and counts the leaders.
      dataBytes: this.client.hasReporters ? (engine?.dataBytes ?? null) : (regions.value?.dataBytes ?? null),
      walBytes: engine?.walBytes ?? null,
      engine,
      diskUsedPercent: fullest.length === 0 ? null : Math.max(...fullest),
      load: this.load(engines.value, engine),
      gaps: [nodes, databases, regions, engines].flatMap((part) => part.gap ?? []),
    };
  }

  override judge(snapshot: IotdbSnapshot): readonly Check[] {
    return judgeIotdb(snapshot, {
      responseMsMax: this.config.IOTDB_RESPONSE_MS_MAX,
      diskPercentMax: this.config.IOTDB_DISK_PERCENT_MAX,
    });
  }

  private show(sql: string, signal: AbortSignal): ReturnType<IotdbClient['query']> {
    return this.client.query(sql, signal, { rowLimit: maxRows });
  }

  /** Also proves that the account is accepted, which /ping does not. */
  private async identify(signal: AbortSignal): Promise<Pick<IotdbSnapshot, 'version' | 'responseMs'>> {
    const startedMs = this.clock.monotonicMs();
    const version = parseVersion(await this.client.query('SHOW VERSION', signal));
    return { version, responseMs: this.clock.monotonicMs() - startedMs };
  }

  private async countDatabases(signal: AbortSignal): Promise<number | null> {
    const [all, internal] = await Promise.all([
      this.client.query('COUNT DATABASES root.**', signal),
      this.client.query(`COUNT DATABASES ${internalPrefix}*`, signal),
    ]);
    const [allCount, internalCount] = [parseCount(all), parseCount(internal)];
    return allCount === null || internalCount === null ? null : allCount - internalCount;
  }

  /**
   * A part that fails is a gap: a DataNode goes on serving without its ConfigNode, and a lesser account may still
   * count. But a server that is gone, or a run that is over, fails as a whole.
   */
  private async part<T>(name: IotdbGap['part'], signal: AbortSignal, read: () => Promise<T>): Promise<Part<T>> {
    try {
      return { value: await read(), gap: null };
    } catch (error) {
      if (signal.aborted) throw iotdbAborted();
      if (!(error instanceof AppError) || error.code === 'iotdb.unreachable') throw error;
      return { value: null, gap: { part: name, message: error.publicText } };
    }
  }

  private load(engines: readonly EngineFigures[] | null, engine: EngineFigures | null): IotdbLoad {
    const { traffic, hasReporters } = this.client;
    if (hasReporters && engines === null) return serverLoad(null, { writeRate: null, readRate: null });
    const counts = hasReporters ? countsOfEngines(engines ?? []) : countsOfTraffic(traffic);
    const now: LoadBase = { counts, atMs: this.clock.monotonicMs() };
    const rates = ratesBetween(this.base, now);
    this.base = nextBase(this.base, now);
    return hasReporters ? serverLoad(engine, rates) : clientLoad(traffic, rates);
  }
}
