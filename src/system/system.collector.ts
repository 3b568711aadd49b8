import { Inject, Injectable } from '@nestjs/common';
import { Collector, type Check } from '../collect/index.js';
import { systemConfig, type SystemConfig } from './system.config.js';
import { judgeSystem } from './system.judge.js';
import { systemMetrics } from './system.metrics.js';
import { SystemReader } from './system.reader.js';
import type { SystemSnapshot } from './system.snapshot.js';

/** The host this process runs on. Each instance reports its own; no database is asked. */
@Injectable()
export class SystemCollector extends Collector<SystemSnapshot> {
  override readonly component = 'system';
  override readonly metrics = systemMetrics;
  override readonly checks = ['cpu', 'memory', 'disk_space'];
  override readonly scope = 'process';

  constructor(
    @Inject(systemConfig.token) private readonly config: SystemConfig,
    private readonly reader: SystemReader,
  ) {
    super();
  }

  /** @throws AppError system.unreadable */
  override collect(signal: AbortSignal): Promise<SystemSnapshot> {
    return this.reader.read(signal);
  }

  override judge(snapshot: SystemSnapshot): readonly Check[] {
    return judgeSystem(snapshot, this.config);
  }
}
