import { defineConfig, variable } from '../core/index.js';
import type { ConfigOf } from '../core/index.js';

const percent = (preset: number, description: string) =>
  variable.number({ min: 1, max: 100, default: preset, description });

export const systemConfig = defineConfig(
  'Host limits',
  {
    HEALTH_CPU_WARN_PERCENT: percent(80, 'CPU use from which the check cpu is degraded.'),
    HEALTH_MEMORY_WARN_PERCENT: percent(85, 'Memory use from which the check memory is degraded.'),
    HEALTH_DISK_WARN_PERCENT: percent(
      80,
      'Use of the fullest file system from which the check disk_space is degraded.',
    ),
    HEALTH_DISK_CRITICAL_PERCENT: percent(
      90,
      'Use of the fullest file system from which disk_space says that space is nearly used up.',
    ),
  },
  (values) =>
    values.HEALTH_DISK_CRITICAL_PERCENT < values.HEALTH_DISK_WARN_PERCENT
      ? [['HEALTH_DISK_CRITICAL_PERCENT', 'is below HEALTH_DISK_WARN_PERCENT']]
      : [],
);

export type SystemConfig = ConfigOf<typeof systemConfig>;
