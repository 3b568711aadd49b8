import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Latest, statsBody } from '../collect/index.js';
import { Clock, Requires, Returns } from '../core/index.js';
import { mqttExtra, mqttStats } from './dto/mqtt-stats.dto.js';
import { mqttMetrics } from './mqtt.metrics.js';

@ApiTags('statistics')
@Controller('api/v1/admin/stats/mqtt')
@Requires('statistics:read')
export class MqttController {
  constructor(
    private readonly latest: Latest,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getMqttStats',
    summary: 'Figures of the MQTT broker: connections, messages, subscriptions, bandwidth',
  })
  @Returns(mqttStats, { description: 'The latest figures.' })
  get(): Record<string, unknown> {
    return statsBody(this.latest, 'mqtt', mqttMetrics, 'mqtt_', this.clock.nowMs(), mqttExtra);
  }
}
