import { Injectable, type OnModuleDestroy, type OnModuleInit, Optional } from '@nestjs/common';
import { AlertFeed } from './alert-feed.js';
import { alertEvent } from './dto/stream-event.dto.js';
import { StreamHub } from './stream.hub.js';

/** Streams what the alert feed tells; without a feed there are no alerts to stream. */
@Injectable()
export class StreamAlerts implements OnModuleInit, OnModuleDestroy {
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly hub: StreamHub,
    @Optional() private readonly feed?: AlertFeed,
  ) {}

  onModuleInit(): void {
    this.unsubscribe = this.feed?.subscribe((notice) => this.hub.publish([alertEvent(notice)]));
  }

  onModuleDestroy(): void {
    this.unsubscribe?.();
  }
}
