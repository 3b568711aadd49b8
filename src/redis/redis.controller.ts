import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Latest, statsBody } from '../collect/index.js';
import { Clock, Requires, Returns } from '../core/index.js';
import { redisExtra, redisStats } from './dto/redis-stats.dto.js';
import { redisMetrics } from './redis.metrics.js';

@ApiTags('statistics')
@Controller('api/v1/admin/stats/redis')
export class RedisController {
  constructor(
    private readonly latest: Latest,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Requires('statistics:read')
  @ApiOperation({ operationId: 'getRedisStats', summary: 'Figures of the Redis server from the last pass' })
  @Returns(redisStats, { description: 'The latest figures; all null while Redis is not up.' })
  get(): Record<string, unknown> {
    return statsBody(this.latest, 'redis', redisMetrics, 'redis_', this.clock.nowMs(), redisExtra);
  }
}
