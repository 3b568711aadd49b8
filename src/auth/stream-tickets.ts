import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Clock, type Principal } from '../core/index.js';
import { authConfig, type AuthConfig } from './auth.config.js';
import { TicketStore } from './stream-ticket.store.js';

/** A ticket as it is told once. */
export interface IssuedTicket {
  readonly ticket: string;
  readonly expiresInSeconds: number;
}

const ticketBytes = 32;
const ticketForm = /^[\w-]{43}$/;

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url');
}

/**
 * Makes and redeems tickets: a ticket stands in a URL, and so in logs and histories, where an access token should not;
 * it opens one stream, once, and soon means nothing.
 */
@Injectable()
export class StreamTickets {
  constructor(
    private readonly store: TicketStore,
    private readonly clock: Clock,
    @Inject(authConfig.token) private readonly config: AuthConfig,
  ) {}

  /** @param path route of the stream that the ticket opens */
  async issue(principal: Principal, path: string): Promise<IssuedTicket> {
    const ticket = randomBytes(ticketBytes).toString('base64url');
    await this.store.put(hashOf(ticket), { principal, path }, this.config.STREAM_TICKET_TTL_MS);
    return { ticket, expiresInSeconds: Math.floor(this.config.STREAM_TICKET_TTL_MS / 1000) };
  }

  /**
   * Uses a ticket up, whether or not it is for this stream.
   * @returns who it was made for, with the end of the token it was asked for with; null when it opens nothing
   */
  async redeem(ticket: string, path: string): Promise<Principal | null> {
    if (!ticketForm.test(ticket)) return null;
    const found = await this.store.take(hashOf(ticket));
    if (!found || found.path !== path) return null;
    return found.principal.expiresAtMs > this.clock.nowMs() ? found.principal : null;
  }
}
