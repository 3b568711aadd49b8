import { z } from 'zod';

export const streamTicketBody = z
  .strictObject({
    path: z
      .string()
      .max(200)
      .regex(/^(\/[\w-]+)+$/, 'is not the path of a stream')
      .default('/api/v1/admin/monitor/stream')
      .describe('The stream that the ticket opens.'),
  })
  .prefault({})
  .meta({ id: 'StreamTicketRequest' });
export type StreamTicketBody = z.infer<typeof streamTicketBody>;

export const streamTicketSchema = z
  .object({
    ticket: z.string().describe('For one use as ?ticket= of the stream.'),
    expires_in: z.int().describe('Seconds until the ticket expires.'),
  })
  .meta({ id: 'StreamTicket' });
export type StreamTicketView = z.infer<typeof streamTicketSchema>;
