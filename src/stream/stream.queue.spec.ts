import { encodeControl, encodeEvent, encodeKeepAlive, encodeRetry } from './stream.encoder.js';
import type { StreamEvent } from './stream.event.js';
import { ClientQueue, type Drops } from './stream.queue.js';

const sample = (id: number, of: string, bytes = 100): StreamEvent => ({
  id,
  name: 'observation',
  supersedes: of,
  bytes: Buffer.alloc(bytes),
});
const alert = (id: number, bytes = 100): StreamEvent => ({ ...sample(id, '', bytes), name: 'alert', supersedes: null });
const drain = (queue: ClientQueue): number[] => {
  const ids: number[] = [];
  for (let event = queue.take(); event; event = queue.take()) ids.push(event.id);
  return ids;
};

describe('The queue of a client', () => {
  const cases: readonly (readonly [string, readonly StreamEvent[], readonly number[], number])[] = [
    ['keeps everything that fits, in order', [sample(1, 'a'), alert(2), sample(3, 'a')], [1, 2, 3], 0],
    [
      'gives up the older state of what comes first of all',
      [sample(1, 'a'), sample(2, 'b'), sample(3, 'c'), sample(4, 'd'), sample(5, 'b')],
      [1, 3, 4, 5],
      1,
    ],
    [
      'gives up every state that is not the latest',
      [sample(1, 'a'), sample(2, 'a'), sample(3, 'a'), sample(4, 'b'), sample(5, 'c')],
      [3, 4, 5],
      2,
    ],
    [
      'gives up the oldest sample when each is the latest of its kind',
      [sample(1, 'a'), alert(2), sample(3, 'c'), sample(4, 'd'), sample(5, 'e')],
      [2, 3, 4, 5],
      1,
    ],
    [
      'gives up samples for alerts, never the reverse',
      [alert(1), sample(2, 'a'), alert(3), alert(4), alert(5), sample(6, 'a')],
      [1, 3, 4, 5],
      2,
    ],
    ['counts bytes as well as events', [sample(1, 'a', 400), sample(2, 'b', 500), sample(3, 'c', 600)], [3], 2],
    ['gives up what is larger than itself', [sample(1, 'a'), sample(2, 'b', 2000)], [], 2],
  ];

  it.each(cases)('%s', (_title, offered, kept, missed) => {
    const drops: Drops[] = [];
    const queue = new ClientQueue({ maxEvents: 4, maxBytes: 1000 }, (drop) => drops.push(drop));
    for (const event of offered) queue.offer(event);
    expect(queue.length).toBe(kept.length);
    expect(drain(queue)).toEqual(kept);
    expect(queue.bytes).toBe(0);
    expect(drops.reduce((sum, drop) => sum + drop.superseded + drop.overflow, 0)).toBe(missed);
    expect([queue.takeMissed(), queue.takeMissed()]).toEqual([missed, 0]);
  });

  it('says so when only alerts wait and one more comes', () => {
    const queue = new ClientQueue({ maxEvents: 2, maxBytes: 1000 });
    expect([1, 2, 3].map((id) => queue.offer(alert(id)))).toEqual(['queued', 'queued', 'overflow']);
    expect(drain(queue)).toEqual([1, 2]);
  });

  it('never holds more than its limits, whatever comes', () => {
    const queue = new ClientQueue({ maxEvents: 16, maxBytes: 4000 });
    let taken = 0;
    for (let id = 1; id <= 5000; id++) {
      const size = (id * 7919) % 900;
      queue.offer(id % 50 === 0 ? alert(id, 10) : sample(id, `kind ${id % 23}`, size));
      expect(queue.length).toBeLessThanOrEqual(16);
      expect(queue.bytes).toBeLessThanOrEqual(4000);
      if (id % 11 === 0 && queue.take()) taken += 1;
    }
    const left = drain(queue).length;
    expect(taken + left + queue.takeMissed()).toBe(5000);
  });
});

describe('The encoder', () => {
  it('writes an event with its id in the form of the standard', () => {
    const event = encodeEvent({ name: 'alert', supersedes: null, body: { message: 'a\nb\r\nc' } }, 7);
    expect(event.bytes.toString()).toBe('event: alert\nid: 7\ndata: {"message":"a\\nb\\r\\nc"}\n\n');
  });

  it.each([
    ['control events without an id', encodeControl('gap', { dropped: 3 }), 'event: gap\ndata: {"dropped":3}\n\n'],
    ['the retry time', encodeRetry(3000), 'retry: 3000\n\n'],
    ['a keep-alive with the place to resume from', encodeKeepAlive(9), ': keep-alive\nid: 9\n\n'],
    ['a keep-alive before the first event', encodeKeepAlive(null), ': keep-alive\n\n'],
  ])('writes %s', (_what, bytes, text) => expect(bytes.toString()).toBe(text));
});
