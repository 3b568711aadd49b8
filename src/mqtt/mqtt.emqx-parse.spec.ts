import { emqxNumbers, emqxVersion } from './mqtt.emqx-parse.js';

const nothing = { stats: undefined, metrics: undefined, nodes: undefined, monitor: undefined };

describe('emqxNumbers', () => {
  it('leaves out what the answers do not have, and what is no number', () => {
    expect(emqxNumbers(nothing)).toEqual({});
    const odd = { 'connections.count': '7', 'topics.count': -1, 'subscriptions.count': null };
    expect(emqxNumbers({ ...nothing, stats: odd, nodes: {}, metrics: [], monitor: 'x' })).toEqual({});
  });

  it.each([
    [{ 'messages.dropped': 130, 'messages.dropped.no_subscribers': 50, 'delivery.dropped': 20 }, 100],
    [{ 'messages.dropped': 10, 'messages.dropped.no_subscribers': 30 }, 0],
    [{ 'delivery.dropped': 4 }, 4],
  ])('counts as dropped of %j %d', (metrics, expected) => {
    expect(emqxNumbers({ ...nothing, metrics }).messagesDropped).toBe(expected);
  });

  it('takes the uptime of the youngest node', () => {
    const nodes = [{ uptime: 900_000 }, { uptime: 60_999, version: '5.8.6' }, { node: 'stopped' }];
    expect(emqxNumbers({ ...nothing, nodes }).uptimeSeconds).toBe(60);
  });
});

describe('emqxVersion', () => {
  it.each([
    [[{ version: '5.8.6' }], '5.8.6'],
    [[], null],
    [[{ version: 5 }], null],
    [[{ version: 'x'.repeat(65) }], null],
    [null, null],
  ])('%j is %j', (nodes, expected) => {
    expect(emqxVersion(nodes)).toBe(expected);
  });
});
