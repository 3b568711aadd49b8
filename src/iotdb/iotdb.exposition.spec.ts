import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maxExpositionSamples, parseExposition } from './iotdb.exposition.js';

const only = (...names: string[]): ReadonlySet<string> => new Set(names);

describe('parseExposition', () => {
  it.each([
    ['a bare name', 'm 1', {}, 1],
    ['empty braces', 'm{} 1.5', {}, 1.5],
    ["IoTDB's comma before the brace", 'm{a="b",c="d",} 2', { a: 'b', c: 'd' }, 2],
    ['a timestamp', 'm{a="b"} 3 1700000000000', { a: 'b' }, 3],
    ['spaces', 'm{ a = "b" , c="d" }  4 ', { a: 'b', c: 'd' }, 4],
    ['an exponent', 'm 3.57957632E8', {}, 357_957_632],
    ['a negative exponent', 'm 1e-3', {}, 0.001],
    ['infinity', 'm +Inf', {}, Infinity],
    ['escapes', 'm{a="x\\"y\\\\z\\nw"} 5', { a: 'x"y\\z\nw' }, 5],
    [
      'braces and commas inside a label',
      'm{a="Query{x=[*], y=\\"}\\"}",b="c",} 6',
      { a: 'Query{x=[*], y="}"}', b: 'c' },
      6,
    ],
    ['a carriage return', 'm{a="b"} 7\r', { a: 'b' }, 7],
  ])('reads %s', (_what, line, labels, value) => {
    expect(parseExposition(line, only('m'))).toEqual([{ name: 'm', labels, value }]);
  });

  it('reads NaN as a number that is none', () => {
    expect(parseExposition('m NaN', only('m'))[0]?.value).toBeNaN();
  });

  it.each([
    'm',
    'm{',
    'm{a="b" 1',
    'm{a=b} 1',
    'm one',
    'm{a="b"}',
    'm{a="b} 1',
    'm 1 2 3',
    'm 0x10',
    '# m 1',
    '1m 1',
    '',
  ])('passes over the line %j', (line) => {
    expect(parseExposition(`${line}\nother 1\nm 9`, only('m')).map((s) => s.value)).toEqual([9]);
  });

  it('keeps only the wanted families, by whole name', () => {
    const text = '# HELP m x\n# TYPE m gauge\nm 1\nm_sum 2\nmm 3\nn 4\nm{a="b"} 5\n';
    expect(parseExposition(text, only('m', 'n')).map((s) => s.value)).toEqual([1, 4, 5]);
  });

  it('keeps a bounded number of samples however long the text is', () => {
    expect(parseExposition('m 1\n'.repeat(maxExpositionSamples + 10), only('m'))).toHaveLength(maxExpositionSamples);
  });

  it.each(['1.3.3', '2.0.1'])('reads every sample of a family in a recorded answer of %s', (version) => {
    const text = readFileSync(join(__dirname, 'testdata', `reporter-${version}.txt`), 'utf8');
    const name = 'performance_overview_seconds_count';
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`));
    const samples = parseExposition(text, only(name));
    expect(samples).toHaveLength(lines.length);
    expect(lines.length).toBeGreaterThan(10);
    for (const sample of samples)
      expect(Object.keys(sample.labels)).toEqual(expect.arrayContaining(['interface', 'type']));
  });
});
