import { Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Body, Limited, type Principal, Requires, Returns } from '../core/index.js';
import { CurrentPrincipal } from './caller.js';
import {
  streamTicketBody,
  streamTicketSchema,
  type StreamTicketBody,
  type StreamTicketView,
} from './dto/stream-ticket.dto.js';
import { StreamTickets } from './stream-tickets.js';

@ApiTags('auth')
@Controller('api/v1/auth')
export class StreamTicketController {
  constructor(private readonly tickets: StreamTickets) {}

  @Post('stream-ticket')
  @Requires('statistics:read')
  @Limited('stream_ticket')
  @ApiOperation({
    operationId: 'createStreamTicket',
    summary: 'A ticket that opens one live stream once',
    description: 'For clients that cannot send a header. The stream ends when the token used here expires.',
  })
  @Returns(streamTicketSchema, { status: 201, description: 'The ticket.' })
  async create(
    @Body(streamTicketBody) body: StreamTicketBody,
    @CurrentPrincipal() principal: Principal,
  ): Promise<StreamTicketView> {
    const { ticket, expiresInSeconds } = await this.tickets.issue(principal, body.path);
    return { ticket, expires_in: expiresInSeconds };
  }
}
