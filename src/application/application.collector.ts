import type { Server } from 'node:http';
import { promisify } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Check, Collector, QueueLengths } from '../collect/index.js';
import { Clock } from '../core/index.js';
import { applicationConfig, type ApplicationConfig } from './application.config.js';
import { judgeApplication } from './application.judge.js';
import { applicationMetrics } from './application.metrics.js';
import type { ApplicationSnapshot } from './application.snapshot.js';
import { HttpFigures } from './http-figures.js';
import { OpenStreams } from './open-streams.js';
import { RuntimeFigures } from './runtime-figures.js';
import { applicationVersion } from './version.js';

const microsecondsPerSecond = 1e6;

/** Reads this very process: what it served, and how its runtime feels. */
@Injectable()
export class ApplicationCollector extends Collector<ApplicationSnapshot> {
  readonly component = 'application';
  readonly metrics = applicationMetrics;
  override readonly checks = ['requests', 'errors'];
  override readonly scope = 'process';

  private readonly startedAtMs: number;

  constructor(
    private readonly http: HttpFigures,
    private readonly runtime: RuntimeFigures,
    private readonly streams: OpenStreams,
    private readonly queues: QueueLengths,
    private readonly adapterHost: HttpAdapterHost,
    clock: Clock,
    @Inject(applicationConfig.token) private readonly config: ApplicationConfig,
  ) {
    super();
    // Once: computed at every pass it would move with the clock, and changes() would see restarts.
    this.startedAtMs = Math.round(clock.nowMs() - process.uptime() * 1000);
  }

  override async collect(): Promise<ApplicationSnapshot> {
    const requests = this.http.read();
    const cpu = process.cpuUsage();
    const uptimeSeconds = process.uptime();
    return {
      version: applicationVersion,
      runtimeVersion: process.versions.node,
      startedAtMs: this.startedAtMs,
      uptimeSeconds,
      requests,
      errors: this.http.readErrors(),
      openStreams: this.streams.read(),
      openConnections: await this.openConnections(),
      queues: this.queues.read(),
      eventLoop: this.runtime.readEventLoop(),
      garbageCollection: this.runtime.readGarbageCollection(),
      memory: this.runtime.readMemory(),
      cpu: { userSeconds: cpu.user / microsecondsPerSecond, systemSeconds: cpu.system / microsecondsPerSecond },
      workers: { total: 1, active: requests.inProgress > 0 ? 1 : 0, idle: requests.inProgress > 0 ? 0 : 1 },
    };
  }

  override judge(snapshot: ApplicationSnapshot): readonly Check[] {
    return judgeApplication(snapshot, {
      requestP95WarnMs: this.config.HEALTH_REQUEST_P95_WARN_MS,
      errorRateWarnPercent: this.config.HEALTH_ERROR_RATE_WARN_PERCENT,
    });
  }

  private async openConnections(): Promise<number> {
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    if (!server.listening) return 0;
    return promisify(server.getConnections.bind(server))();
  }
}
