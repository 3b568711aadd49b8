import { AppError } from '../core/index.js';
import type { HttpTarget } from './iotdb.address.js';
import { iotdbAborted, iotdbAnswerTooLarge, iotdbTimeout, iotdbUnreachable } from './iotdb.errors.js';

/** The largest answer that is read. A reporter writes half a megabyte, more with many databases. */
export const maxAnswerBytes = 16 * 1024 * 1024;

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

async function readCapped(response: Response, limitBytes: number): Promise<string> {
  if (!response.body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // Leaving the loop early cancels the body, so a flood is cut off at the source.
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > limitBytes) throw iotdbAnswerTooLarge(limitBytes);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * One request and its whole answer, whatever its status.
 * @param json body of a POST; null sends a GET
 * @throws iotdb.unreachable, iotdb.timeout, iotdb.aborted, iotdb.answer_too_large
 */
export async function exchange(
  target: HttpTarget,
  json: string | null,
  timeoutMs: number,
  signal: AbortSignal,
  limitBytes = maxAnswerBytes,
): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(target.url, {
      method: json === null ? 'GET' : 'POST',
      headers: {
        ...(target.authorization === null ? {} : { authorization: target.authorization }),
        ...(json === null ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === null ? {} : { body: json }),
      // A redirect would carry the credentials to wherever it points.
      redirect: 'error',
      signal: AbortSignal.any([signal, timeout]),
    });
    return { status: response.status, body: await readCapped(response, limitBytes) };
  } catch (error) {
    if (signal.aborted) throw iotdbAborted();
    if (timeout.aborted) throw iotdbTimeout(timeoutMs);
    if (error instanceof AppError) throw error;
    throw iotdbUnreachable(error);
  }
}
