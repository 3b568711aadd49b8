import { shownUrl } from './shown-url.js';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';

describe('The URL in a log', () => {
  it.each([
    ['/api/v1/users', '/api/v1/users'],
    ['/api/v1/users?limit=5&search=key', '/api/v1/users?limit=5&search=key'],
    ['/a?token=x', '/a?token=***'],
    ['/a?limit=1&Token=x&b=2', '/a?limit=1&Token=***&b=2'],
    ['/a?access_token=x&refresh-token=y', '/a?access_token=***&refresh-token=***'],
    ['/a?api_key=x&apiKey=y&X-API-Key=z', '/a?api_key=***&apiKey=***&X-API-Key=***'],
    ['/a?%74oken=x', '/a?%74oken=***'],
    ['/a?tok%65n=x', '/a?tok%65n=***'],
    ['/a?%zz=x', '/a?%zz=***'],
    ['/a?token=x=y?z', '/a?token=***'],
    ['/a?token[]=x&user[password]=y', '/a?token[]=***&user[password]=***'],
    [`/a?t=${jwt}`, '/a?t=***'],
    [`/a?t=Bearer%20${jwt}`, '/a?t=***'],
    [`/a?${jwt}`, '/a?***'],
    ['http://user:pass@host/a?b=1', '/a?b=1'],
    ['http://user:pass@host?b=1', '?b=1'],
    ['/a?', '/a?'],
  ])('of %s is %s', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });

  it.each([
    'a'.repeat(50_000),
    `http:${'/'.repeat(50_000)}`,
    `/?${'eyJ.'.repeat(12_500)}`,
    `/?${'eyJ'.repeat(16_000)}`,
  ])('is made in linear time (%#)', (url) => {
    expect(shownUrl(url).length).toBeLessThanOrEqual(url.length + 3);
  });
});
