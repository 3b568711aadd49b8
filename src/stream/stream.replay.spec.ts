import type { StreamEvent } from './stream.event.js';
import { Replay } from './stream.replay.js';

const event = (id: number, of: string | null = null, bytes = 10): StreamEvent => ({
  id,
  name: 'observation',
  supersedes: of,
  bytes: Buffer.alloc(bytes),
});
const filled = (maxEvents: number, maxBytes: number, events: readonly StreamEvent[]): Replay => {
  const replay = new Replay(maxEvents, maxBytes);
  for (const one of events) replay.add(one);
  return replay;
};
const ids = (events: readonly StreamEvent[]): number[] => events.map(({ id }) => id);

describe('A client that enters', () => {
  const history = [event(10, 'a'), event(20), event(30, 'b'), event(40, 'a'), event(50)];

  const cases: readonly (readonly [string, number | null, readonly number[], boolean])[] = [
    ['for the first time gets the latest of each kind of sample', null, [30, 40], false],
    ['after the last event gets nothing', 50, [], false],
    ['after a kept event gets what followed', 30, [40, 50], false],
    ['after the event that was forgotten last has missed nothing', 20, [30, 40, 50], false],
    ['after an event that is long forgotten is reset', 10, [30, 40], true],
    ['after an id that never was is reset', 35, [30, 40], true],
    ['after an id of the future is reset', 60, [30, 40], true],
    ['after something that is no id is reset', -1, [30, 40], true],
  ];

  it.each(cases)('%s', (_title, lastId, expected, reset) => {
    const entry = filled(3, 1000, history).enter(lastId);
    expect([ids(entry.events), entry.reset]).toEqual([expected, reset]);
  });

  it('before anything happened gets nothing, and is reset if it comes from somewhere', () => {
    const replay = new Replay(3, 1000);
    expect(replay.lastId).toBeNull();
    expect(replay.enter(null)).toEqual({ events: [], reset: false });
    expect(replay.enter(5)).toEqual({ events: [], reset: true });
  });
});

describe('The replay', () => {
  it('holds no more than its number and its bytes', () => {
    const many = Array.from({ length: 500 }, (_, i) => event(i + 1, null, (i * 31) % 90));
    for (const size of [0, 1, 7]) expect(filled(size, 100_000, many).length).toBe(size);
    const tight = filled(1000, 100, many);
    expect(tight.enter(tight.lastId).reset).toBe(false);
    const kept = many.slice(-tight.length);
    expect(kept.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(100);
  });

  it('knows the last id also when it keeps nothing', () => {
    const replay = filled(0, 1000, [event(1), event(2)]);
    expect([replay.lastId, replay.enter(2), replay.enter(1).reset]).toEqual([2, { events: [], reset: false }, true]);
  });
});
