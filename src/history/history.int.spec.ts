import { Api, type SignedIn, unlimited } from '../../test/support/api.js';
import { type InProcessApplication, startInProcess } from '../../test/support/application.js';
import { type RunningPostgres, startPostgres } from '../../test/support/postgres.js';
import { until } from '../../test/support/process.js';
import type { MetricType } from '../collect/index.js';
import { historyAnswer, historyColumnsAnswer, type HistoryView } from './dto/history.dto.js';
import { HistorySink } from './history.sink.js';

const path = '/api/v1/admin/stats/historical';
const minute = 60_000;
const iso = (ms: number): string => new Date(ms).toISOString();

describe('The history endpoints', () => {
  let postgres: RunningPostgres;
  let running: InProcessApplication;
  let api: Api;
  let admin: SignedIn;
  /** A minute that is over. */
  const baseMs = Math.floor(Date.now() / minute) * minute - 20 * minute;

  const sample = (name: string, type: MetricType, value: number, labels = {}) => ({
    family: { name, help: 'A probe.', type, labelNames: Object.keys(labels) },
    name,
    labels,
    value,
  });
  const ask = (query: Readonly<Record<string, string>>, at = path) =>
    api.call('GET', `${at}?${new URLSearchParams(query).toString()}`, { token: admin.token });
  const range = { start_time: iso(baseMs), end_time: iso(baseMs + 4 * minute), interval: '1m' };

  beforeAll(async () => {
    postgres = await startPostgres({ version: 'debian15' });
    running = await startInProcess({ DATABASE_URL: postgres.url, ...unlimited });
    api = new Api(running.app);
    admin = await api.signIn();
    const { recorder } = running.app.get(HistorySink);
    await until('the first passes are kept', async () => (await recorder.catalogue()).size > 100);
    // Far from the present, so that no pass of the application touches these buckets.
    for (const [offset, gauge, count] of [
      [0, 10, 100],
      [30_000, 20, 160],
      [70_000, 40, 220],
      [190_000, 5, 10],
    ] as const)
      await recorder.record(baseMs + offset, [
        sample('probe_level', 'gauge', gauge),
        sample('probe_events_total', 'counter', count),
        sample('probe_rows', 'gauge', gauge, { row: 'a "b"' }),
        sample('probe_rows', 'gauge', gauge, { row: 'c' }),
      ]);
  }, 90_000);

  afterAll(async () => {
    await running.close();
    await postgres.dispose();
  });

  it('answer a gauge in the shape of the contract, with null for a minute without samples', async () => {
    const { status, body } = await ask({ metric: 'probe_level', ...range });
    expect(status).toBe(200);
    expect(historyAnswer.parse(body)).toEqual(body);
    expect(body).toEqual({
      metric: 'probe_level',
      ...range,
      data_points: [
        { timestamp: iso(baseMs), value: 15, min: 10, max: 20, avg: 15 },
        { timestamp: iso(baseMs + minute), value: 40, min: 40, max: 40, avg: 40 },
        { timestamp: iso(baseMs + 2 * minute), value: null, min: null, max: null, avg: null },
        { timestamp: iso(baseMs + 3 * minute), value: 5, min: 5, max: 5, avg: 5 },
      ],
      summary: { min: 5, max: 40, avg: 18.75, total_points: 4 },
      series: 'probe_level',
      kind: 'gauge',
    });
  });

  it('answer a counter with its last value and its rate, not over a gap, as columns too', async () => {
    const { body } = await ask({ metric: 'probe_events_total', ...range, format: 'columns' });
    expect(historyColumnsAnswer.parse(body)).toEqual(body);
    expect(body.columns).toMatchObject({
      timestamp: [0, 1, 2, 3].map((i) => baseMs / 1000 + 60 * i),
      value: [160, 220, null, 10],
      rate: [2, 1, null, null],
    });
  });

  it('take labels in the name or beside it', async () => {
    const inName = await ask({ metric: 'probe_rows{row="a \\"b\\""}', ...range });
    const beside = await ask({ metric: 'probe_rows', labels: 'row="a \\"b\\""', ...range });
    expect([inName.status, beside.status]).toEqual([200, 200]);
    expect(inName.body.data_points).toEqual(beside.body.data_points);
    expect(beside.body.series).toBe('probe_rows{row="a \\"b\\""}');
  });

  it.each(['cpu', 'memory', 'requests'])('know %s, of which every pass leaves a sample', async (metric) => {
    const end = Date.now();
    await until(`${metric} has a value`, async () => {
      const { body } = await ask({
        metric,
        start_time: iso(end - 600_000),
        end_time: iso(Date.now()),
        interval: '10s',
      });
      return (body as HistoryView).summary.avg !== null;
    });
    const { body } = await ask({ metric, start_time: iso(end - 86_400_000), end_time: iso(end) });
    expect(body).toMatchObject({ metric, interval: '1h' });
    expect((body as HistoryView).data_points.length).toBeGreaterThanOrEqual(24);
  });

  it.each([
    ['an unknown series', { metric: 'nonsense', ...range }, 'history.unknown_series', /cpu, memory/],
    ['several series', { metric: 'probe_rows', ...range }, 'history.ambiguous_series', /probe_rows\{row="c"\}/],
    ['a malformed selector', { metric: 'probe_rows{row=c}', ...range }, 'history.bad_selector', /label="value"/],
    [
      'a range backwards',
      { metric: 'cpu', start_time: range.end_time, end_time: range.start_time },
      'history.range_backwards',
      /later/,
    ],
    [
      'the future',
      { metric: 'cpu', start_time: range.start_time, end_time: iso(Date.now() + 3_600_000) },
      'history.range_in_future',
      /end_time/,
    ],
    [
      'too many points',
      { metric: 'cpu', start_time: iso(Date.now() - 8 * 86_400_000), end_time: range.end_time, interval: '1m' },
      'history.too_many_points',
      /Allowed for it: 1h, 1d\./,
    ],
    [
      'what is no longer kept',
      { metric: 'cpu', start_time: iso(Date.now() - 30 * 86_400_000), end_time: range.end_time, interval: '15m' },
      'history.too_old',
      /reach back 7 days.*1h, 1d\./,
    ],
    [
      'a time that is none',
      { metric: 'cpu', start_time: 'yesterday', end_time: range.end_time },
      'http.invalid',
      /start_time/,
    ],
    ['an unknown interval', { metric: 'cpu', ...range, interval: '2m' }, 'http.invalid', /interval/],
    ['no metric', range, 'http.invalid', /metric/],
  ])('refuse %s with 422 and say what would do', async (_what, query, code, text) => {
    const { status, body } = await ask(query);
    expect([status, body.code]).toEqual([422, code]);
    expect(body.message).toMatch(text);
  });

  it('list every series once, page by page', async () => {
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { status, body } = await ask({ limit: '60', ...(cursor ? { cursor } : {}) }, `${path}/metrics`);
      expect(status).toBe(200);
      found.push(...(body.items as { metric: string }[]).map(({ metric }) => metric));
      cursor = body.next_cursor as string | null;
    }
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(
      expect.arrayContaining([
        'system_cpu_usage_percent',
        'probe_rows{row="c"}',
        'collector_success{component="system"}',
      ]),
    );
    const { body } = await ask({ search: 'system_cpu_usage_percent' }, `${path}/metrics`);
    expect(body.items).toContainEqual({
      metric: 'system_cpu_usage_percent',
      name: 'system_cpu_usage_percent',
      labels: {},
      kind: 'gauge',
      alias: 'cpu',
    });
  });

  it.each(['/api/core/admin/system/history/', '/api/admin/system/history'])(
    'serve the dashboard at %s, whole and in pages',
    async (at) => {
      for (const [period, count] of [
        ['1h', 60],
        ['24h', 1_440],
        ['7d', 10_080],
      ] as const) {
        const { status, body } = await ask({ period }, at);
        expect([status, body.success]).toEqual([200, true]);
        expect(body.data).toMatchObject({ period, count, total: count, next_cursor: null });
      }
      const unasked = await ask({}, at);
      expect(unasked.body.data).toMatchObject({ period: '24h' });
      const page = (await ask({ period: '1h', limit: '50' }, at)).body.data as {
        points: { timestamp: string; cpu: object }[];
        next_cursor: string;
      };
      const rest = (await ask({ period: '1h', limit: '50', cursor: page.next_cursor }, at)).body.data as typeof page;
      const times = [...page.points, ...rest.points].map(({ timestamp }) => Date.parse(timestamp));
      expect(times.every((time, i) => i === 0 || time === (times[i - 1] ?? 0) + minute)).toBe(true);
      expect(page.points[0]?.cpu).toEqual({ current_percent: null });
      expect(rest.points.some(({ cpu }) => (cpu as { current_percent: number | null }).current_percent !== null)).toBe(
        true,
      );
      expect((await ask({ period: '2h' }, at)).status).toBe(422);
    },
  );

  it.each([path, `${path}/metrics`, '/api/core/admin/system/history', '/api/admin/system/history'])(
    'are closed at %s without a token and to a viewer',
    async (at) => {
      expect((await api.call('GET', at)).status).toBe(401);
      const viewer = await api.newUser(admin, 'viewer');
      expect((await api.call('GET', at, { token: viewer.token })).status).toBe(403);
    },
  );
});
