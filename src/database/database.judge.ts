import type { Check, Limit } from '../collect/index.js';
import type { DatabaseSnapshot } from './database.snapshot.js';

/** From where on a working database counts as degraded. */
export interface DatabaseLimits {
  readonly responseMs: number;
  readonly connectionsPercent: number;
  readonly transactionSeconds: number;
  /** Transactions, and multixacts alike. */
  readonly wraparoundAge: number;
  /** Connections that this instance's pool may open; no limit, but more than the server has is a fault waiting. */
  readonly poolSize: number;
}

interface Rule {
  readonly limit: Limit;
  readonly value: number;
  /** What is the case when the limit is crossed. */
  readonly text: string;
}

const crossed = ({ limit, value }: Rule): boolean =>
  limit.operator === '>' ? value > limit.value : value >= limit.value;

const rounded = (value: number, digits = 1): number => Math.round(value * 10 ** digits) / 10 ** digits;

function rules(s: DatabaseSnapshot, limits: DatabaseLimits, figures: Readonly<Record<string, number>>): Rule[] {
  const rule = (figure: string, operator: '>' | '>=', value: number, text: string): Rule => ({
    limit: { figure, operator, value },
    value: figures[figure] ?? 0,
    text,
  });
  const { used, max } = s.connections;
  const age = Math.max(s.transactionIdAge, s.multixactIdAge);
  return [
    rule(
      'wraparound_age',
      '>=',
      limits.wraparoundAge,
      `transaction ids are ${rounded((age / 2 ** 31) * 100)} % used up, VACUUM must freeze old rows`,
    ),
    rule('connections_used_percent', '>=', limits.connectionsPercent, `${used} of ${max} connections are in use`),
    rule('response_time_ms', '>', limits.responseMs, `it took ${rounded(s.responseSeconds * 1000)} ms to answer`),
    rule(
      'oldest_transaction_seconds',
      '>=',
      limits.transactionSeconds,
      `a transaction has been open for ${Math.round(s.oldestTransactionSeconds ?? 0)} s`,
    ),
  ];
}

/** One check, `database`: degraded while the server answers but is beyond a limit, or accepts no writes. */
export function judgeDatabase(s: DatabaseSnapshot, limits: DatabaseLimits): readonly Check[] {
  const usedPercent = s.connections.max > 0 ? (s.connections.used / s.connections.max) * 100 : 0;
  const figures = {
    response_time_ms: rounded(s.responseSeconds * 1000, 2),
    connections_used_percent: rounded(usedPercent),
    oldest_transaction_seconds: rounded(s.oldestTransactionSeconds ?? 0),
    wraparound_age: Math.max(s.transactionIdAge, s.multixactIdAge),
  };
  const broken = rules(s, limits, figures).filter(crossed);
  const faults = [
    ...(s.inRecovery ? ['the server is a standby and accepts no writes'] : []),
    ...(limits.poolSize > s.connections.max
      ? [`DATABASE_POOL_SIZE is ${limits.poolSize} but the server accepts only ${s.connections.max} connections`]
      : []),
    ...broken.map((rule) => rule.text),
  ];
  const connected = `Connected to PostgreSQL ${s.version}`;
  return [
    {
      name: 'database',
      verdict: faults.length > 0 ? 'degraded' : 'ok',
      message: faults.length > 0 ? `${connected}; ${faults.join('; ')}` : connected,
      figures,
      limit: broken[0]?.limit ?? { figure: 'response_time_ms', operator: '>', value: limits.responseMs },
      loadPercent: Math.min(100, figures.connections_used_percent),
    },
  ];
}
