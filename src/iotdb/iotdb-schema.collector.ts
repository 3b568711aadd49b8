import { Inject, Injectable } from '@nestjs/common';
import { Collector, NotPresent } from '../collect/index.js';
import { AppError } from '../core/index.js';
import { IotdbClient } from './iotdb.client.js';
import { notConfigured } from './iotdb.collector.js';
import { iotdbConfig, type IotdbConfig } from './iotdb.config.js';
import { iotdbAborted, iotdbUnexpectedAnswer } from './iotdb.errors.js';
import { parseCount } from './iotdb.parse.js';
import { internalPrefix } from './iotdb.snapshot.js';
import { iotdbSchemaMetrics } from './iotdb-schema.metrics.js';
import type { IotdbSchemaSnapshot } from './iotdb-schema.snapshot.js';

/** Counts series and devices. IoTDB walks its schema for that, and reads data for the active ones: hence the slow pace. */
@Injectable()
export class IotdbSchemaCollector extends Collector<IotdbSchemaSnapshot> {
  override readonly component = 'iotdb-schema';
  override readonly follows = 'iotdb';
  override readonly metrics = iotdbSchemaMetrics;
  override readonly external = true;
  override readonly everyMs: number;
  override readonly timeoutMs: number;

  constructor(
    private readonly client: IotdbClient,
    @Inject(iotdbConfig.token) private readonly config: IotdbConfig,
  ) {
    super();
    this.everyMs = config.IOTDB_SCHEMA_INTERVAL_MS;
    this.timeoutMs = 2 * config.IOTDB_SCHEMA_TIMEOUT_MS + 1_000;
  }

  /** @throws NotPresent without IOTDB_URL; AppError of iotdb.errors.ts when the totals cannot be counted */
  override async collect(signal: AbortSignal): Promise<IotdbSchemaSnapshot> {
    if (!this.client.isConfigured) throw new NotPresent(notConfigured);
    const [timeseries, devices] = await Promise.all([
      this.count('TIMESERIES', '', signal),
      this.count('DEVICES', '', signal),
    ]);
    return {
      timeseries,
      devices,
      timeseriesActive: await this.countActive(signal),
      activeSeconds: this.config.IOTDB_ACTIVE_SECONDS,
    };
  }

  /**
   * `now()` is the server's clock in the server's precision, so neither ours nor SHOW VARIABLES is needed. Null when
   * the statement fails: before 1.3.3 the grammar has no condition, and 2.0.1 fails on aligned series in memory.
   */
  private async countActive(signal: AbortSignal): Promise<number | null> {
    try {
      return await this.count('TIMESERIES', ` WHERE time > now() - ${this.config.IOTDB_ACTIVE_SECONDS}s`, signal);
    } catch (error) {
      if (signal.aborted) throw iotdbAborted();
      if (error instanceof AppError && error.code !== 'iotdb.unreachable') return null;
      throw error;
    }
  }

  /** All that match, less those of IoTDB's own databases. */
  private async count(what: 'TIMESERIES' | 'DEVICES', condition: string, signal: AbortSignal): Promise<number> {
    const options = { timeoutMs: this.config.IOTDB_SCHEMA_TIMEOUT_MS };
    const [all, internal] = await Promise.all(
      ['root.**', `${internalPrefix}*.**`].map(async (path) =>
        parseCount(await this.client.query(`COUNT ${what} ${path}${condition}`, signal, options)),
      ),
    );
    if (all == null || internal == null) throw iotdbUnexpectedAnswer(200);
    return Math.max(0, all - internal);
  }
}
