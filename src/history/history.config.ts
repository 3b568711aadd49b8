import { defineConfig, variable, type ConfigOf } from '../core/index.js';

export const historyConfig = defineConfig('History', {
  HISTORY_SERIES_MAX: variable.integer({
    min: 100,
    max: 100_000,
    default: 5_000,
    description:
      'Series that have history at most; further ones are left out and counted in history_samples_dropped_total. ' +
      'A series takes about 0.65 MB when all tiers are full.',
  }),
  HISTORY_CACHE_MB: variable.integer({
    min: 1,
    max: 1_024,
    default: 32,
    description: 'Memory for prepared history answers, in MB of 2^20 bytes.',
  }),
});

export type HistoryConfig = ConfigOf<typeof historyConfig>;
