export { RedisClient } from './redis.client.js';
export type { RedisClientOptions } from './redis.client.js';
export { RedisCollector } from './redis.collector.js';
export { redisConfig } from './redis.config.js';
export type { RedisConfig } from './redis.config.js';
export type { RedisCommand, RedisConnection, RedisReply } from './redis.connection.js';
export { redisMetrics } from './redis.metrics.js';
export { RedisModule } from './redis.module.js';
export type { RedisInfo, RedisSnapshot } from './redis.snapshot.js';
