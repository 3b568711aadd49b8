import { Writable } from 'node:stream';
import { FakeClock, settle } from '../../test/support/fake-clock.js';
import { StreamClient } from './stream.client.js';
import { encodeControl, encodeEvent, encodeRetry } from './stream.encoder.js';
import { type StreamEvent, type StreamEventName, streamEventNames } from './stream.event.js';
import type { CloseReason } from './stream.instruments.js';

/** A connection whose other side reads when it is told to. */
class Slow extends Writable {
  text = '';
  private held: (() => void) | undefined;
  reading = true;

  constructor() {
    super({ highWaterMark: 1000 });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const pass = (): void => {
      this.text += chunk.toString();
      done();
    };
    if (this.reading) pass();
    else this.held = pass;
  }

  read(): void {
    this.reading = true;
    this.held?.();
    this.held = undefined;
  }

  get names(): string[] {
    return [...this.text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name ?? '');
  }
}

let clock: FakeClock;
let connection: Slow;
let sent: number;
let dropped: number;
let closed: CloseReason[];

beforeEach(() => {
  clock = new FakeClock();
  connection = new Slow();
  sent = 0;
  dropped = 0;
  closed = [];
});

const limits = { maxEvents: 4, maxBytes: 10_000, stallMs: 15_000, keepAliveMs: 15_000 };

function client(
  entry: { events?: readonly StreamEvent[]; reset?: boolean } = {},
  names: readonly StreamEventName[] = streamEventNames,
): StreamClient {
  return new StreamClient({
    connection,
    names: new Set(names),
    entry: { events: entry.events ?? [], reset: entry.reset ?? false },
    preamble: encodeRetry(3000),
    limits,
    clock,
    onSent: (events) => (sent += events),
    onDrop: (drops) => (dropped += drops.superseded + drops.overflow),
    onClose: (reason) => closed.push(reason),
  });
}

let ids = 0;
const cpu = (bytes = 10): StreamEvent => {
  ids += 1;
  return encodeEvent({ name: 'cpu', supersedes: 'cpu', body: { pad: 'x'.repeat(bytes) } }, ids);
};
const alert = (): StreamEvent => {
  ids += 1;
  return encodeEvent({ name: 'alert', supersedes: null, body: {} }, ids);
};

describe('A client of the stream', () => {
  it('gets the preamble, then what it missed, then what happens', async () => {
    const one = client({ events: [alert(), cpu()], reset: true });
    one.offer([alert()]);
    await settle();
    expect(connection.text.startsWith('retry: 3000\n\nevent: reset\n')).toBe(true);
    expect(connection.names).toEqual(['reset', 'alert', 'cpu', 'alert']);
    expect(sent).toBe(3);
  });

  it('gets only what it subscribed to, of the past too', async () => {
    const one = client({ events: [alert(), cpu()] }, ['alert']);
    one.offer([cpu(), alert()]);
    await settle();
    expect(connection.names).toEqual(['alert', 'alert']);
  });

  it('is written nothing while it does not read, and then hears of the gap before what is left', async () => {
    connection.reading = false;
    const one = client();
    one.offer([cpu(2000)]);
    await settle();
    const handedOver = connection.writableLength;
    for (let i = 0; i < 20; i++) one.offer([cpu(2000), ...(i === 10 ? [alert()] : [])]);
    expect(connection.writableLength).toBe(handedOver);
    expect([one.waiting <= limits.maxEvents, one.waiting + dropped]).toEqual([true, 21]);
    connection.read();
    await settle();
    const { names } = connection;
    expect([names.slice(0, 2), names.filter((name) => name === 'alert')]).toEqual([['cpu', 'gap'], ['alert']]);
    expect(connection.text).toContain(`event: gap\ndata: {"dropped":${dropped}}\n\n`);
    expect(connection.text).toContain(`id: ${ids}\n`);
    expect([sent, one.waiting]).toEqual([22 - dropped, 0]);
  });

  it('is closed when it has taken nothing for as long as allowed, not before', async () => {
    connection.reading = false;
    const one = client();
    one.offer([cpu(2000)]);
    await clock.advance(14_999);
    one.tend(null);
    expect(connection.destroyed).toBe(false);
    await clock.advance(1);
    one.tend(null);
    await settle();
    expect([connection.destroyed, closed]).toEqual([true, ['stalled']]);
  });

  it('is closed rather than lose an alert', async () => {
    connection.reading = false;
    const one = client();
    one.offer([cpu(2000)]);
    for (let i = 0; i < 5; i++) one.offer([alert()]);
    await settle();
    expect(closed).toEqual(['overflow']);
  });

  it('gets a comment with its place after a silence, and none while events flow', async () => {
    const one = client();
    for (let i = 0; i < 20; i++) {
      await clock.advance(1000);
      one.offer([cpu()]);
      one.tend(1);
    }
    expect(connection.text).not.toContain('keep-alive');
    await clock.advance(15_000);
    one.tend(77);
    await settle();
    expect(connection.text.endsWith(': keep-alive\nid: 77\n\n')).toBe(true);
  });

  it('gets a farewell and nothing after it', async () => {
    const one = client();
    one.end('shutdown', encodeControl('shutdown', {}));
    one.offer([alert()]);
    one.end('token_expired', encodeControl('token_expired', {}));
    await settle();
    expect([connection.names, closed]).toEqual([['shutdown'], ['shutdown']]);
  });

  it('that does not take its farewell is cut', async () => {
    connection.reading = false;
    const one = client();
    one.offer([cpu(2000)]);
    one.end('token_expired', encodeControl('token_expired', {}));
    await clock.advance(15_000);
    one.tend(null);
    await settle();
    expect([connection.destroyed, closed]).toEqual([true, ['token_expired']]);
  });

  it('that leaves is forgotten, once', async () => {
    const one = client();
    connection.destroy(new Error('reset by peer'));
    await settle();
    one.offer([alert()]);
    one.cut('stalled');
    await settle();
    expect(closed).toEqual(['client']);
  });
});
