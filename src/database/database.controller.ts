import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Latest } from '../collect/index.js';
import { Clock, Requires, Returns } from '../core/index.js';
import { databaseStats, databaseStatsBody } from './dto/database-stats.dto.js';

@ApiTags('statistics')
@Controller('api/v1/admin/stats/database')
export class DatabaseController {
  constructor(
    private readonly latest: Latest,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Requires('statistics:read')
  @Returns(databaseStats, {
    description: 'Figures of the latest passes; nothing is read from PostgreSQL for the answer.',
  })
  @ApiOperation({
    operationId: 'getDatabaseStats',
    summary: 'PostgreSQL: version, size, connections, pool, queries, tables and the most expensive statements',
  })
  get(): Record<string, unknown> {
    return databaseStatsBody(this.latest, this.clock.nowMs());
  }
}
