import { get } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { contractExceptions } from '../golden/exceptions.js';
import { parseExposition, promtoolFindings, scrape, valueOf } from '../support/exposition.js';
import { until } from '../support/process.js';
import { type Product, productHome, type ProductHome } from '../support/product.js';
import { startPrometheus } from '../support/prometheus.js';

const password = 'scrape-me-please';
const token = 'a-bearer-token-of-some-length';
const basic = `Basic ${Buffer.from(`prometheus:${password}`).toString('base64')}`;

/** fetch() decompresses by itself; this shows what is on the wire. */
function rawGet(
  url: string,
  headers: Record<string, string>,
): Promise<{ headers: NodeJS.Dict<string | string[]>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => resolve({ headers: answer.headers, body: Buffer.concat(chunks) }));
    }).on('error', reject);
  });
}

describe('GET /metrics of the running product', () => {
  let home: ProductHome;
  let product: Product;
  beforeAll(async () => {
    home = await productHome();
    product = await home.start();
    await until('the first passes have ended', async () => {
      const samples = await scrape(product.url);
      return ['database_status', 'mqtt_status', 'system_cpu_count', 'app_info'].every(
        (n) => valueOf(samples, n) !== undefined,
      );
    });
  });
  afterAll(() => home.dispose());

  it('is text 0.0.4 with its content type, whatever format is asked for', async () => {
    const answer = await fetch(`${product.url}/metrics`, {
      headers: { accept: 'application/openmetrics-text; version=1.0.0' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    expect(text).not.toContain('# EOF');
    expect(parseExposition(text).length).toBeGreaterThan(200);
  });

  it('is compressed with gzip when the scraper accepts that, with the same text', async () => {
    const zipped = await rawGet(`${product.url}/metrics`, { 'accept-encoding': 'gzip' });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.body).toString()).toContain('# TYPE system_cpu_count gauge');
    const plain = await rawGet(`${product.url}/metrics`, {});
    expect(plain.headers['content-encoding']).not.toBe('gzip');
    expect(plain.body.toString()).toContain('# TYPE system_cpu_count gauge');
    expect(zipped.body.length).toBeLessThan(plain.body.length / 3);
  });

  it('passes promtool with nothing but known exceptions', async () => {
    const text = await (await fetch(`${product.url}/metrics`)).text();
    const known = new Set(contractExceptions.map(([name, finding]) => `${name} ${finding}`));
    expect(promtoolFindings(text).filter((line) => !known.has(line))).toEqual([]);
  });

  it('labels requests with the route template, the known methods and "unmatched", never with what a client sent', async () => {
    for (let i = 0; i < 30; i++) await fetch(`${product.url}/nothing/here/${i}?q=${i}`);
    for (let i = 0; i < 30; i++) await fetch(`${product.url}/api/v1/users/marker-${i}`);
    await fetch(`${product.url}/health/live?x=marker`);
    await until('the requests are counted', async () => {
      const samples = await scrape(product.url);
      return valueOf(samples, 'http_requests_total', { endpoint: 'unmatched' }) !== undefined;
    });
    const text = await (await fetch(`${product.url}/metrics`)).text();
    expect(text).not.toContain('marker');
    const endpoints = new Set(parseExposition(text).map((s) => s.labels.endpoint));
    expect(endpoints.has('/health/live')).toBe(true);
    expect(endpoints.has('/api/v1/users/:id')).toBe(true);
    expect([...endpoints].filter((e) => e?.startsWith('/nothing'))).toEqual([]);
  });

  it('counts the requests, answers and errors that were really made', async () => {
    const before = await scrape(product.url);
    for (let i = 0; i < 7; i++) await fetch(`${product.url}/health/live`);
    const delta = async (): Promise<number> => {
      const labels = { method: 'GET', endpoint: '/health/live', status: '200' };
      const now = await scrape(product.url);
      return (valueOf(now, 'http_requests_total', labels) ?? 0) - (valueOf(before, 'http_requests_total', labels) ?? 0);
    };
    await until('seven more requests are counted', async () => (await delta()) === 7);
    const labels = { method: 'GET', endpoint: '/health/live' };
    const after = await scrape(product.url);
    expect(valueOf(after, 'http_request_duration_seconds_bucket', { ...labels, le: '+Inf' })).toBe(
      valueOf(after, 'http_request_duration_seconds_count', labels),
    );
  });

  it('is scraped by a real Prometheus without a failed scrape or a dropped sample', async () => {
    const prometheus = await startPrometheus(`127.0.0.1:${product.port}`);
    try {
      await until('ten scrapes', async () => {
        const [count] = await prometheus.query('count_over_time(up[5m])');
        return (count?.value ?? 0) >= 10;
      });
      expect((await prometheus.query('min_over_time(up[5m])')).map((s) => s.value)).toEqual([1]);
      const own = await fetch(`${prometheus.url}/metrics`).then((answer) => answer.text());
      const drops = parseExposition(own).filter((s) => /^prometheus_target_scrapes_(sample_|exceeded)/.test(s.name));
      expect(drops.length).toBeGreaterThan(0);
      expect(drops.filter((s) => s.value !== 0)).toEqual([]);
      const [cores] = await prometheus.query('system_cpu_count');
      expect(cores?.value).toBe(valueOf(await scrape(product.url), 'system_cpu_count'));
      const [rate] = await prometheus.query('rate(http_requests_total{endpoint="/metrics"}[15s])');
      expect(rate?.value).toBeGreaterThan(0);
    } finally {
      await prometheus.dispose();
    }
  });
});

describe('GET /metrics with credentials configured', () => {
  let home: ProductHome;
  let product: Product;
  beforeAll(async () => {
    home = await productHome({
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      MQTT_URL: 'mqtt://127.0.0.1:1',
      DATABASE_START_TIMEOUT_MS: '0',
      METRICS_USERNAME: 'prometheus',
      METRICS_PASSWORD: password,
      METRICS_BEARER_TOKEN: token,
    });
    product = await home.start();
  });
  afterAll(() => home.dispose());

  it.each([
    ['no credentials', undefined, 401],
    ['a wrong password', `Basic ${Buffer.from('prometheus:wrong').toString('base64')}`, 401],
    ['a wrong token', 'Bearer wrong', 401],
    ['the password', basic, 200],
    ['the token', `Bearer ${token}`, 200],
  ])('answers %s with the right status', async (_what, authorization, status) => {
    const answer = await fetch(`${product.url}/metrics`, { headers: authorization ? { authorization } : {} });
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
    await answer.text();
  });

  it('is scraped by a real Prometheus with basic_auth', async () => {
    const job = [`basic_auth: { username: prometheus, password: ${password} }`];
    const prometheus = await startPrometheus(`127.0.0.1:${product.port}`, job);
    try {
      await until('it is up', async () => (await prometheus.query('up'))[0]?.value === 1);
    } finally {
      await prometheus.dispose();
    }
  });
});

describe('GET /metrics outside the allow-list', () => {
  it('answers 403 to a peer that is not listed, and no forwarded header helps', async () => {
    const home = await productHome({
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      MQTT_URL: 'mqtt://127.0.0.1:1',
      DATABASE_START_TIMEOUT_MS: '0',
      METRICS_ALLOW: '203.0.113.9',
      TRUSTED_PROXIES: '127.0.0.1',
    });
    try {
      const product = await home.start();
      const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' };
      for (const attempt of [{}, headers]) {
        const answer = await fetch(`${product.url}/metrics`, { headers: attempt as Record<string, string> });
        expect(answer.status).toBe(403);
        expect(await answer.text()).not.toContain('system_');
      }
    } finally {
      await home.dispose();
    }
  });
});
