import type { MetricFamily, Observation } from '../collect/index.js';
import type { Labels } from '../collect/index.js';
import { AlertBook, maxSeries, type Transition } from './alerts.book.js';
import type { Moment } from './alerts.machine.js';
import { ThresholdIndex } from './alerts.threshold-index.js';
import { defaultThresholds, mergeThresholds, type Threshold, type ThresholdChange } from './alerts.threshold.js';

type Figures = readonly (readonly [name: string, value: number, labels?: Labels])[];

const family: MetricFamily = { name: 'x', help: 'x', type: 'gauge', labelNames: [] };
const observation = (component: string, ...figures: Figures): Observation => ({
  component,
  scope: 'process',
  startedAtMs: 0,
  durationMs: 0,
  outcome: 'ok',
  snapshot: {},
  checks: [],
  samples: figures.map(([name, value, labels = {}]) => ({ family, name, labels, value })),
});

function thresholds(...changes: readonly ThresholdChange[]): readonly Threshold[] {
  const merged = mergeThresholds(new Map(defaultThresholds.map((t) => [t.id, t])), changes);
  if (!merged.ok) throw new Error(JSON.stringify(merged.faults));
  return [...merged.thresholds.values()];
}

function bookOf(list: readonly Threshold[]): {
  book: AlertBook;
  at(seconds: number): Moment;
  read(seconds: number, o: Observation): readonly Transition[];
  full(): number;
} {
  let ids = 0;
  let full = 0;
  const book = new AlertBook(
    new ThresholdIndex(list),
    () => `alert-${(ids += 1)}`,
    () => (full += 1),
  );
  const at = (seconds: number): Moment => ({ wallMs: 1_000_000 + seconds * 1000, monotonicMs: seconds * 1000 });
  return { book, at, read: (seconds, o) => book.observe(o, at(seconds)), full: () => full };
}

const summary = (transitions: readonly Transition[]): readonly string[] =>
  transitions.map(({ kind, alert }) => `${kind} ${alert.component} ${alert.severity}: ${alert.message}`);

/** Fires at once whatever the default says, so that a table needs one reading. */
const atOnce = thresholds(...defaultThresholds.map(({ id }) => ({ id, for_seconds: 0, clear_after_passes: 1 })));

describe('The limits of the seeds', () => {
  it.each([
    ['system_cpu_usage_percent', 80, 80.1, {}, 'fired cpu warning: CPU usage is 80.1 %, above the limit of 80 %.'],
    [
      'system_memory_usage_percent',
      85,
      85.1,
      {},
      'fired memory warning: Memory usage is 85.1 %, above the limit of 85 %.',
    ],
    [
      'system_disk_usage_percent',
      80,
      80.1,
      { path: '/' },
      'fired disk warning: Disk usage (path /) is 80.1 %, above the limit of 80 %.',
    ],
    [
      'database_response_time_seconds',
      1,
      1.001,
      {},
      'fired database warning: Database response time is 1.001 s, above the limit of 1 s.',
    ],
    [
      'http_request_duration_p95_seconds',
      2,
      2.5,
      {},
      'fired api warning: API response time (95th percentile) is 2.5 s, above the limit of 2 s.',
    ],
    [
      'database_query_latency_seconds',
      0.999,
      2.5,
      { percentile: '100' },
      'fired database info: Slow query detected (2.5 s).',
    ],
    ['any_status', 1, 0, {}, 'fired source critical: source is down.'],
    ['collector_success', 1, 0, { component: 'x' }, 'fired source warning: The figures of source cannot be read.'],
  ] as const)('%s: nothing at %d, an alert at %d', (name, quiet, loud, labels, text) => {
    const { read } = bookOf(atOnce);
    expect(summary(read(0, observation('source', [name, quiet, labels])))).toEqual([]);
    expect(summary(read(10, observation('source', [name, loud, labels])))).toEqual([text]);
  });

  it('a disk above both limits has both alerts, each file system its own', () => {
    const { read } = bookOf(atOnce);
    const disks: Figures = [
      ['system_disk_usage_percent', 95, { path: '/' }],
      ['system_disk_usage_percent', 81, { path: '/data' }],
      ['system_disk_usage_percent', 12, { path: '/tmp' }],
    ];
    expect(read(0, observation('system', ...disks)).map(({ alert }) => [alert.severity, alert.labels.path])).toEqual([
      ['critical', '/'],
      ['warning', '/'],
      ['warning', '/data'],
    ]);
  });

  it('a component with a status of its own is down, and not also unread', () => {
    const { read } = bookOf(atOnce);
    const down = observation('redis', ['redis_status', 0], ['collector_success', 0, { component: 'redis' }]);
    expect(summary(read(0, down))).toEqual(['fired redis critical: redis is down.']);
  });

  it('other percentiles than the longest are not compared with the slow-query limit', () => {
    const { read } = bookOf(atOnce);
    expect(read(0, observation('db', ['database_query_latency_seconds', 9, { percentile: '99' }]))).toEqual([]);
  });
});

describe('The error rate', () => {
  const errors = (percent: number): Observation => observation('application', ['http_server_error_percent', percent]);

  it('is compared with 1 % while there is no baseline, and with three times the mean of the hour from then on', () => {
    const { read } = bookOf(atOnce);
    expect(summary(read(0, errors(1)))).toEqual([]);
    for (let pass = 1; pass <= 360; pass += 1) expect(read(pass * 10, errors(0.9))).toEqual([]);
    expect(read(3_610, errors(2.6))).toEqual([]);
    const [fired] = read(3_620, errors(2.8));
    expect(fired).toMatchObject({ kind: 'fired' });
    expect(fired?.alert.threshold).toBeCloseTo(2.7, 1);
  });

  it('in breach does not become its own baseline, however long it lasts', () => {
    const { read, book, at } = bookOf(atOnce);
    for (let pass = 0; pass < 720; pass += 1) read(pass * 10, errors(20));
    expect(book.active(at(7_200))).toHaveLength(1);
  });

  it('forgets what is older than its window', () => {
    const { read } = bookOf(atOnce);
    for (let pass = 0; pass < 60; pass += 1) read(pass * 10, errors(1));
    expect(read(600, errors(2.9))).toEqual([]);
    for (let pass = 0; pass < 61; pass += 1) read(4_200 + pass * 60, errors(0));
    expect(read(8_000, errors(1.5))).toHaveLength(1);
  });
});

