import { z } from 'zod';
import { streamEventNames, type StreamEventName } from '../stream.event.js';

const known = new Set<string>(streamEventNames);

const eventList = z
  .string()
  .max(200)
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine((names) => names.every((name) => known.has(name)), {
    error: `must be a comma-separated list of ${streamEventNames.join(', ')}`,
  })
  .transform((names) => names as StreamEventName[]);

const id = z.string().regex(/^\d{1,16}$/, 'is not an id of this stream');

/** Unnamed on purpose: only an inline object becomes single query parameters in the API description. */
export const streamQuery = z.strictObject({
  events: eventList.optional().describe(`Comma-separated: ${streamEventNames.join(', ')}. All of them unless given.`),
  last_event_id: id
    .optional()
    .describe('Resume after this event, for clients that cannot set the header Last-Event-ID, which goes first.'),
  ticket: z.string().max(100).optional().describe('Single-use ticket of POST /api/v1/auth/stream-ticket.'),
  token: z.string().max(4096).optional().describe('Access token, for EventSource clients. Prefer a ticket.'),
});
export type StreamQuery = z.infer<typeof streamQuery>;

/** What the header asks for: unknown places are answered with `reset`, not refused, since no browser could recover. */
export function lastEventId(header: string | undefined, query: string | undefined): number | null {
  const text = header === undefined || header === '' ? query : header;
  if (text === undefined) return null;
  return id.safeParse(text).success ? Number(text) : -1;
}
