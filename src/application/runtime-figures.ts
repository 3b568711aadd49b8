import {
  constants,
  type EventLoopUtilization,
  monitorEventLoopDelay,
  performance,
  PerformanceObserver,
} from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { ApplicationSnapshot, GarbageCollection } from './application.snapshot.js';

const gcKinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};
const nanosecondsPerSecond = 1e9;
/** Resolution of the delay probe; Node subtracts nothing, so an idle loop reads about this much. */
const resolutionMs = 10;

/** Event loop, garbage collection and memory of this process. */
@Injectable()
export class RuntimeFigures implements OnModuleInit, OnApplicationShutdown {
  private readonly delay = monitorEventLoopDelay({ resolution: resolutionMs });
  private readonly collections = new Map<string, { runs: number; seconds: number }>(
    Object.values(gcKinds).map((kind) => [kind, { runs: 0, seconds: 0 }]),
  );
  private observer: PerformanceObserver | undefined;
  private utilization: EventLoopUtilization = performance.eventLoopUtilization();

  onModuleInit(): void {
    this.delay.enable();
    this.observer = new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries()) {
        const kind = gcKinds[(entry as { detail?: { kind?: number } }).detail?.kind ?? -1];
        const figures = kind === undefined ? undefined : this.collections.get(kind);
        if (!figures) continue;
        figures.runs += 1;
        figures.seconds += entry.duration / 1000;
      }
    });
    this.observer.observe({ entryTypes: ['gc'] });
  }

  onApplicationShutdown(): void {
    this.observer?.disconnect();
    this.delay.disable();
  }

  /** Delay and utilization since the last call, which is the last pass. */
  readEventLoop(): ApplicationSnapshot['eventLoop'] {
    const now = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(now, this.utilization);
    this.utilization = now;
    const empty = this.delay.count === 0;
    const delayBeyondTimer = (ns: number): number =>
      empty ? 0 : Math.max(0, ns / nanosecondsPerSecond - resolutionMs / 1000);
    const figures = {
      meanSeconds: delayBeyondTimer(this.delay.mean),
      p50Seconds: delayBeyondTimer(this.delay.percentile(50)),
      p99Seconds: delayBeyondTimer(this.delay.percentile(99)),
      maxSeconds: delayBeyondTimer(this.delay.max),
      utilizationPercent: since.utilization * 100,
    };
    this.delay.reset();
    return figures;
  }

  readGarbageCollection(): readonly GarbageCollection[] {
    return [...this.collections].map(([kind, figures]) => ({ kind, ...figures }));
  }

  readMemory(): ApplicationSnapshot['memory'] {
    const memory = process.memoryUsage();
    return {
      residentBytes: memory.rss,
      heapTotalBytes: memory.heapTotal,
      heapUsedBytes: memory.heapUsed,
      heapLimitBytes: getHeapStatistics().heap_size_limit,
      externalBytes: memory.external,
    };
  }
}
