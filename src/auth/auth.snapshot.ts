/** What the database says about users and sessions at one moment. */
export interface AuthSnapshot {
  /** Users that are not disabled. */
  readonly users: number;
  /** Users with a request in the last 5 minutes. Presence is written every 30 s, so it may lag by that. */
  readonly activeUsers: number;
  /** Sessions that are neither expired nor ended. */
  readonly sessions: number;
}
