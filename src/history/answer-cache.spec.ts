import { AnswerCache } from './answer-cache.js';

describe('The cache of answers', () => {
  it('gives an answer back in its time slot and in no other', () => {
    const cache = new AnswerCache(100);
    cache.put('a', 1, 'text');
    expect(cache.get('a', 1)).toBe('text');
    expect(cache.get('a', 2)).toBeUndefined();
    expect(cache.get('a', 1)).toBeUndefined();
  });

  it('keeps to its size, and keeps what was used last', () => {
    const cache = new AnswerCache(10);
    cache.put('a', 1, '12345');
    cache.put('b', 1, '12345');
    cache.get('a', 1);
    cache.put('c', 1, '12345');
    expect(['a', 'b', 'c'].map((key) => cache.get(key, 1) !== undefined)).toEqual([true, false, true]);
    cache.put('d', 1, 'longer than all of it');
    expect(cache.get('d', 1)).toBeUndefined();
    expect(cache.get('a', 1)).toBe('12345');
  });
});
