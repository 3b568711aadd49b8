import { Injectable } from '@nestjs/common';
import { Clock, type Principal } from '../core/index.js';

/** What a ticket stands for. */
export interface StreamTicket {
  readonly principal: Principal;
  /** Route of the one stream it opens. */
  readonly path: string;
}

/** Where unused tickets are kept, by the SHA-256 of their text: who reads the store cannot use them. */
export abstract class TicketStore {
  /** @param lifeMs after which the ticket is gone */
  abstract put(hash: string, ticket: StreamTicket, lifeMs: number): Promise<void>;
  /** Takes the ticket out: of any number of callers exactly one gets it. undefined when unknown, used or expired. */
  abstract take(hash: string): Promise<StreamTicket | undefined>;
}

const maxHeld = 10_000;

/** Tickets of this process. A ticket opens a stream on the instance that made it. */
@Injectable()
export class MemoryTicketStore extends TicketStore {
  /** In order of their end. */
  private readonly tickets = new Map<string, { readonly ticket: StreamTicket; readonly endMs: number }>();

  constructor(private readonly clock: Clock) {
    super();
  }

  /** Tickets held, expired ones that nobody came for included. */
  get size(): number {
    return this.tickets.size;
  }

  put(hash: string, ticket: StreamTicket, lifeMs: number): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    for (const [held, { endMs }] of this.tickets) {
      if (endMs > nowMs && this.tickets.size < maxHeld) break;
      this.tickets.delete(held);
    }
    this.tickets.set(hash, { ticket, endMs: nowMs + lifeMs });
    return Promise.resolve();
  }

  take(hash: string): Promise<StreamTicket | undefined> {
    const held = this.tickets.get(hash);
    this.tickets.delete(hash);
    return Promise.resolve(held && held.endMs > this.clock.monotonicMs() ? held.ticket : undefined);
  }
}
