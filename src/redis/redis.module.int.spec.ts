import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { until } from '../../test/support/process.js';
import { runRedis } from '../../test/support/redis.js';
import { Latest } from '../collect/index.js';
import { Clock, SystemClock } from '../core/index.js';
import { RedisCollector } from './redis.collector.js';
import { redisConfig, type RedisConfig } from './redis.config.js';
import { RedisController } from './redis.controller.js';
import { RedisModule } from './redis.module.js';

describe('RedisModule', () => {
  it('builds from the global providers alone, and lets go of the server when the application ends', async () => {
    const server = await runRedis();
    const config: RedisConfig = {
      REDIS_URL: server.url,
      REDIS_TIMEOUT_MS: 2_000,
      REDIS_RESPONSE_MS_MAX: 250,
      REDIS_MEMORY_PERCENT_MAX: 90,
      REDIS_CLIENTS_PERCENT_MAX: 90,
    };
    const providers = [
      { provide: redisConfig.token, useValue: config },
      { provide: Clock, useClass: SystemClock },
      Latest,
    ];
    @Global()
    @Module({ providers, exports: [redisConfig.token, Clock, Latest] })
    class World {}

    const application = await Test.createTestingModule({ imports: [World, RedisModule] }).compile();
    expect(application.get(RedisController).get()).toMatchObject({ status: 'unknown' });
    const snapshot = await application.get(RedisCollector).collect(AbortSignal.timeout(5_000));
    expect(snapshot.info.product).toBe('redis');
    await application.close();
    await until('the monitor has left', async () => !(await server.tell('CLIENT', 'LIST')).includes('watchkeeper'));
    await server.dispose();
  });
});
