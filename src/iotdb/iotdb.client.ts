import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../core/index.js';
import { addressOf, type HttpTarget, type IotdbAddress } from './iotdb.address.js';
import { iotdbConfig, type IotdbConfig } from './iotdb.config.js';
import {
  iotdbAuthRefused,
  iotdbNotServing,
  iotdbRefused,
  iotdbReporterFailed,
  iotdbUnexpectedAnswer,
} from './iotdb.errors.js';
import { exchange } from './iotdb.http.js';
import { type IotdbAnswer, type IotdbTable, parseAnswer } from './iotdb.parse.js';
import { IotdbTraffic } from './iotdb.traffic.js';

export type IotdbDataType = 'BOOLEAN' | 'INT32' | 'INT64' | 'FLOAT' | 'DOUBLE' | 'TEXT';

/** Values of one device: `values[i]` is the column of `measurements[i]`, one entry per timestamp. */
export interface IotdbTablet {
  readonly device: string;
  /** In the precision of the cluster, milliseconds by default. At least one. */
  readonly timestamps: readonly number[];
  readonly measurements: readonly string[];
  readonly dataTypes: readonly IotdbDataType[];
  readonly values: readonly (readonly (number | string | boolean | null)[])[];
  /** A device is either aligned or not, for good. */
  readonly isAligned: boolean;
}

export interface QueryOptions {
  /** Longest result; IoTDB refuses, never truncates. It needs one more than what is expected. */
  readonly rowLimit?: number;
  /** Instead of IOTDB_TIMEOUT_MS. */
  readonly timeoutMs?: number;
}

const defaultRowLimit = 10_000;

/**
 * IoTDB's REST service (v2, tree model) and the Prometheus reporters of its DataNodes. Connections are kept alive and
 * shared. All methods throw an AppError of iotdb.errors.ts and honour the signal in every wait.
 */
@Injectable()
export class IotdbClient {
  readonly traffic = new IotdbTraffic();
  private readonly address: IotdbAddress | null;

  constructor(
    @Inject(iotdbConfig.token) private readonly config: IotdbConfig,
    private readonly clock: Clock,
  ) {
    this.address = addressOf(config);
  }

  /** False without IOTDB_URL; nothing else may be called then. */
  get isConfigured(): boolean {
    return this.address !== null;
  }

  /** Whether the DataNodes' own figures can be read. */
  get hasReporters(): boolean {
    return this.address !== null && this.address.reporters.length > 0;
  }

  /** Resolves when the REST service runs and its DataNode serves statements. Needs no account. */
  async ping(signal: AbortSignal): Promise<void> {
    const { status, body } = await exchange(
      { url: `${this.base}/ping`, authorization: null },
      null,
      this.config.IOTDB_TIMEOUT_MS,
      signal,
    );
    if (status === 503) throw iotdbNotServing();
    const answer = parseAnswer(body);
    if (status !== 200 || answer.kind !== 'done') throw iotdbUnexpectedAnswer(status);
  }

  /** Runs SELECT, SHOW, COUNT or LIST. */
  async query(sql: string, signal: AbortSignal, options: QueryOptions = {}): Promise<IotdbTable> {
    const startedMs = this.clock.monotonicMs();
    const body = { sql, row_limit: options.rowLimit ?? defaultRowLimit };
    const answer = await this.post('query', body, options.timeoutMs ?? this.config.IOTDB_TIMEOUT_MS, signal);
    if (answer.kind !== 'table') throw iotdbUnexpectedAnswer(200);
    this.traffic.reads.observe((this.clock.monotonicMs() - startedMs) / 1000);
    return answer.table;
  }

  /** Runs DDL, DELETE or FLUSH. Points go through `insertTablet`, which counts them. */
  async execute(sql: string, signal: AbortSignal): Promise<void> {
    await this.post('nonQuery', { sql }, this.config.IOTDB_TIMEOUT_MS, signal);
  }

  /** Writes all points of one device, or fails. A repetition overwrites the same points. */
  async insertTablet(tablet: IotdbTablet, signal: AbortSignal): Promise<void> {
    const startedMs = this.clock.monotonicMs();
    const { device, timestamps, measurements, dataTypes, values, isAligned } = tablet;
    const body = { device, timestamps, measurements, data_types: dataTypes, values, is_aligned: isAligned };
    await this.post('insertTablet', body, this.config.IOTDB_TIMEOUT_MS, signal);
    this.traffic.writes.observe((this.clock.monotonicMs() - startedMs) / 1000);
    this.traffic.countPoints(values.reduce((sum, column) => sum + column.filter((value) => value !== null).length, 0));
  }

  /** The exposition of every DataNode, in the order of IOTDB_METRICS_URL. Fails when one of them does. */
  async expositions(signal: AbortSignal): Promise<readonly string[]> {
    return Promise.all((this.address?.reporters ?? []).map((reporter) => this.exposition(reporter, signal)));
  }

  private async exposition(reporter: HttpTarget, signal: AbortSignal): Promise<string> {
    const { status, body } = await exchange(reporter, null, this.config.IOTDB_TIMEOUT_MS, signal).catch(
      (error: unknown) => {
        throw iotdbReporterFailed(error);
      },
    );
    if (status !== 200) throw iotdbReporterFailed(new Error(`HTTP ${status}`));
    return body;
  }

  private get base(): string {
    return this.address?.base ?? '';
  }

  /** Statements fail with HTTP 200 and a code in the body, and in newer versions with other statuses too. */
  private async post(path: string, body: unknown, timeoutMs: number, signal: AbortSignal): Promise<IotdbAnswer> {
    const target = { url: `${this.base}/rest/v2/${path}`, authorization: this.address?.authorization ?? null };
    const answered = await exchange(target, JSON.stringify(body), timeoutMs, signal);
    if (answered.status === 401) throw iotdbAuthRefused();
    const answer = parseAnswer(answered.body);
    if (answer.kind === 'refused') throw iotdbRefused(answer.code, answer.message);
    if (answer.kind === 'foreign' || answered.status !== 200) throw iotdbUnexpectedAnswer(answered.status);
    return answer;
  }
}
