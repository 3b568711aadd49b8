import { defineConfig, variable, type ConfigOf } from '../core/index.js';

export const redisConfig = defineConfig('Redis', {
  REDIS_URL: variable.optionalUrl(['redis', 'rediss'], {
    secret: true,
    description:
      'Redis or Valkey server: redis://[user:password@]host[:port][/database], or rediss:// for TLS. Unset: no Redis.',
  }),
  REDIS_TIMEOUT_MS: variable.integer({
    min: 100,
    max: 30_000,
    default: 2_000,
    description: 'Longest wait for a connection to Redis (sign-in included), and for each answer.',
  }),
  REDIS_RESPONSE_MS_MAX: variable.integer({
    min: 1,
    max: 30_000,
    default: 250,
    description: 'Round trip of a PING from which Redis counts as degraded.',
  }),
  REDIS_MEMORY_PERCENT_MAX: variable.number({
    min: 1,
    max: 100,
    default: 90,
    description: 'Share of maxmemory from which a Redis that may not evict counts as degraded.',
  }),
  REDIS_CLIENTS_PERCENT_MAX: variable.number({
    min: 1,
    max: 100,
    default: 90,
    description: 'Share of maxclients from which Redis counts as degraded.',
  }),
});

export type RedisConfig = ConfigOf<typeof redisConfig>;
