import { Controller, Get, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Client, CurrentClient, CurrentPrincipal } from '../auth/index.js';
import { Body, type Principal, Requires, Returns } from '../core/index.js';
import { Thresholds } from './alerts.thresholds.js';
import {
  replaceThresholdsBody,
  type ReplaceThresholdsBody,
  thresholdsSchema,
  type ThresholdsView,
  thresholdsView,
} from './dto/thresholds.dto.js';
import { ThresholdsService } from './thresholds.service.js';

@ApiTags('alerts')
@Controller('api/v1/admin/thresholds')
@Requires('settings:write')
export class ThresholdsController {
  constructor(
    private readonly thresholds: Thresholds,
    private readonly service: ThresholdsService,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'getThresholds', summary: 'The thresholds in force, and where each comes from' })
  @Returns(thresholdsSchema, { description: 'All thresholds, in order of their ids.' })
  read(): ThresholdsView {
    return thresholdsView(this.thresholds);
  }

  @Put()
  @ApiOperation({
    operationId: 'replaceThresholds',
    summary: 'Set thresholds',
    description:
      'Replaces everything that was set here before: changes of known thresholds by id, and whole new ones. What is left out returns to the file and the defaults.',
  })
  @Returns(thresholdsSchema, { description: 'The thresholds in force from now on.' })
  async replace(
    @Body(replaceThresholdsBody) body: ReplaceThresholdsBody,
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
  ): Promise<ThresholdsView> {
    await this.service.replace({ principal, client }, body.thresholds);
    return thresholdsView(this.thresholds);
  }
}
