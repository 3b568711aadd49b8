import type { StreamEvent } from './stream.event.js';

/** Where a client takes up the stream. */
export interface Entry {
  /** What it is sent first, in order. */
  readonly events: readonly StreamEvent[];
  /** True when it asked for a place that is not known any more: events may be missing. */
  readonly reset: boolean;
}

/** The latest events, bounded in number and bytes, and the latest of each kind of sample. */
export class Replay {
  private events: StreamEvent[] = [];
  private bytes = 0;
  /** Bounded: components and kinds of samples are closed sets. */
  private readonly latest = new Map<string, StreamEvent>();
  /** The last event that made room for another: whoever has seen it has missed nothing. */
  private lastForgotten: number | null = null;

  constructor(
    private readonly maxEvents: number,
    private readonly maxBytes: number,
  ) {}

  /** Id of the latest event; null before the first. */
  get lastId(): number | null {
    return this.events.at(-1)?.id ?? this.lastForgotten;
  }

  get length(): number {
    return this.events.length;
  }

  add(event: StreamEvent): void {
    if (event.supersedes !== null) this.latest.set(event.supersedes, event);
    this.events.push(event);
    this.bytes += event.bytes.length;
    while (this.events.length > this.maxEvents || this.bytes > this.maxBytes) {
      const forgotten = this.events.shift();
      if (!forgotten) return;
      this.bytes -= forgotten.bytes.length;
      this.lastForgotten = forgotten.id;
    }
  }

  /**
   * @param lastId the last event that the client has seen; null for a client that comes for the first time
   * @returns everything after that event; for a new client, and when the place is not known, the latest state of
   *   every kind of sample
   */
  enter(lastId: number | null): Entry {
    if (lastId === null) return { events: this.state(), reset: false };
    const place = this.events.findIndex((event) => event.id === lastId);
    if (place >= 0) return { events: this.events.slice(place + 1), reset: false };
    if (lastId === this.lastForgotten) return { events: [...this.events], reset: false };
    return { events: this.state(), reset: true };
  }

  private state(): StreamEvent[] {
    return [...this.latest.values()].sort((a, b) => a.id - b.id);
  }
}