describe('The book', () => {
  const hot = (value: number): Observation => observation('system', ['system_cpu_usage_percent', value]);

  it('holds a pending alert over passes without its figure, and does not count them', () => {
    const { read } = bookOf(thresholds({ id: 'cpu_usage', for_seconds: 20 }));
    expect(read(0, hot(90))).toEqual([]);
    expect(read(10, observation('system'))).toEqual([]);
    expect(read(1_000, observation('system'))).toEqual([]);
    expect(read(1_010, hot(90))).toEqual([]);
    expect(read(1_020, hot(90))).toEqual([]);
    expect(read(1_030, hot(90))).toHaveLength(1);
  });

  it('does not take the observations of another component for silence', () => {
    const { read } = bookOf(thresholds({ id: 'cpu_usage', for_seconds: 20 }));
    read(0, hot(90));
    read(5, observation('redis', ['redis_status', 1]));
    read(10, hot(90));
    expect(read(20, hot(90))).toHaveLength(1);
  });

  it('keeps an alert whose source is gone, with a growing duration', () => {
    const { read, book, at } = bookOf(atOnce);
    read(0, hot(90));
    for (let pass = 1; pass < 100; pass += 1) read(pass * 10, observation('system'));
    expect(book.active(at(1_000))).toMatchObject([{ durationSeconds: 1_000, alert: { component: 'cpu' } }]);
  });

  it('takes a restored alert for its own: same id, same start, and it clears by itself', () => {
    const first = bookOf(atOnce);
    const [fired] = first.read(0, hot(90));
    const second = bookOf(atOnce);
    second.book.reconcile(fired ? [fired.alert] : [], second.at(100));
    expect(second.read(110, hot(90))).toEqual([]);
    expect(second.book.active(second.at(110))).toMatchObject([
      { durationSeconds: 110, alert: { id: fired?.alert.id } },
    ]);
    expect(second.read(120, hot(10))).toMatchObject([
      { kind: 'resolved', alert: { id: fired?.alert.id, status: 'resolved', durationSeconds: 120 } },
    ]);
  });

  it('takes the row that another process opened for the same condition, and gives up one that was closed there', () => {
    const { read, book, at } = bookOf(atOnce);
    const [own] = read(0, hot(90));
    if (!own) throw new Error('nothing fired');
    book.reconcile([{ ...own.alert, id: 'theirs', status: 'acknowledged' }], at(1));
    expect(book.active(at(1))).toMatchObject([{ alert: { id: 'theirs', status: 'acknowledged' } }]);
    book.reconcile([], at(2));
    expect(book.active(at(2))).toEqual([]);
  });

  it('does not lose the good passes of a firing alert when the database is read again', () => {
    const { read, book, at } = bookOf(thresholds({ id: 'cpu_usage', for_seconds: 0, clear_after_passes: 3 }));
    const [fired] = read(0, hot(90));
    for (const seconds of [10, 20]) {
      read(seconds, hot(10));
      book.reconcile(fired ? [fired.alert] : [], at(seconds + 1));
    }
    expect(read(30, hot(10))).toHaveLength(1);
  });

  it('ends the alerts of a threshold that is switched off', () => {
    const { read, book, at } = bookOf(atOnce);
    read(0, hot(90));
    const off = new ThresholdIndex(thresholds({ id: 'cpu_usage', enabled: false }));
    expect(book.use(off, at(30))).toMatchObject([{ kind: 'resolved', alert: { durationSeconds: 30 } }]);
    expect(read(40, hot(90))).toEqual([]);
  });

  it('begins a new alert when one was resolved by hand while its condition holds', () => {
    const { read, book } = bookOf(atOnce);
    const [first] = read(0, hot(90));
    book.forget(first?.alert.id ?? '');
    const [second] = read(10, hot(90));
    expect(second?.alert.id).not.toBe(first?.alert.id);
  });

  it('clears at a limit that was set lower than twice its margin', () => {
    const { read } = bookOf(thresholds({ id: 'cpu_usage', value: 1, for_seconds: 0, clear_after_passes: 1 }));
    expect(read(0, hot(2))).toHaveLength(1);
    expect(read(10, hot(0.4))).toMatchObject([{ kind: 'resolved' }]);
  });

  it('follows a bounded number of conditions and counts those it leaves out', () => {
    const { read, book, at, full } = bookOf(atOnce);
    const disks = Array.from({ length: maxSeries + 10 }, (_, i) => [
      'system_disk_usage_percent',
      85,
      { path: `/${i}` },
    ]);
    expect(read(0, observation('system', ...(disks as unknown as Figures)))).toHaveLength(maxSeries);
    expect(book.active(at(0))).toHaveLength(maxSeries);
    expect(full()).toBe(10);
  });

  it('keeps nothing of conditions that are fine', () => {
    const { read, book, at } = bookOf(atOnce);
    for (let i = 0; i < 3 * maxSeries; i += 1)
      read(i, observation('system', ['system_disk_usage_percent', 10, { path: `/${i}` }]));
    expect(read(99_999, hot(90))).toHaveLength(1);
    expect(book.active(at(99_999))).toHaveLength(1);
  });
});
