import { Module } from '@nestjs/common';
import { RedisCollector } from './redis.collector.js';
import { RedisController } from './redis.controller.js';

@Module({ controllers: [RedisController], providers: [RedisCollector] })
export class RedisModule {}
