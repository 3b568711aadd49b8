import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock, Query, Requires, Returns } from '../core/index.js';
import { HistoryService } from '../history/index.js';
import {
  systemHistoryAnswer,
  type SystemHistoryAnswer,
  systemHistoryQuery,
  type SystemHistoryQuery,
} from './dto/system-history.dto.js';
import { systemHistory } from './system-history.js';

/** The system dashboard's history (S1) on both of its paths. */
@ApiTags('system health')
@Controller(['api/core/admin/system/history', 'api/admin/system/history'])
@Requires('statistics:read')
export class SystemHistoryController {
  constructor(
    private readonly history: HistoryService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'getSystemHistory', summary: 'The minutes of the last hour, day or week' })
  @Returns(systemHistoryAnswer, { description: 'One page, oldest first.' })
  get(@Query(systemHistoryQuery) query: SystemHistoryQuery): Promise<SystemHistoryAnswer> {
    return systemHistory(this.history, query, this.clock.nowMs());
  }
}
