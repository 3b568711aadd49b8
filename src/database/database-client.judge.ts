import type { Check } from '../collect/index.js';
import type { DatabaseClientSnapshot } from './database-client.snapshot.js';

/** One check, `database_pool`: degraded while callers queue because every connection of the pool is in use. */
export function judgeDatabaseClient({ pool }: DatabaseClientSnapshot): readonly Check[] {
  if (pool === null) {
    const message = 'No connection to the database has been made yet, or its migrations are not applied.';
    return [{ name: 'database_pool', verdict: 'unknown', message, figures: {}, limit: null, loadPercent: null }];
  }
  const { size, active, idle, waiting } = pool;
  const exhausted = waiting > 0 && active >= size;
  return [
    {
      name: 'database_pool',
      verdict: exhausted ? 'degraded' : 'ok',
      message: exhausted
        ? `All ${size} pooled connections are in use and ${waiting} callers are waiting`
        : `${active} of ${size} pooled connections are in use`,
      figures: { active, idle, waiting, size },
      limit: { figure: 'waiting', operator: '>', value: 0 },
      loadPercent: Math.min(100, Math.round((active / size) * 1000) / 10),
    },
  ];
}
