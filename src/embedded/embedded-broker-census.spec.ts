import { Census } from './embedded-broker-census.js';

const visitor = (id: string, clean = true) => ({ id, clean });

describe('Census', () => {
  it('forgets a clean session with its connection and keeps a persistent one with its subscriptions', () => {
    const census = new Census();
    census.arrive(visitor('a'), 'op');
    census.arrive(visitor('b', false), 'op');
    census.subscribe('a', ['x', 'y', 'x']);
    census.subscribe('b', ['x']);
    expect(census).toMatchObject({ total: 2, connected: 2, subscriptions: 3, maximum: 2 });
    census.leave(visitor('a'));
    census.leave(visitor('b', false));
    expect(census).toMatchObject({ total: 1, connected: 0, subscriptions: 1, maximum: 2 });
    census.arrive(visitor('b', false), 'op');
    expect(census).toMatchObject({ total: 1, connected: 1, subscriptions: 1 });
  });

  it('ends a persistent session when its client comes back with a clean one', () => {
    const census = new Census();
    census.arrive(visitor('a', false), 'op');
    census.subscribe('a', ['x']);
    census.leave(visitor('a', false));
    census.arrive(visitor('a'), 'op');
    expect(census).toMatchObject({ total: 1, connected: 1, subscriptions: 0 });
  });

  it('never counts below zero, whatever comes twice', () => {
    const census = new Census();
    census.arrive(visitor('a'), 'op');
    census.leave(visitor('a'));
    census.leave(visitor('a'));
    census.unsubscribe('a', ['x']);
    census.subscribe('nobody', ['x']);
    expect(census).toMatchObject({ total: 0, connected: 0, subscriptions: 0 });
  });

  it('knows the owner of a client id as long as the session lives', () => {
    const census = new Census();
    census.arrive(visitor('a', false), 'op');
    census.leave(visitor('a', false));
    expect(census.ownerOf('a')).toBe('op');
    expect(census.ownerOf('b')).toBeUndefined();
  });

  it('ends the session that was left first when a thousand are away', () => {
    const census = new Census();
    const ended: string[] = [];
    for (let i = 0; i < 1003; i += 1) {
      census.arrive(visitor(`s${i}`, false), 'op');
      ended.push(...census.leave(visitor(`s${i}`, false)));
    }
    expect(ended).toEqual(['s0', 's1', 's2']);
    expect(census).toMatchObject({ total: 1000, expired: 3 });
  });

  it('counts distinct topics and stops at its bound', () => {
    const census = new Census();
    for (const topic of ['a', 'b', 'a', 'long/'.repeat(100), 'long/'.repeat(100)]) census.sawTopic(topic);
    expect(census.topicCount).toBe(3);
    for (let i = 0; i < 60_000; i += 1) census.sawTopic(`made/up/${i}`);
    expect(census.topicCount).toBe(50_000);
  });
});
