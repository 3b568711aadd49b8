import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Latest, statsBody } from '../collect/index.js';
import { Clock, Requires, Returns } from '../core/index.js';
import { iotdbExtra, iotdbStats } from './dto/iotdb-stats.dto.js';
import { iotdbMetrics } from './iotdb.metrics.js';
import { iotdbSchemaMetrics } from './iotdb-schema.metrics.js';

@ApiTags('statistics')
@Controller('api/v1/admin/stats/iotdb')
export class IotdbController {
  constructor(
    private readonly latest: Latest,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Requires('statistics:read')
  @ApiOperation({ operationId: 'getIotdbStats', summary: 'Figures of IoTDB from the last pass' })
  @Returns(iotdbStats, { description: 'The latest figures; all null while IoTDB is not up.' })
  get(): Record<string, unknown> {
    const nowMs = this.clock.nowMs();
    const schema = statsBody(this.latest, 'iotdb-schema', iotdbSchemaMetrics, 'iotdb_', nowMs, () => ({}));
    const main = statsBody(this.latest, 'iotdb', iotdbMetrics, 'iotdb_', nowMs, iotdbExtra);
    return { ...schema, ...main, schema_timestamp: schema.timestamp };
  }
}
