import { gauge, type InstrumentFamily, type Metric } from '../collect/index.js';
import type { AuthSnapshot } from './auth.snapshot.js';

/** What one instance reads from the database for all of them. */
export const authMetrics: readonly Metric<AuthSnapshot>[] = [
  gauge('auth_users', 'Users that are not disabled, from the user table.', (s) => s.users),
  gauge('auth_active_users', 'Users who sent an authenticated request in the last 5 minutes.', (s) => s.activeUsers),
  gauge('auth_sessions_active', 'Sessions that are neither expired nor ended.', (s) => s.sessions),
];

/** Numbers born in this process. */
export const authInstruments = {
  logins: {
    name: 'auth_logins_total',
    help: 'Logins by outcome since the process started.',
    labelNames: ['outcome'],
  },
  refreshes: {
    name: 'auth_refreshes_total',
    help: 'Uses of refresh tokens by outcome since the process started; reused means a token was presented twice.',
    labelNames: ['outcome'],
  },
  limits: {
    name: 'auth_limit_hits_total',
    help: 'Requests refused because a limit was reached, by limit, since the process started.',
    labelNames: ['limit'],
  },
  denied: {
    name: 'auth_denied_requests_total',
    help: 'Requests refused by the access guard, by reason, since the process started.',
    labelNames: ['reason'],
  },
  hashesWaiting: {
    name: 'auth_password_hashes_waiting',
    help: 'Password hashes that wait for their turn in this process right now.',
    labelNames: [],
  },
  auditDropped: {
    name: 'auth_audit_events_dropped_total',
    help: 'Audit events of refused requests that were lost because their queue was full, since the process started.',
    labelNames: [],
  },
} as const satisfies Readonly<Record<string, InstrumentFamily>>;
