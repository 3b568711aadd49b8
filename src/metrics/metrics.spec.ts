import { acceptsGzip } from './metrics.controller.js';
import { underSeedName } from './seed-names.js';

describe('Content negotiation of /metrics', () => {
  it.each([
    ['gzip', true],
    ['gzip, deflate, br', true],
    ['deflate,gzip;q=0.5', true],
    ['br;q=1.0, GZIP;q=1', true],
    ['identity', false],
    ['gzip;q=0', false],
    ['gzip;q=0.0', false],
    ['xgzip', false],
    [undefined, false],
  ])('compresses for Accept-Encoding %s: %s', (header, expected) => {
    expect(acceptsGzip(header)).toBe(expected);
  });
});

describe('A family under its seed name', () => {
  it('is renamed in HELP, TYPE and every sample, and nowhere else', () => {
    const block = [
      '# HELP http_requests_total Requests; see http_requests_total.',
      '# TYPE http_requests_total counter',
      'http_requests_total{endpoint="/x/http_requests_total"} 3',
    ].join('\n');
    expect(underSeedName(block, 'http_requests_total', 'flask_http_requests_total').split('\n')).toEqual([
      '# HELP flask_http_requests_total Requests; see http_requests_total.',
      '# TYPE flask_http_requests_total counter',
      'flask_http_requests_total{endpoint="/x/http_requests_total"} 3',
    ]);
  });
});
