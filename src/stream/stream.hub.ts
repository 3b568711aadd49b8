import { randomInt } from 'node:crypto';
import type { Writable } from 'node:stream';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { mayDo, Revocations } from '../auth/index.js';
import { Clock, type Principal, type Timer } from '../core/index.js';
import { StreamClient } from './stream.client.js';
import { streamConfig, type StreamConfig } from './stream.config.js';
import { encodeControl, encodeEvent, encodeRetry } from './stream.encoder.js';
import type { StreamEvent, StreamEventName, UnnumberedEvent } from './stream.event.js';
import { StreamInstruments } from './stream.instruments.js';
import { Replay } from './stream.replay.js';

/** Ids are microseconds: they grow over restarts, and stay exact numbers in JavaScript until the year 2255. */
const idsPerMs = 1000;
/** At the end of the process, clients may take this long to receive the farewell. */
const farewellMs = 1000;

export interface NewStream {
  readonly principal: Principal;
  readonly names: ReadonlySet<StreamEventName>;
  /** The last event that the client has seen; null when it comes for the first time. */
  readonly lastId: number | null;
  /** The response, its head already written. */
  readonly connection: Writable;
  /** Called once, when the connection is gone. */
  onClose(): void;
}

interface OpenStream {
  readonly client: StreamClient;
  readonly principal: Principal;
}

/**
 * Gives every event its id and its bytes, once, and hands it to every client. One timer tends all clients: session,
 * role, end of the token, keep-alive, stalled connections.
 */
@Injectable()
export class StreamHub implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly streams = new Set<OpenStream>();
  private readonly replay: Replay;
  /** Tells the ids of instances apart that number an event in the same millisecond. */
  private readonly offset = randomInt(idsPerMs);
  private lastId = 0;
  private timer: Timer | undefined;
  private ending = false;
  private whenEmpty: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly revocations: Revocations,
    private readonly instruments: StreamInstruments,
    @Inject(streamConfig.token) private readonly config: StreamConfig,
  ) {
    this.replay = new Replay(config.STREAM_REPLAY_EVENTS, config.STREAM_REPLAY_BYTES);
  }

  /** True from the beginning of the shutdown: no stream may be opened any more. */
  get closing(): boolean {
    return this.ending;
  }

  /** Number of open streams. */
  get size(): number {
    return this.streams.size;
  }

  onApplicationBootstrap(): void {
    this.tendLater();
  }

  /** Sends events to every client that subscribed to them. Never blocks and never throws. */
  publish(unnumbered: readonly UnnumberedEvent[]): void {
    const events: StreamEvent[] = unnumbered.map((event) => encodeEvent(event, this.nextId()));
    for (const event of events) this.replay.add(event);
    for (const { client } of this.streams) client.offer(events);
  }

  /** Takes a client in. */
  open(stream: NewStream): void {
    const { config, instruments } = this;
    const entry = this.replay.enter(stream.lastId);
    const open: OpenStream = {
      principal: stream.principal,
      client: new StreamClient({
        connection: stream.connection,
        names: stream.names,
        entry,
        preamble: encodeRetry(config.STREAM_RETRY_MS),
        limits: {
          maxEvents: config.STREAM_QUEUE_EVENTS,
          maxBytes: config.STREAM_QUEUE_BYTES,
          stallMs: config.STREAM_STALL_MS,
          keepAliveMs: config.STREAM_KEEP_ALIVE_MS,
        },
        clock: this.clock,
        onSent: (events) => instruments.sent(events),
        onDrop: (drops) => instruments.dropped(drops),
        onClose: (reason) => {
          this.streams.delete(open);
          instruments.closed(reason);
          stream.onClose();
          if (this.streams.size === 0) this.whenEmpty?.();
        },
      }),
    };
    this.streams.add(open);
    instruments.opened();
  }

  /** Ends every stream with a farewell, so that the process ends in time however many are open. */
  async beforeApplicationShutdown(): Promise<void> {
    this.ending = true;
    this.timer?.cancel();
    if (this.streams.size === 0) return;
    const farewell = encodeControl('shutdown', {});
    const empty = new Promise<void>((resolve) => {
      this.whenEmpty = resolve;
    });
    for (const { client } of [...this.streams]) client.end('shutdown', farewell);
    let late: Timer | undefined;
    const waited = new Promise<void>((resolve) => {
      late = this.clock.after(farewellMs, resolve);
    });
    await Promise.race([empty, waited]);
    late?.cancel();
    for (const { client } of [...this.streams]) client.cut('shutdown');
  }

  private nextId(): number {
    this.lastId = Math.max(this.lastId + 1, this.clock.nowMs() * idsPerMs + this.offset);
    return this.lastId;
  }

  private tendLater(): void {
    this.timer = this.clock.after(this.config.STREAM_RECHECK_MS, () => {
      for (const stream of [...this.streams]) this.tend(stream);
      if (!this.ending) this.tendLater();
    });
  }

  private tend({ client, principal }: OpenStream): void {
    if (this.revocations.refuses(principal) || !mayDo(principal, 'statistics:read')) {
      client.end('session_ended', encodeControl('session_ended', {}));
    } else if (principal.expiresAtMs <= this.clock.nowMs()) {
      client.end('token_expired', encodeControl('token_expired', {}));
    }
    client.tend(this.replay.lastId);
  }
}
