import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { until } from './process.js';

export interface SseEvent {
  readonly event: string;
  /** Empty when the event has none. */
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One block between empty lines. */
function parsed(block: string): { comments: string[]; fields: Map<string, string> } {
  const comments: string[] = [];
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon === 0) comments.push(line.slice(1).trim());
    else if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
  }
  return { comments, fields };
}

/** A client of server-sent events over a connection of its own, which may stop reading. */
export class SseClient {
  readonly events: SseEvent[] = [];
  readonly comments: string[] = [];
  /** Milliseconds of the `retry` field. */
  retry: number | undefined;
  /** As the standard has it: also moved by an id without data. */
  lastEventId = '';
  closed = false;
  private rest = '';

  private constructor(private readonly answer: IncomingMessage) {
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => this.take(text));
    answer.on('error', () => undefined);
    answer.once('close', () => (this.closed = true));
  }

  /** Connects and waits for the head of the answer; the body of a refusal is read too. */
  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<SseClient> {
    const asked = request(url, { headers, agent: false });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return new SseClient(answer);
  }

  get status(): number {
    return this.answer.statusCode ?? 0;
  }

  get headers(): IncomingMessage['headers'] {
    return this.answer.headers;
  }

  named(name: string): readonly SseEvent[] {
    return this.events.filter(({ event }) => event === name);
  }

  async waitFor(name: string, count = 1, timeoutMs = 15_000): Promise<readonly SseEvent[]> {
    await until(`${count} events ${name}`, () => this.named(name).length >= count, timeoutMs);
    return this.named(name);
  }

  async waitForEnd(timeoutMs = 15_000): Promise<void> {
    await until('the stream has ended', () => this.closed, timeoutMs);
  }

  pause(): void {
    this.answer.pause();
  }

  resume(): void {
    this.answer.resume();
  }

  close(): void {
    this.answer.destroy();
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.add(block);
  }

  private add(block: string): void {
    const { comments, fields } = parsed(block);
    this.comments.push(...comments);
    const [id, data, retry] = [fields.get('id'), fields.get('data'), fields.get('retry')];
    if (id !== undefined) this.lastEventId = id;
    if (retry !== undefined) this.retry = Number(retry);
    if (data === undefined) return;
    const event = fields.get('event') ?? 'message';
    this.events.push({ event, id: id ?? '', data: JSON.parse(data) as Record<string, unknown> });
  }
}
