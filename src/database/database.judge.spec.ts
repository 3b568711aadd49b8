import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeDatabaseClient } from './database-client.judge.js';
import type { DatabaseClientSnapshot } from './database-client.snapshot.js';
import { judgeDatabase } from './database.judge.js';
import { parsePass } from './database.parse.js';
import type { DatabaseSnapshot } from './database.snapshot.js';

const healthy = parsePass(JSON.parse(readFileSync(join(__dirname, 'testdata', 'pass-15.json'), 'utf8')), 0.005);
const limits = {
  responseMs: 1_000,
  connectionsPercent: 80,
  transactionSeconds: 3_600,
  wraparoundAge: 1_000_000_000,
  poolSize: 20,
};
const connections = (used: number): Partial<DatabaseSnapshot> => ({
  connections: { ...healthy.connections, used, max: 100 },
});

describe('the check database', () => {
  it('is ok and names the server while every limit is kept', () => {
    expect(judgeDatabase(healthy, limits)).toEqual([
      {
        name: 'database',
        verdict: 'ok',
        message: 'Connected to PostgreSQL 15.20',
        figures: {
          response_time_ms: 5,
          connections_used_percent: 3.1,
          oldest_transaction_seconds: 0.4,
          wraparound_age: 14,
        },
        limit: { figure: 'response_time_ms', operator: '>', value: 1_000 },
        loadPercent: 3.1,
      },
    ]);
  });

  it.each<[string, Partial<DatabaseSnapshot>, 'ok' | 'degraded', RegExp]>([
    ['at 1000 ms', { responseSeconds: 1 }, 'ok', /^Connected to PostgreSQL 15.20$/],
    ['beyond 1000 ms', { responseSeconds: 1.001 }, 'degraded', /1001 ms to answer/],
    ['with 79 % of its connections used', connections(79), 'ok', /^Connected/],
    ['with 80 % of its connections used', connections(80), 'degraded', /80 of 100 connections/],
    ['just before an hour-long transaction', { oldestTransactionSeconds: 3_599 }, 'ok', /^Connected/],
    ['with an hour-long transaction', { oldestTransactionSeconds: 3_600 }, 'degraded', /open for 3600 s/],
    ['with old transaction ids', { transactionIdAge: 1_073_741_824 }, 'degraded', /50 % used up/],
    ['with old multixact ids', { multixactIdAge: 1_000_000_000 }, 'degraded', /used up/],
    ['as a standby', { inRecovery: true }, 'degraded', /accepts no writes/],
    [
      'that accepts fewer connections than the pool may open',
      { connections: { ...healthy.connections, used: 1, max: 10 } },
      'degraded',
      /DATABASE_POOL_SIZE is 20 but the server accepts only 10/,
    ],
  ])('a server %s', (_case, change, verdict, message) => {
    const [check] = judgeDatabase({ ...healthy, ...change }, limits);
    expect(check?.verdict).toBe(verdict);
    expect(check?.message).toMatch(message);
  });

  it('names every crossed limit and carries the gravest', () => {
    const [check] = judgeDatabase({ ...healthy, ...connections(100), responseSeconds: 2 }, limits);
    expect(check?.message).toBe(
      'Connected to PostgreSQL 15.20; 100 of 100 connections are in use; it took 2000 ms to answer',
    );
    expect(check?.limit).toEqual({ figure: 'connections_used_percent', operator: '>=', value: 80 });
  });
});

describe('the check database_pool', () => {
  const of = (pool: DatabaseClientSnapshot['pool']): DatabaseClientSnapshot =>
    ({ pool, queries: {} }) as DatabaseClientSnapshot;
  it.each([
    [{ size: 4, active: 1, idle: 2, waiting: 0 }, 'ok', '1 of 4 pooled connections are in use', 25],
    [{ size: 4, active: 4, idle: 0, waiting: 0 }, 'ok', '4 of 4 pooled connections are in use', 100],
    [
      { size: 4, active: 4, idle: 0, waiting: 3 },
      'degraded',
      'All 4 pooled connections are in use and 3 callers are waiting',
      100,
    ],
  ])('of %j is %s', (pool, verdict, message, loadPercent) => {
    expect(judgeDatabaseClient(of(pool))).toMatchObject([{ name: 'database_pool', verdict, message, loadPercent }]);
  });

  it('is unknown before the first connection', () => {
    expect(judgeDatabaseClient(of(null))).toMatchObject([{ verdict: 'unknown', loadPercent: null }]);
  });
});
