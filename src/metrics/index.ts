export { metricsConfig } from './metrics.config.js';
export { MetricsModule } from './metrics.module.js';
