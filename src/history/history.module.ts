import { join, resolve } from 'node:path';
import { Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../core/index.js';
import { embeddedConfig, type EmbeddedConfig } from '../embedded/index.js';
import { RedisClient, redisConfig, type RedisConfig } from '../redis/index.js';
import { BucketStore } from './bucket-store.js';
import { DayFileStore } from './day-file.store.js';
import { HistoryController } from './history.controller.js';
import { HistoryService } from './history.service.js';
import { HistorySink } from './history.sink.js';
import { RedisBucketStore } from './redis.store.js';

/** Redis where one is configured, so that instances share history; else files below DATA_DIR. */
function bucketStore(redis: RedisConfig, embedded: EmbeddedConfig, clock: Clock): BucketStore {
  if (redis.REDIS_URL === undefined) return new DayFileStore(join(resolve(embedded.DATA_DIR), 'history'));
  const client = new RedisClient(
    {
      url: redis.REDIS_URL,
      name: 'watchkeeper-history',
      timeoutMs: redis.REDIS_TIMEOUT_MS,
      selectDatabase: true,
      binary: true,
    },
    clock,
  );
  return new RedisBucketStore(client);
}

/** Closes the store when nothing writes to it any more. */
@Injectable()
class StoreCloser implements OnApplicationShutdown {
  constructor(@Inject(BucketStore) private readonly store: BucketStore) {}

  onApplicationShutdown(): Promise<void> {
    return this.store.close();
  }
}

@Module({
  controllers: [HistoryController],
  providers: [
    { provide: BucketStore, useFactory: bucketStore, inject: [redisConfig.token, embeddedConfig.token, Clock] },
    HistorySink,
    HistoryService,
    StoreCloser,
  ],
  exports: [HistoryService],
})
export class HistoryModule {}
