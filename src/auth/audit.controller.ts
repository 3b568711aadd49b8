import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Query, Requires, Returns, type Principal } from '../core/index.js';
import { Database } from '../database/index.js';
import { listAuditEvents } from './audit.repository.js';
import { CurrentPrincipal } from './caller.js';
import {
  auditEventPageSchema,
  auditEventView,
  listAuditEventsQuery,
  type AuditEventPageView,
  type ListAuditEventsQuery,
} from './dto/audit-event.dto.js';

@ApiTags('users')
@Controller('api/v1/audit-events')
export class AuditController {
  constructor(private readonly database: Database) {}

  @Get()
  @Requires('users:read')
  @ApiOperation({ operationId: 'listAuditEvents', summary: 'List security events, newest first' })
  @Returns(auditEventPageSchema, { description: 'One page.' })
  async list(
    @Query(listAuditEventsQuery) query: ListAuditEventsQuery,
    @CurrentPrincipal() principal: Principal,
  ): Promise<AuditEventPageView> {
    const { events, more } = await this.database.run((em) => listAuditEvents(em, principal, query));
    const last = events.at(-1);
    return { items: events.map(auditEventView), next_cursor: more && last ? String(last.id) : null };
  }
}
