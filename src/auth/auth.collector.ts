import { Injectable } from '@nestjs/common';
import { Collector } from '../collect/index.js';
import { AppError } from '../core/index.js';
import { Database } from '../database/index.js';
import { authMetrics } from './auth.metrics.js';
import type { AuthSnapshot } from './auth.snapshot.js';

type Row = Readonly<Record<'users' | 'active_users' | 'sessions', string>>;

/** A user who did something in the last 5 minutes counts as active (S3-122). */
const counts = `
  SELECT (SELECT count(*) FROM users WHERE disabled_at IS NULL) AS users,
         count(DISTINCT user_id) FILTER (WHERE last_seen_at > now() - interval '5 minutes') AS active_users,
         count(*) AS sessions
  FROM sessions WHERE revoked_at IS NULL AND expires_at > now()`;

/** Stops waiting at the signal. The statement itself is bounded by the pool's own timeouts. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void =>
      reject(new AppError('auth.database_silent', 'unavailable', 'The database did not answer in time.'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

/** Counts users and sessions in the database: the same answer from every instance. */
@Injectable()
export class AuthCollector extends Collector<AuthSnapshot> {
  readonly component = 'auth';
  readonly metrics = authMetrics;
  override readonly external = true;

  constructor(private readonly database: Database) {
    super();
  }

  /** @throws AppError `unavailable` without the database */
  async collect(signal: AbortSignal): Promise<AuthSnapshot> {
    const [row] = await untilAborted(
      this.database.run((em): Promise<Row[]> => em.query(counts)),
      signal,
    );
    return {
      users: Number(row?.users),
      activeUsers: Number(row?.active_users),
      sessions: Number(row?.sessions),
    };
  }
}
