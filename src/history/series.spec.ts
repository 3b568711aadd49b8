import { parseLabels, parseSelector, selects, seriesId } from './series.js';

describe('The name of a series', () => {
  it.each([
    ['up', {}, 'up'],
    ['x', { b: '2', a: '1' }, 'x{a="1",b="2"}'],
    ['x', { path: 'C:\\ "d"\n' }, 'x{path="C:\\\\ \\"d\\"\\n"}'],
  ])('of %s with %j is read back as it was', (name, labels, id) => {
    expect(seriesId(name, labels)).toBe(id);
    expect(parseSelector(id)).toEqual({ name, labels });
  });

  it.each(['', '1x', 'x{', 'x{a}', 'x{a=b}', 'x{a="b"', 'x{a="1",a="2"}', 'x y', 'x{a="\\q"}'])('is not %s', (text) => {
    expect(parseSelector(text)).toBeNull();
  });

  it('is selected by its name and some of its labels, and by no other', () => {
    const series = { name: 'x', labels: { a: '1', b: '2' } };
    expect(selects({ name: 'x', labels: { b: '2' } }, series)).toBe(true);
    expect(selects({ name: 'x', labels: { b: '3' } }, series)).toBe(false);
    expect(selects({ name: 'x', labels: { c: '' } }, series)).toBe(false);
    expect(selects({ name: 'y', labels: {} }, series)).toBe(false);
  });

  it('takes labels with blanks around them', () => {
    expect(parseLabels(' a = "1" , b="2" ')).toEqual({ a: '1', b: '2' });
  });
});
