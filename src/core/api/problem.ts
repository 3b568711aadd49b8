import { z } from 'zod';

/** Every error answer: RFC 9457 plus `message` (the texts of the contract), `code`, `request_id` and `errors`. */
export const problemSchema = z
  .object({
    type: z.string().describe('URI reference of the problem type; about:blank says "the status says it all".'),
    title: z.string().describe('The status in words.'),
    status: z.int(),
    detail: z.string().describe('The same text as message.'),
    message: z.string().describe('What is wrong, where, and what to do.'),
    code: z.string().describe('Stable, dotted: auth.token_expired.'),
    request_id: z.string().describe('Also in the header X-Request-Id and in the log.'),
    errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof problemSchema>;
