import type { QueryFigures } from './database-queries.js';
import type { PoolState } from './database.service.js';

/** This process as a client of the database: its own pool and its own statements. No round trip is needed for it. */
export interface DatabaseClientSnapshot {
  /** null before the first connection. */
  readonly pool: PoolState | null;
  readonly queries: QueryFigures;
}
