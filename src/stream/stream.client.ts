import type { Writable } from 'node:stream';
import type { Clock } from '../core/index.js';
import { encodeControl, encodeKeepAlive } from './stream.encoder.js';
import type { StreamEvent, StreamEventName } from './stream.event.js';
import type { CloseReason } from './stream.instruments.js';
import { ClientQueue, type Drops, type QueueLimits } from './stream.queue.js';
import type { Entry } from './stream.replay.js';

/** Small events are written together up to this size: fewer system calls, and no write is large. */
const batchBytes = 16_384;

export interface ClientOptions {
  /** The response, its head already written. */
  readonly connection: Writable;
  readonly names: ReadonlySet<StreamEventName>;
  readonly entry: Entry;
  /** Written before anything else. */
  readonly preamble: Buffer;
  readonly limits: QueueLimits & { readonly stallMs: number; readonly keepAliveMs: number };
  readonly clock: Clock;
  onSent(events: number): void;
  onDrop(drops: Drops): void;
  /** Called once, when the connection is gone. */
  onClose(reason: CloseReason): void;
}

/**
 * Writes a stream to one client, and never more than it takes: after a write that the connection could not pass on,
 * events wait in the bounded queue until it has drained.
 */
export class StreamClient {
  private readonly queue: ClientQueue;
  /** What the client is sent before live events; the events are the hub's own, not copies. */
  private backlog: StreamEvent[];
  private blockedSinceMs: number | null = null;
  private lastWriteMs: number;
  private endedBecause: CloseReason | null = null;
  private gone = false;

  constructor(private readonly o: ClientOptions) {
    this.queue = new ClientQueue(o.limits, (drops) => o.onDrop(drops));
    this.backlog = o.entry.events.filter((event) => o.names.has(event.name));
    this.lastWriteMs = o.clock.monotonicMs();
    o.connection.on('drain', () => this.drained());
    // Without a listener a reset connection would be an uncaught error; `close` follows.
    o.connection.on('error', () => undefined);
    o.connection.once('close', () => this.closed());
    this.write(o.entry.reset ? [o.preamble, encodeControl('reset', {})] : [o.preamble], 0);
    this.pump();
  }

  /** Events that wait here; never more than the limits allow, beside the events to catch up with. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Takes part in what the others hear too. Events that were published together are written together. */
  offer(events: readonly StreamEvent[]): void {
    if (this.endedBecause !== null) return;
    for (const event of events) {
      if (!this.o.names.has(event.name)) continue;
      if (this.queue.offer(event) === 'overflow') return this.cut('overflow');
    }
    this.pump();
  }

  /** Cuts a client that has stalled and breaks a long silence. @param lastId of the latest event of all */
  tend(lastId: number | null): void {
    const nowMs = this.o.clock.monotonicMs();
    if (this.blockedSinceMs !== null) {
      if (nowMs - this.blockedSinceMs >= this.o.limits.stallMs) this.cut('stalled');
      return;
    }
    if (this.endedBecause === null && nowMs - this.lastWriteMs >= this.o.limits.keepAliveMs) {
      this.write([encodeKeepAlive(lastId)], 0);
    }
  }

  /** Says farewell and ends the stream. What waits is given up: the client can resume. */
  end(reason: CloseReason, farewell: Buffer): void {
    if (this.endedBecause !== null) return;
    this.endedBecause = reason;
    this.o.connection.end(farewell);
    // If the client does not take even this, it has stalled.
    this.blockedSinceMs ??= this.o.clock.monotonicMs();
  }

  /** Drops the connection. */
  cut(reason: CloseReason): void {
    this.endedBecause ??= reason;
    this.o.connection.destroy();
  }

  private pump(): void {
    while (this.endedBecause === null && this.blockedSinceMs === null) {
      const parts: Buffer[] = [];
      let size = 0;
      let events = 0;
      while (size < batchBytes) {
        const event = this.backlog.shift() ?? this.nextLive(parts);
        if (!event) break;
        parts.push(event.bytes);
        size += event.bytes.length;
        events += 1;
      }
      if (parts.length === 0) return;
      this.write(parts, events);
    }
  }

  /** The next event of the queue, after word of those that were dropped before it. */
  private nextLive(parts: Buffer[]): StreamEvent | undefined {
    const missed = this.queue.takeMissed();
    if (missed > 0) parts.push(encodeControl('gap', { dropped: missed }));
    return this.queue.take();
  }

  private write(parts: readonly Buffer[], events: number): void {
    const [first] = parts;
    if (!first) return;
    this.lastWriteMs = this.o.clock.monotonicMs();
    const more = this.o.connection.write(parts.length === 1 ? first : Buffer.concat(parts));
    if (!more) this.blockedSinceMs = this.lastWriteMs;
    if (events > 0) this.o.onSent(events);
  }

  private drained(): void {
    this.blockedSinceMs = null;
    this.pump();
  }

  private closed(): void {
    if (this.gone) return;
    this.gone = true;
    this.endedBecause ??= 'client';
    this.backlog = [];
    this.o.onClose(this.endedBecause);
  }
}
