import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Latest } from '../collect/index.js';
import { Clock, Limited, Requires, Returns } from '../core/index.js';
import { systemStatsSchema, type SystemStats } from './dto/system-stats.dto.js';
import { systemStatsView } from './dto/system-stats.view.js';
import { notReadYet } from './system.errors.js';
import type { SystemSnapshot } from './system.snapshot.js';

@ApiTags('statistics')
@Controller('api/v1/admin/stats/system')
@Requires('statistics:read')
export class SystemController {
  constructor(
    private readonly latest: Latest,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError system.not_read_yet while there is no successful pass to answer from */
  @Get()
  @Limited('stats_system')
  @ApiOperation({
    operationId: 'getSystemStats',
    summary: 'Figures of the host: CPU, memory, file systems, network and disks',
  })
  @Returns(systemStatsSchema, { description: 'The host as the last pass read it.' })
  get(): SystemStats {
    const read = this.latest.snapshot<SystemSnapshot>('system');
    if (!read) throw notReadYet();
    return systemStatsView(read.snapshot, read.atMs, this.clock.nowMs());
  }
}
