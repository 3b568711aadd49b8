import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { worst } from '../collect/index.js';
import { Clock, isoTime, Public, Requires, Returns } from '../core/index.js';
import {
  adminHealth,
  adminHealthView,
  contractChecks,
  healthSummary,
  liveness,
  readiness,
  summaryWords,
} from './dto/health.dto.js';
import { HealthService } from './health.service.js';

/** A score at or below this answers 503 (S0-101). */
const scoreForOk = 50;

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthService,
    private readonly clock: Clock,
  ) {}

  @Get('health/live')
  @Public('a supervisor asks whether the process runs', { unlimited: true })
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process runs; asks no dependency' })
  @Returns(liveness, { description: 'The process and its event loop run.' })
  live(): z.infer<typeof liveness> {
    return { status: 'alive', timestamp: isoTime(this.clock.nowMs()) };
  }

  @Get('health/ready')
  @Public('a load balancer asks whether to send traffic', { unlimited: true })
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether this instance can take traffic' })
  @Returns(readiness, { description: 'Ready: migrations are applied and the database answers.' })
  @ApiResponse({ status: 503, description: 'Not ready.', standardSchema: readiness })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<z.infer<typeof readiness>> {
    const isReady = Object.keys(await this.health.readinessProblems()).length === 0;
    if (!isReady) void reply.status(503);
    return { status: isReady ? 'ready' : 'not_ready', timestamp: isoTime(this.clock.nowMs()) };
  }

  @Get(['health', 'api/health'])
  @Public('runbooks and uptime monitors ask for the one word', { unlimited: true })
  @ApiOperation({ operationId: 'getHealth', summary: 'One word for the whole platform; 503 when something is down' })
  @Returns(healthSummary, { description: 'healthy, degraded or unknown.' })
  @ApiResponse({ status: 503, description: 'Something is down.', standardSchema: healthSummary })
  summary(@Res({ passthrough: true }) reply: FastifyReply): z.infer<typeof healthSummary> {
    const overall = this.health.overall();
    if (overall === 'down') void reply.status(503);
    return { status: summaryWords[overall], timestamp: isoTime(this.clock.nowMs()) };
  }

  @Get('api/v1/admin/health')
  @Requires('statistics:read')
  @ApiOperation({ operationId: 'getAdminHealth', summary: 'Every check with its figures and the limit behind it' })
  @Returns(adminHealth, { description: 'The score is above 50.' })
  @ApiResponse({ status: 503, description: 'The score is 50 or less.', standardSchema: adminHealth })
  async admin(@Res({ passthrough: true }) reply: FastifyReply): Promise<z.infer<typeof adminHealth>> {
    const checks = this.health.checks();
    const contract = checks.filter((c) => (contractChecks as readonly string[]).includes(c.name));
    const overall = worst(contract.flatMap((c) => (c.verdict === 'absent' ? [] : [c.verdict])));
    const problems = await this.health.readinessProblems();
    const body = adminHealthView(checks, overall, problems, isoTime(this.clock.nowMs()));
    if (body.overall_health_score <= scoreForOk) void reply.status(503);
    return body;
  }
}
