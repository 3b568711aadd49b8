import { defineConfig, variable, type ConfigOf } from '../core/index.js';

export const applicationConfig = defineConfig('Application', {
  HEALTH_REQUEST_P95_WARN_MS: variable.integer({
    min: 1,
    max: 600_000,
    default: 2_000,
    description: 'The check "requests" is degraded when the 95th percentile of the last 60 s is above this.',
  }),
  HEALTH_ERROR_RATE_WARN_PERCENT: variable.number({
    min: 0,
    max: 100,
    default: 1,
    description:
      'The check "errors" is degraded when more than this share of the requests of the last 60 s failed (5xx).',
  }),
});

export type ApplicationConfig = ConfigOf<typeof applicationConfig>;
