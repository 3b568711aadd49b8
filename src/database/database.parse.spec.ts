import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheHitRatio, parsePass, plainVersion, windowBetween } from './database.parse.js';
import type { DatabaseSnapshot } from './database.snapshot.js';
import { passStatement } from './database.sql.js';

const recorded = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(__dirname, 'testdata', name), 'utf8'));

describe('the answer of a pass', () => {
  it.each([
    ['pass-15.json', '15.20', 150_020],
    ['pass-18.json', '18.4', 180_004],
  ])('%s becomes a snapshot', (file, version, versionNumber) => {
    const s = parsePass(recorded(file), 0.004);
    expect(s).toMatchObject({ version, versionNumber, responseSeconds: 0.004, inRecovery: false, window: null });
    expect(s.connections).toMatchObject({ used: 3, max: 97 });
    expect(s.connections.byState).toEqual({
      active: 2,
      idle: 0,
      idle_in_transaction: 1,
      idle_in_transaction_aborted: 0,
      fastpath: 0,
      disabled: 0,
      hidden: 0,
    });
    expect(s.blockedSessions).toBe(1);
    expect(s.locks).toContainEqual({ mode: 'RowExclusiveLock', granted: false, count: 1 });
    expect(s.slots).toMatchObject([{ name: 'spare', active: false }]);
    expect(s.replayLagSeconds).toBeNull();
  });

  it('keeps what the server does not tell as null, and turns milliseconds into seconds', () => {
    const raw = recorded('pass-15.json');
    const s = parsePass(
      {
        ...raw,
        wal_position: null,
        sessions: { ...(raw.sessions as object), oldest_transaction: null },
        standbys: [{ name: 'b', state: null, sync_state: null, lag_bytes: null, lag_seconds: null }],
        checkpoints: { timed: 3, requested: 1, write_ms: 1500, sync_ms: 250, buffers: 7 },
      },
      0,
    );
    expect(s.walPositionBytes).toBeNull();
    expect(s.oldestTransactionSeconds).toBeNull();
    expect(s.standbys).toEqual([{ name: 'b', state: 'hidden', syncState: 'hidden', lagBytes: null, lagSeconds: null }]);
    expect(s.checkpoints).toEqual({ timed: 3, requested: 1, writeSeconds: 1.5, syncSeconds: 0.25, buffersWritten: 7 });
  });

  it('never shows a negative age when the clocks of two servers differ', () => {
    const s = parsePass({ ...recorded('pass-15.json'), replay_lag: -0.002 }, 0);
    expect(s.replayLagSeconds).toBe(0);
  });

  it('counts a session state of a future version as hidden instead of losing it', () => {
    const s = parsePass({ ...recorded('pass-15.json'), states: { idle: 1, pondering: 2 } }, 0);
    expect(s.connections.byState).toMatchObject({ idle: 1, hidden: 2 });
  });

  it('refuses an answer of another form', () => {
    expect(() => parsePass({ ...recorded('pass-15.json'), size: '1' }, 0)).toThrow();
    expect(() => parsePass(null, 0)).toThrow();
  });

  it.each([
    ['15.20 (Debian 15.20-0+deb12u1)', '15.20'],
    ['18.4', '18.4'],
    ['17beta1', '17beta1'],
  ])('the version of %s is %s', (server, plain) => expect(plainVersion(server)).toBe(plain));
});

describe('the statement of a pass', () => {
  it.each([
    [140_000, 'pg_stat_bgwriter', 'pg_stat_checkpointer'],
    [150_020, 'pg_stat_bgwriter', 'pg_stat_checkpointer'],
    [160_009, 'pg_stat_bgwriter', 'pg_stat_checkpointer'],
    [170_000, 'pg_stat_checkpointer', 'pg_stat_bgwriter'],
    [180_004, 'pg_stat_checkpointer', 'pg_stat_bgwriter'],
  ])('of version %i reads checkpoints from %s', (version, from, notFrom) => {
    expect(passStatement(version)).toContain(from);
    expect(passStatement(version)).not.toContain(notFrom);
  });
});

describe('the window between two passes', () => {
  const base = parsePass(recorded('pass-15.json'), 0.001);
  const after = (
    counters: Partial<DatabaseSnapshot['counters']>,
    more: Partial<DatabaseSnapshot> = {},
  ): DatabaseSnapshot => ({
    ...base,
    ...more,
    counters: { ...base.counters, ...counters },
  });

  it('divides the differences by the time between', () => {
    const { counters } = base;
    const later = after(
      {
        commits: counters.commits + 50,
        rowsInserted: counters.rowsInserted + 20,
        rowsDeleted: counters.rowsDeleted + 10,
        blocksHit: counters.blocksHit + 90,
        blocksRead: counters.blocksRead + 10,
      },
      { walPositionBytes: (base.walPositionBytes ?? 0) + 1_000 },
    );
    expect(windowBetween(base, later, 10)).toEqual({
      seconds: 10,
      commitsPerSecond: 5,
      rollbacksPerSecond: 0,
      rowsReadPerSecond: 0,
      rowsWrittenPerSecond: 3,
      walBytesPerSecond: 100,
      cacheHitRatio: 0.9,
    });
  });

  it('is unknown after a reset of any counter, and when no time has passed', () => {
    expect(windowBetween(base, after({ commits: base.counters.commits - 1 }), 10)).toBeNull();
    expect(windowBetween(base, after({}), 0)).toBeNull();
  });

  it('has no hit ratio without block reads and no WAL rate without positions', () => {
    expect(windowBetween(base, after({}, { walPositionBytes: null }), 10)).toMatchObject({
      cacheHitRatio: null,
      walBytesPerSecond: null,
    });
    expect(cacheHitRatio(0, 0)).toBeNull();
  });
});
