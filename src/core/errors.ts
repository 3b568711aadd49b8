/** What went wrong, in the vocabulary of the caller. The one HTTP filter turns a kind into a status. */
export type ErrorKind =
  'invalid' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'limited' | 'unavailable' | 'bug';

/** One fault of an input: where (JSON pointer into the body, or a parameter's name) and what. */
export interface InputFault {
  readonly pointer: string;
  readonly message: string;
}

export interface AppErrorOptions {
  /** The underlying failure; goes to the log, never to the caller. */
  readonly cause?: unknown;
  /** Faults of the input, listed in the answer's `errors`. */
  readonly details?: readonly InputFault[];
  /** Whether the same call may succeed later without a change. Defaults to true for `unavailable` and `limited`. */
  readonly retryable?: boolean;
  /** Seconds after which a retry makes sense; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/**
 * The only error class of the application. `publicText` is for the caller and must hold no secret, path, host or
 * driver text; the cause chain is for the log.
 */
export class AppError extends Error {
  readonly details: readonly InputFault[];
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;

  /**
   * @param code dotted, stable, feature first: `redis.unreachable`
   * @param kind decides the HTTP status and whether a monitored server counts as down
   * @param publicText what is wrong, where, and what to do
   */
  constructor(
    readonly code: string,
    readonly kind: ErrorKind,
    readonly publicText: string,
    options: AppErrorOptions = {},
  ) {
    super(publicText, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.details = options.details ?? [];
    this.retryable = options.retryable ?? (kind === 'unavailable' || kind === 'limited');
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Wraps anything thrown into an AppError; what is none already is a bug of ours. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError('core.bug', 'bug', 'An internal error occurred. It was logged with this request id.', {
    cause: thrown,
  });
}

/** The chain of messages from the outermost error to the root cause, for logs. */
export function causeChain(thrown: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = thrown; at !== undefined && at !== null && parts.length < 8;) {
    if (at instanceof Error) {
      // Node's connection errors may carry an empty message and the reason in `code` (AggregateError of happy eyeballs).
      const text = at.message || String((at as NodeJS.ErrnoException).code ?? at.name);
      parts.push(text);
      at = at.cause;
    } else {
      parts.push(String(at));
      break;
    }
  }
  return parts.join(': ');
}

/** Closes a switch over a union: the compiler rejects the call while a case is missing. */
export function never(value: never): never {
  throw new AppError('core.bug', 'bug', 'An internal error occurred.', {
    cause: new Error(`unexpected case ${JSON.stringify(value)}`),
  });
}
