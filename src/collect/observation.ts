import type { ErrorKind } from '../core/index.js';
import type { Check } from './check.js';
import type { Sample } from './metric.js';

interface Run {
  readonly component: string;
  readonly scope: 'shared' | 'process';
  /** Start of the run, epoch milliseconds. */
  readonly startedAtMs: number;
  /** Monotonic duration of the run. */
  readonly durationMs: number;
  /** What outlets export, store and stream. Empty when absent; only `*_status 0` when failed. */
  readonly samples: readonly Sample[];
  /** The component's checks. After a failure every declared check is `down` or `unknown`. Empty when absent. */
  readonly checks: readonly Check[];
}

/** What the scheduler makes of one run. Close every switch over `outcome` with `never`. */
export type Observation =
  | (Run & { readonly outcome: 'ok'; readonly snapshot: unknown })
  | (Run & { readonly outcome: 'absent'; readonly reason: string })
  | (Run & { readonly outcome: 'failed'; readonly error: ObservedError });

/** A failure as data: fit to be shown to a signed-in operator. */
export interface ObservedError {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
}
