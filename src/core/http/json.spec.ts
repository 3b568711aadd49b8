import { AppError } from '../errors.js';
import { parseJsonBody } from './json.js';

const nested = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`;

describe('Parsing a JSON body', () => {
  it.each([
    ['an object', '{"a":[1,2.5,-3e2,true,null,"x"]}'],
    ['a bare number', '42'],
    ['nesting up to the bound', nested(20)],
    ['a text up to the bound', JSON.stringify('x'.repeat(16_384))],
  ])('takes %s', (_what, text) => {
    expect(parseJsonBody(text)).toEqual(JSON.parse(text));
  });

  it('lets the last of repeated keys win', () => {
    expect(parseJsonBody('{"a":1,"a":2}')).toEqual({ a: 2 });
  });

  it.each([
    ['a number beyond range', '{"a":1e309}'],
    ['a key that reaches the prototype', '{"__proto__":{"admin":true}}'],
    ['such a key deep inside', '{"a":[{"constructor":1}]}'],
    ['nesting beyond the bound', nested(21)],
    ['a text beyond the bound', JSON.stringify('x'.repeat(16_385))],
    ['a key beyond the bound', JSON.stringify({ ['k'.repeat(129)]: 1 })],
    ['too many keys', JSON.stringify(Object.fromEntries(Array.from({ length: 2_001 }, (_, i) => [`k${i}`, i])))],
    ['a byte order mark', '\uFEFF{}'],
    ['bytes that are no UTF-8', '"\uFFFD"'],
  ])('refuses %s with a clear text', (_what, text) => {
    expect(() => parseJsonBody(text)).toThrow(AppError);
  });

  it.each(['', '{', '{"a":}', "{'a':1}", 'NaN', '{"a":01}', '[1,]'])('does not take %j for JSON', (text) => {
    expect(() => parseJsonBody(text)).toThrow(SyntaxError);
  });
});
