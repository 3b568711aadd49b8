import { defineConfig, variable, type ConfigOf } from '../core/index.js';

const percent = { min: 1, max: 100 };

export const compatConfig = defineConfig('System dashboard', {
  THRESHOLD_CPU_PERCENT: variable.number({
    ...percent,
    default: 80,
    description: 'Alert threshold of CPU usage; strictly above it is a breach.',
  }),
  THRESHOLD_MEMORY_PERCENT: variable.number({
    ...percent,
    default: 85,
    description: 'Alert threshold of memory usage.',
  }),
  THRESHOLD_DISK_PERCENT: variable.number({
    ...percent,
    default: 90,
    description: 'Alert threshold of the fullest file system.',
  }),
  THRESHOLD_DATABASE_MS: variable.number({
    min: 1,
    max: 600_000,
    default: 1_000,
    description: 'Alert threshold of the database response time.',
  }),
  THRESHOLD_REQUEST_MS: variable.number({
    min: 1,
    max: 600_000,
    default: 2_000,
    description: 'Alert threshold of the 95th percentile of request durations.',
  }),
});

export type CompatConfig = ConfigOf<typeof compatConfig>;
