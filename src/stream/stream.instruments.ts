import { Injectable } from '@nestjs/common';
import { Instruments } from '../collect/index.js';
import { streamInstruments } from './stream.metrics.js';
import type { Drops } from './stream.queue.js';

export type RejectReason = 'instance' | 'user' | 'address' | 'shutdown';
/** `overflow`: only alerts waited and one more came; the client resumes and gets them all. */
export type CloseReason = 'client' | 'stalled' | 'overflow' | 'token_expired' | 'session_ended' | 'shutdown';

/** The numbers of the live streams. Labels come from the unions above. */
@Injectable()
export class StreamInstruments {
  private readonly clients;
  private readonly sentEvents;
  private readonly droppedEvents;
  private readonly rejections;
  private readonly closures;

  constructor(instruments: Instruments) {
    this.clients = instruments.gauge(streamInstruments.clients);
    this.sentEvents = instruments.counter(streamInstruments.sent);
    this.droppedEvents = instruments.counter(streamInstruments.dropped);
    this.rejections = instruments.counter(streamInstruments.rejected);
    this.closures = instruments.counter(streamInstruments.closed);
  }

  opened(): void {
    this.clients.add(1);
  }

  closed(reason: CloseReason): void {
    this.clients.add(-1);
    this.closures.add(1, reason);
  }

  sent(events: number): void {
    this.sentEvents.add(events);
  }

  dropped(drops: Drops): void {
    if (drops.superseded > 0) this.droppedEvents.add(drops.superseded, 'superseded');
    if (drops.overflow > 0) this.droppedEvents.add(drops.overflow, 'overflow');
  }

  rejected(reason: RejectReason): void {
    this.rejections.add(1, reason);
  }
}
