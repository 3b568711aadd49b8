import { defineConfig, describeFaults, parseConfig } from './section.js';
import * as variable from './variable.js';

const section = defineConfig(
  'Test',
  {
    COUNT: variable.integer({ min: 1, max: 10, default: 5, description: 'A number.' }),
    SHARE: variable.number({ min: 0, max: 1, default: 0.5, description: 'A share.' }),
    SWITCH: variable.flag({ default: false, description: 'A switch.' }),
    WORD: variable.oneOf(['a', 'b'], { default: 'a', description: 'A word.' }),
    ITEMS: variable.list({ default: 'x, y', allowed: 'letters', item: (t) => t.length === 1, description: 'A list.' }),
    SERVER_URL: variable.optionalUrl(['redis', 'rediss'], { description: 'A server.', secret: true }),
    LOW: variable.integer({ min: 0, max: 100, default: 10, description: 'Lower limit.' }),
    HIGH: variable.integer({ min: 0, max: 100, default: 20, description: 'Upper limit.' }),
  },
  (values) => (values.LOW <= values.HIGH ? [] : [['LOW', 'is above HIGH']]),
);

describe('Parsing the environment', () => {
  it('gives typed, frozen values, and the default for what is unset or empty', () => {
    const parsed = parseConfig([section], { COUNT: ' 7 ', SWITCH: 'true', ITEMS: '', WORD: 'b' });
    const values = parsed.ok ? parsed.values.get(section.token) : undefined;
    expect(values).toEqual({
      COUNT: 7,
      SHARE: 0.5,
      SWITCH: true,
      WORD: 'b',
      ITEMS: ['x', 'y'],
      SERVER_URL: undefined,
      LOW: 10,
      HIGH: 20,
    });
    expect(Object.isFrozen(values)).toBe(true);
  });

  it.each([
    ['COUNT', '11', 'is not between 1 and 10'],
    ['COUNT', '1.5', 'is not a whole number'],
    ['COUNT', '0x5', 'is not a whole number'],
    ['COUNT', '1e1', 'is not a whole number'],
    ['SHARE', 'NaN', 'is not a number'],
    ['SWITCH', 'yes', 'is neither true nor false'],
    ['WORD', 'c', 'is not one of the allowed words'],
    ['ITEMS', 'x,long', 'has the entry "long" which is not allowed'],
    ['SERVER_URL', 'http://h', 'has the scheme http'],
    ['SERVER_URL', 'nonsense', 'is not a URL'],
  ])('refuses %s=%s and says why', (name, value, problem) => {
    const parsed = parseConfig([section], { [name]: value });
    expect(parsed.ok ? [] : parsed.faults).toMatchObject([
      { variable: name, problem: expect.stringContaining(problem) as string },
    ]);
  });

  it('finds all faults of all variables and of the rules between them at once, each variable once', () => {
    const parsed = parseConfig([section], { COUNT: '0', WORD: 'z', LOW: '50' });
    expect(parsed.ok ? [] : parsed.faults.map((f) => f.variable)).toEqual(['COUNT', 'WORD', 'LOW']);
    const rule = parseConfig([section], { LOW: '500', HIGH: '5' });
    expect(rule.ok ? [] : rule.faults.map((f) => f.problem)).toEqual(['"500" is not between 0 and 100']);
  });

  it('never shows the value of a secret', () => {
    const parsed = parseConfig([section], { SERVER_URL: 'http://user:hunter2@host' });
    const text = parsed.ok ? '' : describeFaults(parsed.faults);
    expect(text).toContain('SERVER_URL: its value has the scheme http; allowed is a URL that starts with redis://');
    expect(text).not.toContain('hunter2');
  });
});
