/** What a client can subscribe to with `?events=`. */
export const streamEventNames = ['cpu', 'memory', 'mqtt', 'alert', 'alert_update', 'observation'] as const;
export type StreamEventName = (typeof streamEventNames)[number];

/** What the stream says about itself. Always sent, without an id: it is no part of what can be resumed. */
export type ControlEventName = 'gap' | 'reset' | 'token_expired' | 'session_ended' | 'shutdown';

/** One event, serialised once for all clients. */
export interface StreamEvent {
  /** Grows from event to event, also over restarts. */
  readonly id: number;
  readonly name: StreamEventName;
  /**
   * Samples: what the event is the latest state of. A later event with the same key makes this one superfluous.
   * null for alerts, of which each one counts.
   */
  readonly supersedes: string | null;
  /** The event as it goes over the wire. */
  readonly bytes: Buffer;
}

/** An event before it has a place in the stream. */
export type UnnumberedEvent = Omit<StreamEvent, 'id' | 'bytes'> & { readonly body: object };
