import { Controller, Get, Put } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Client, CurrentClient, CurrentPrincipal } from '../auth/index.js';
import { Param, type Principal, problemSchema, Query, Requires, Returns } from '../core/index.js';
import { AlertsService } from './alerts.service.js';
import {
  alertPageSchema,
  type AlertPageView,
  alertSchema,
  type AlertView,
  alertView,
  listAlertsQuery,
  type ListAlertsQuery,
} from './dto/alert.dto.js';

const alertId = z.uuid();

@ApiTags('alerts')
@Controller('api/v1/alerts')
export class AlertsController {
  constructor(private readonly alerts: AlertsService) {}

  @Get()
  @Requires('alerts:read')
  @ApiOperation({ operationId: 'listAlerts', summary: 'List alerts, newest first' })
  @Returns(alertPageSchema, { description: 'One page.' })
  async list(
    @Query(listAlertsQuery) query: ListAlertsQuery,
    @CurrentPrincipal() principal: Principal,
  ): Promise<AlertPageView> {
    const { alerts, nextCursor } = await this.alerts.list(principal, query);
    return { items: alerts.map(alertView), next_cursor: nextCursor };
  }

  @Get(':id')
  @Requires('alerts:read')
  @ApiOperation({ operationId: 'getAlert', summary: 'One alert' })
  @Returns(alertSchema, { description: 'The alert.' })
  async get(@Param('id', alertId) id: string, @CurrentPrincipal() principal: Principal): Promise<AlertView> {
    return alertView(await this.alerts.get(principal, id));
  }

  @Put(':id/ack')
  @Requires('alerts:acknowledge')
  @ApiOperation({
    operationId: 'acknowledgeAlert',
    summary: 'Mark an alert as seen',
    description: 'A second time changes nothing: the first one to acknowledge stays named.',
  })
  @ApiResponse({ status: 409, description: 'The alert is resolved.', standardSchema: problemSchema })
  @Returns(alertSchema, { description: 'The alert after the change.' })
  async acknowledge(
    @Param('id', alertId) id: string,
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
  ): Promise<AlertView> {
    return alertView(await this.alerts.acknowledge({ principal, client }, id));
  }

  @Put(':id/resolve')
  @Requires('alerts:resolve')
  @ApiOperation({
    operationId: 'resolveAlert',
    summary: 'End an alert by hand',
    description: 'A second time changes nothing. While the condition holds, a new alert begins.',
  })
  @Returns(alertSchema, { description: 'The alert after the change.' })
  async resolve(
    @Param('id', alertId) id: string,
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
  ): Promise<AlertView> {
    return alertView(await this.alerts.resolve({ principal, client }, id));
  }
}
