import type { StreamEvent } from './stream.event.js';

export interface QueueLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** What became of an offered event: `overflow` means that only alerts wait and none of them may be dropped. */
export type Offer = 'queued' | 'dropped' | 'overflow';

/** What was dropped, by why. */
export interface Drops {
  readonly superseded: number;
  readonly overflow: number;
}

/**
 * Events that wait for one client, bounded in number and bytes. When an event does not fit, samples of which a later
 * one waits go first (the latest wins), then the oldest samples. Alerts are never dropped.
 */
export class ClientQueue {
  private events: StreamEvent[] = [];
  private held = 0;
  private missed = 0;

  /** @param onDrop hears of every loss, for the figures */
  constructor(
    private readonly limits: QueueLimits,
    private readonly onDrop: (drops: Drops) => void = () => undefined,
  ) {}

  get length(): number {
    return this.events.length;
  }

  /** Bytes of what waits. */
  get bytes(): number {
    return this.held;
  }

  offer(event: StreamEvent): Offer {
    if (!this.fits(event)) this.makeRoom(event);
    if (this.fits(event)) {
      this.events.push(event);
      this.held += event.bytes.length;
      return 'queued';
    }
    if (event.supersedes === null) return 'overflow';
    this.lost({ superseded: 0, overflow: 1 });
    return 'dropped';
  }

  /** The next event; undefined when none waits. */
  take(): StreamEvent | undefined {
    const event = this.events.shift();
    if (event) this.held -= event.bytes.length;
    return event;
  }

  /** How many events were dropped since the last call. */
  takeMissed(): number {
    const { missed } = this;
    this.missed = 0;
    return missed;
  }

  private fits(event: StreamEvent): boolean {
    return this.events.length < this.limits.maxEvents && this.held + event.bytes.length <= this.limits.maxBytes;
  }

  private makeRoom(incoming: StreamEvent): void {
    const before = this.events.length;
    this.keep(withoutSuperseded(this.events, incoming));
    const superseded = before - this.events.length;
    let overflow = 0;
    for (let i = 0; i < this.events.length && !this.fits(incoming);) {
      const event = this.events[i];
      if (event === undefined || event.supersedes === null) {
        i += 1;
        continue;
      }
      this.events.splice(i, 1);
      this.held -= event.bytes.length;
      overflow += 1;
    }
    this.lost({ superseded, overflow });
  }

  private keep(events: StreamEvent[]): void {
    this.events = events;
    this.held = events.reduce((sum, event) => sum + event.bytes.length, 0);
  }

  private lost(drops: Drops): void {
    this.missed += drops.superseded + drops.overflow;
    if (drops.superseded + drops.overflow > 0) this.onDrop(drops);
  }
}

/** The events in their order, without samples of which a later one, or the incoming one, tells a newer state. */
function withoutSuperseded(events: readonly StreamEvent[], incoming: StreamEvent): StreamEvent[] {
  const seen = new Set<string | null>([incoming.supersedes]);
  seen.delete(null);
  const kept: StreamEvent[] = [];
  for (const event of events.toReversed()) {
    if (event.supersedes !== null && seen.has(event.supersedes)) continue;
    seen.add(event.supersedes);
    kept.push(event);
  }
  return kept.reverse();
}
