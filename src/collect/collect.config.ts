import { defineConfig, variable, type ConfigOf } from '../core/index.js';

export const collectConfig = defineConfig('Collection', {
  COLLECT_INTERVAL_MS: variable.integer({
    min: 1_000,
    max: 3_600_000,
    default: 10_000,
    description: 'Milliseconds between two passes of a collector that names no cadence of its own.',
  }),
  COLLECT_PROBE_MS: variable.integer({
    min: 1_000,
    max: 600_000,
    default: 10_000,
    description: 'Pause between two probes of a server whose circuit breaker is open (after 5 failures in a row).',
  }),
});

export type CollectConfig = ConfigOf<typeof collectConfig>;
