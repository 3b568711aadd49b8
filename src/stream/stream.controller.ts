import type { OutgoingHttpHeaders } from 'node:http';
import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { normalizeIp } from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpFigures } from '../application/index.js';
import { AcceptsQueryToken, type Client, CurrentClient, CurrentPrincipal } from '../auth/index.js';
import { type Principal, Query, Requires } from '../core/index.js';
import { lastEventId, streamQuery, type StreamQuery } from './dto/stream-query.dto.js';
import { StreamAdmission } from './stream.admission.js';
import { shuttingDown } from './stream.errors.js';
import { streamEventNames } from './stream.event.js';
import { StreamHub } from './stream.hub.js';
import { StreamInstruments } from './stream.instruments.js';

const streamHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  // no-transform: a proxy that compresses would hold events back.
  'cache-control': 'no-store, no-transform',
  'referrer-policy': 'no-referrer',
  // nginx would collect the answer before it passes it on.
  'x-accel-buffering': 'no',
};

const description = `Server-sent events, one connection for everything an operator watches. The latest figures come at once, then
every pass as it is collected.

| event | data |
| --- | --- |
| \`cpu\` | \`timestamp\`, \`usage_percent\`, \`load_average\` over 1, 5 and 15 minutes |
| \`memory\` | \`timestamp\`, \`used_mb\`, \`percent_used\` |
| \`mqtt\` | \`timestamp\`, \`messages_per_second\`, \`active_connections\` |
| \`alert\`, \`alert_update\` | \`id\`, \`timestamp\`, \`severity\`, \`component\`, \`message\`, \`status\`, \`device_id\` |
| \`observation\` | one run of one component: \`timestamp\`, \`component\`, \`outcome\`, \`checks\`, \`samples\` |
| \`gap\` | \`dropped\`: so many events were left out because the client was too slow |
| \`reset\` | the place asked for is not known any more: read the state anew |
| \`token_expired\`, \`session_ended\`, \`shutdown\` | the last event; connect again, after the first two with a new token |

A field is null while its source is silent. Send the token in the header, a single-use \`ticket\`, or \`token\` as parameter.`;

@ApiTags('statistics')
@Controller('api/v1/admin/monitor')
export class StreamController {
  constructor(
    private readonly hub: StreamHub,
    private readonly admission: StreamAdmission,
    private readonly figures: HttpFigures,
    private readonly instruments: StreamInstruments,
  ) {}

  @Get('stream')
  @Requires('statistics:read')
  @AcceptsQueryToken()
  @ApiOperation({
    operationId: 'followMonitor',
    summary: 'Follow figures and alerts as server-sent events',
    description,
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Resume after this event.' })
  @ApiProduces('text/event-stream')
  @ApiResponse({ status: 200, description: 'The stream.', schema: { type: 'string' } })
  follow(
    @Query(streamQuery) query: StreamQuery,
    @Headers('last-event-id') header: string | undefined,
    @CurrentPrincipal() principal: Principal,
    @CurrentClient() client: Client,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    if (request.method === 'HEAD') return void reply.headers(streamHeaders).send();
    if (this.hub.closing) {
      this.instruments.rejected('shutdown');
      throw shuttingDown();
    }
    const release = this.admission.admit(principal.userId, normalizeIp(client.address));
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...streamHeaders });
    this.figures.handedOver(request, reply);
    this.hub.open({
      principal,
      names: new Set(query.events ?? streamEventNames),
      lastId: lastEventId(header, query.last_event_id),
      connection: response,
      onClose: release,
    });
  }
}
