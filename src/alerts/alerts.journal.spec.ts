import { Logger } from '@nestjs/common';
import { FakeClock, settle } from '../../test/support/fake-clock.js';
import { Instruments } from '../collect/index.js';
import { AppError } from '../core/index.js';
import type { Database } from '../database/index.js';
import { AlertChanges } from './alert-changes.js';
import type { Alert } from './alert.js';
import type { Transition } from './alerts.book.js';
import { AlertJournal } from './alerts.journal.js';

const alert = (id: string): Alert => ({
  id,
  fingerprint: id,
  thresholdId: 't',
  component: 'c',
  metric: 'm',
  labels: {},
  severity: 'info',
  message: 'm',
  value: 2,
  threshold: 1,
  status: 'active',
  startedAtMs: 0,
  firedAtMs: 0,
  acknowledgedBy: null,
  acknowledgedAtMs: null,
  resolvedAtMs: null,
  resolvedBy: null,
  durationSeconds: null,
});
const fired = (id: string): Transition => ({ kind: 'fired', alert: alert(id) });
const resolved = (id: string): Transition => ({
  kind: 'resolved',
  alert: { ...alert(id), status: 'resolved', resolvedAtMs: 1, durationSeconds: 1 },
});

/** A database whose transactions keep what was written, or throw it away. */
class Recording {
  readonly written: string[] = [];
  failure: (id: string) => Error | undefined = () => undefined;

  async transaction(work: (em: unknown) => Promise<void>): Promise<void> {
    const rows: string[] = [];
    const query = (sql: string, values: readonly string[]): Promise<void> => {
      const insert = sql.startsWith('INSERT');
      const id = (insert ? values[0] : values[1]) ?? '';
      const error = this.failure(id);
      if (error) return Promise.reject(error);
      rows.push(`${insert ? '+' : '-'}${id}`);
      return Promise.resolve();
    };
    await work({ query });
    this.written.push(...rows);
  }
}

const away = (): Error => new AppError('database.unavailable', 'unavailable', 'The database is away.');

describe('The journal of alerts', () => {
  let database: Recording;
  let clock: FakeClock;
  let instruments: Instruments;
  let journal: AlertJournal;
  beforeEach(() => {
    Logger.overrideLogger(false);
    database = new Recording();
    clock = new FakeClock();
    instruments = new Instruments();
    journal = new AlertJournal(database as unknown as Database, clock, instruments);
  });

  const figure = async (name: string): Promise<number | undefined> =>
    (await instruments.registry.getSingleMetric(name)?.get())?.values[0]?.value;

  it('keeps the order over an outage, writes each change once, and says how many wait', async () => {
    database.failure = away;
    for (const transition of [fired('a'), resolved('a'), fired('b')]) journal.push(transition);
    await settle();
    expect(await figure('alerts_journal_waiting')).toBe(3);
    await clock.advance(5_000);
    expect(database.written).toEqual([]);
    database.failure = () => undefined;
    journal.push(fired('c'));
    await clock.advance(1_000);
    expect(database.written).toEqual(['+a', '-a', '+b', '+c']);
    expect([journal.empty, await figure('alerts_journal_waiting')]).toEqual([true, 0]);
    expect(clock.timers).toBe(0);
  });

  it('leaves out what the database refuses, counts it, and writes all the rest in order', async () => {
    database.failure = (id) => (id === 'bad' ? new Error('refused') : undefined);
    for (const id of ['a', 'bad', 'b']) journal.push(fired(id));
    await journal.flush();
    expect(database.written).toEqual(['+a', '+b']);
    expect([journal.empty, await figure('alerts_journal_dropped_total')]).toEqual([true, 1]);
  });

  it('is bounded, and counts what does not fit', async () => {
    database.failure = away;
    for (let i = 0; i < 5_003; i += 1) journal.push(fired(String(i)));
    await settle();
    expect(await figure('alerts_journal_dropped_total')).toBe(3);
    database.failure = () => undefined;
    await clock.advance(1_000);
    expect(database.written).toHaveLength(5_000);
    expect(database.written[0]).toBe('+0');
  });

  it('makes one more attempt at the end of the process and leaves no timer behind', async () => {
    database.failure = away;
    journal.push(fired('a'));
    await settle();
    database.failure = () => undefined;
    await journal.beforeApplicationShutdown();
    expect(database.written).toEqual(['+a']);
    expect(clock.timers).toBe(0);
  });
});

describe('Changes of alerts', () => {
  it('reach every listener in order, whatever another one does, until it leaves', () => {
    const changes = new AlertChanges();
    const seen: string[] = [];
    changes.subscribe(() => {
      throw new Error('a listener of no use');
    });
    const leave = changes.subscribe(({ kind, alert: { id } }) => seen.push(`${kind} ${id}`));
    changes.publish('fired', alert('a'));
    changes.publish('updated', alert('a'));
    leave();
    changes.publish('resolved', alert('a'));
    expect(seen).toEqual(['fired a', 'updated a']);
  });
});
