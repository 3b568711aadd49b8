import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Latest, statsBody } from '../collect/index.js';
import { Clock, Requires, Returns } from '../core/index.js';
import { applicationMetrics } from './application.metrics.js';
import { applicationExtra, applicationStats } from './dto/application-stats.dto.js';

@ApiTags('statistics')
@Controller('api/v1/admin/stats/application')
@Requires('statistics:read')
export class ApplicationController {
  constructor(
    private readonly latest: Latest,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getApplicationStats',
    summary: 'Figures of this application: requests, latency, errors, runtime',
  })
  @Returns(applicationStats, { description: 'The latest figures.' })
  get(): Record<string, unknown> {
    return statsBody(this.latest, 'application', applicationMetrics, 'app_', this.clock.nowMs(), applicationExtra);
  }
}
