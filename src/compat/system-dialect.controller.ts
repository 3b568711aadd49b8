import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { AlertsService, Thresholds } from '../alerts/index.js';
import { Latest } from '../collect/index.js';
import { Clock, isoTime, Query, Requires, Returns } from '../core/index.js';
import { healthConfig, type HealthConfig, HealthService } from '../health/index.js';
import {
  systemAlertsAnswer,
  systemAlertsQuery,
  systemAlertView,
  systemHealthAnswer,
  systemHealthQuery,
  systemMetricsAnswer,
} from './dto/system-dialect.dto.js';
import { systemHealth } from './system-dialect.health.js';
import { type DialectInput, systemMetricsView } from './system-dialect.metrics.js';

/** The system dashboard's dialect (S1) on both of its paths. */
@ApiTags('system health')
@Controller(['api/core/admin/system', 'api/admin/system'])
@Requires('statistics:read')
export class SystemDialectController {
  constructor(
    private readonly latest: Latest,
    private readonly health: HealthService,
    private readonly clock: Clock,
    private readonly alerts: AlertsService,
    private readonly thresholds: Thresholds,
    @Inject(healthConfig.token) private readonly colours: HealthConfig,
  ) {}

  @Get('metrics')
  @ApiOperation({ operationId: 'getSystemMetrics', summary: 'The full snapshot of host, database, Redis and requests' })
  @Returns(systemMetricsAnswer, { description: 'The latest snapshot.' })
  metrics(): z.infer<typeof systemMetricsAnswer> {
    return { success: true, data: systemMetricsView(this.input()) };
  }

  @Get('health')
  @ApiOperation({ operationId: 'getSystemHealth', summary: 'Overall colour, score and status of each component' })
  @Returns(systemHealthAnswer, { description: 'The verdicts at this moment.' })
  system(@Query(systemHealthQuery) query: z.infer<typeof systemHealthQuery>): z.infer<typeof systemHealthAnswer> {
    const input = this.input();
    const { status, ...rest } = systemHealth(input.checks, input.colours);
    return {
      success: true,
      data: {
        status,
        timestamp: isoTime(input.nowMs),
        ...rest,
        active_alerts: this.alerts.active().length,
        ...(query.detailed ? { metrics: systemMetricsView(input) } : {}),
      },
    };
  }

  @Get('alerts')
  @ApiOperation({ operationId: 'getSystemAlerts', summary: 'Active alerts, or every alert that ever fired' })
  @Returns(systemAlertsAnswer, { description: 'Newest first.' })
  async listAlerts(
    @Query(systemAlertsQuery) query: z.infer<typeof systemAlertsQuery>,
  ): Promise<z.infer<typeof systemAlertsAnswer>> {
    const found = query.history ? await this.alerts.history(query.limit) : this.alerts.active().slice(0, query.limit);
    return {
      success: true,
      data: {
        type: query.history ? 'history' : 'active',
        count: found.length,
        alerts: found.map(systemAlertView),
        timestamp: isoTime(this.clock.nowMs()),
      },
    };
  }

  private input(): DialectInput {
    return {
      latest: this.latest,
      checks: this.health.checks(),
      thresholds: this.thresholds,
      colours: {
        yellowPercent: this.colours.HEALTH_COLOUR_YELLOW_PERCENT,
        redPercent: this.colours.HEALTH_COLOUR_RED_PERCENT,
      },
      nowMs: this.clock.nowMs(),
    };
  }
}
