import type { ControlEventName, StreamEvent, UnnumberedEvent } from './stream.event.js';

/** JSON has no line break outside its strings and escapes them inside, so one `data:` line always holds all of it. */
function frame(name: string, body: object, id: string): Buffer {
  return Buffer.from(`event: ${name}\n${id}data: ${JSON.stringify(body)}\n\n`);
}

/** Serialises an event in the form of the HTML standard's event streams. */
export function encodeEvent({ name, supersedes, body }: UnnumberedEvent, id: number): StreamEvent {
  return { id, name, supersedes, bytes: frame(name, body, `id: ${id}\n`) };
}

/** An event about the stream itself: without an id, so that it never becomes a client's Last-Event-ID. */
export function encodeControl(name: ControlEventName, body: object): Buffer {
  return frame(name, body, '');
}

/** First bytes of every stream. */
export function encodeRetry(retryMs: number): Buffer {
  return Buffer.from(`retry: ${retryMs}\n\n`);
}

/**
 * A comment, and where the client stands: by the standard an id without data moves Last-Event-ID and fires nothing.
 * A client whose filter lets little through would otherwise fall out of the replay without having missed anything.
 */
export function encodeKeepAlive(lastId: number | null): Buffer {
  return Buffer.from(lastId === null ? ': keep-alive\n\n' : `: keep-alive\nid: ${lastId}\n\n`);
}
