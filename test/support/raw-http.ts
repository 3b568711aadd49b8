import { once } from 'node:events';
import { connect } from 'node:net';

/** One answer as it stood on the wire. Header names are in lower case. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer cut from the front of what came until the end of the connection; undefined when there is none. */
function cutAnswer(text: string): { answer: RawAnswer; rest: string } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  ) as Record<string, string>;
  const bodyEnd = end + 4 + Number(headers['content-length'] ?? 0);
  const answer = { status: Number(statusLine.split(' ')[1]), headers, body: text.slice(end + 4, bodyEnd) };
  return { answer, rest: text.slice(bodyEnd) };
}

/**
 * Sends bytes (latin1) over a connection of their own and reads answers until the server closes it: for requests that no HTTP
 * client would send. Requests must ask for the close (`get` does) unless the server closes by itself.
 */
export async function rawHttp(port: number, bytes: string): Promise<readonly RawAnswer[]> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => socket.destroy());
  socket.write(bytes, 'latin1');
  await once(socket, 'close');
  const answers: RawAnswer[] = [];
  for (let cut = cutAnswer(text); cut; cut = cutAnswer(text)) {
    answers.push(cut.answer);
    text = cut.rest;
  }
  return answers;
}

/** A request without a body, ending the connection. */
export function rawRequest(method: string, target: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ Host: 'localhost', Connection: 'close', ...headers }).map(
    ([n, v]) => `${n}: ${v}\r\n`,
  );
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
