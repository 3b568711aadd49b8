export { SystemCollector } from './system.collector.js';
export { systemConfig } from './system.config.js';
export type { SystemConfig } from './system.config.js';
export { systemMetrics } from './system.metrics.js';
export { SystemModule } from './system.module.js';
export type {
  Disk,
  FileSystem,
  NetworkInterface,
  SystemCpu,
  SystemMemory,
  SystemNetwork,
  SystemSnapshot,
} from './system.snapshot.js';
