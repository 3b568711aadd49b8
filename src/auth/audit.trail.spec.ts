import { Logger } from '@nestjs/common';
import { MovableClock } from '../../test/support/clock.js';
import { Instruments, QueueLengths } from '../collect/index.js';
import { AppError } from '../core/index.js';
import type { Database } from '../database/index.js';
import type { AuditEntry } from './audit.entry.js';
import { AuditTrail } from './audit.trail.js';
import { AuthInstruments } from './auth.instruments.js';

const entry = (n: number): AuditEntry => ({
  tenantId: 't',
  id: 'user',
  address: null,
  action: 'access.denied',
  target: `thing:${n}`,
  outcome: 'denied',
  details: {},
});

/** A database that keeps what it is asked to insert, or fails. */
function recording(failure: () => Error | undefined): { database: Database; rows: string[] } {
  const rows: string[] = [];
  const query = (_sql: string, [json]: string[]): Promise<void> => {
    const error = failure();
    if (error) return Promise.reject(error);
    rows.push(...(JSON.parse(json ?? '[]') as { target: string }[]).map((row) => row.target));
    return Promise.resolve();
  };
  return { database: { run: (work: (em: unknown) => unknown) => work({ query }) } as unknown as Database, rows };
}

async function dropped(instruments: Instruments): Promise<number> {
  const metric = await instruments.registry.getSingleMetric('auth_audit_events_dropped_total')?.get();
  return metric?.values[0]?.value ?? 0;
}

describe('noted audit events', () => {
  beforeAll(() => Logger.overrideLogger(false));

  it('wait for the database in a bounded queue, in order; what does not fit is counted', async () => {
    let away = true;
    const { database, rows } = recording(() =>
      away ? new AppError('database.unreachable', 'unavailable', 'away') : undefined,
    );
    const instruments = new Instruments();
    const trail = new AuditTrail(database, new MovableClock(), new AuthInstruments(instruments), new QueueLengths());
    for (let n = 0; n < 1_010; n += 1) trail.note(entry(n));
    await trail.flush();
    expect(await dropped(instruments)).toBe(10);
    away = false;
    await trail.flush();
    expect(rows).toEqual(Array.from({ length: 1_000 }, (_, n) => `thing:${n}`));
  });

  it('that the database refuses do not hold up those behind them', async () => {
    let refuse = true;
    const { database, rows } = recording(() => (refuse ? new Error('invalid input') : undefined));
    const instruments = new Instruments();
    const trail = new AuditTrail(database, new MovableClock(), new AuthInstruments(instruments), new QueueLengths());
    trail.note(entry(1));
    await trail.flush();
    refuse = false;
    trail.note(entry(2));
    await trail.flush();
    expect(rows).toEqual(['thing:2']);
    expect(await dropped(instruments)).toBe(1);
  });
});
