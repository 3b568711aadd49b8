import { AppError, type ErrorKind } from '../core/index.js';

/** The address does not answer: refused, unknown host, TLS failure, connection lost. */
export function iotdbUnreachable(cause: unknown): AppError {
  return new AppError(
    'iotdb.unreachable',
    'unavailable',
    'IoTDB cannot be reached. Check that the DataNode runs and that IOTDB_URL names its REST port (18080 by default).',
    { cause },
  );
}

/** @param timeoutMs the wait that was not enough */
export function iotdbTimeout(timeoutMs: number): AppError {
  return new AppError('iotdb.timeout', 'unavailable', `IoTDB did not answer within ${timeoutMs} ms.`);
}

/** The caller gave up before IoTDB answered. */
export function iotdbAborted(): AppError {
  return new AppError('iotdb.aborted', 'unavailable', 'IoTDB did not answer before the run was ended.');
}

/** HTTP 401, whatever the code in the body: it differs between versions. */
export function iotdbAuthRefused(): AppError {
  return new AppError(
    'iotdb.auth_refused',
    'unavailable',
    'IoTDB refuses the authentication. Check IOTDB_USERNAME and IOTDB_PASSWORD, or the user and password in IOTDB_URL.',
    { retryable: false },
  );
}

/** `/ping` answers 503: the REST service runs, the service that executes statements does not. */
export function iotdbNotServing(): AppError {
  return new AppError(
    'iotdb.not_serving',
    'unavailable',
    'The REST service of IoTDB answers, but its DataNode serves no statements. It is starting or stopping; see its log.',
  );
}

/** Something answers that is not IoTDB's REST service, or not in a way known to us. */
export function iotdbUnexpectedAnswer(status: number): AppError {
  return new AppError(
    'iotdb.unexpected_answer',
    'unavailable',
    `The address answers with HTTP ${status} and not as the REST service of IoTDB does. Check IOTDB_URL and enable_rest_service.`,
  );
}

/** @param limitBytes the cap on an answer */
export function iotdbAnswerTooLarge(limitBytes: number): AppError {
  return new AppError(
    'iotdb.answer_too_large',
    'unavailable',
    `An answer of IoTDB is larger than ${limitBytes} bytes and was not read.`,
    { retryable: false },
  );
}

/** The reporter of a DataNode answers with an error or does not answer at all. */
export function iotdbReporterFailed(cause: unknown): AppError {
  return new AppError(
    'iotdb.reporter_failed',
    'unavailable',
    'The Prometheus reporter of a DataNode cannot be read. Check IOTDB_METRICS_URL and dn_metric_reporter_list=PROMETHEUS.',
    { cause },
  );
}

interface Refusal {
  readonly name: string;
  readonly kind: ErrorKind;
  readonly text: string;
  readonly retryable: boolean;
}

const refusals: readonly (readonly [codes: readonly number[], refusal: Refusal])[] = [
  [
    [600, 611],
    {
      name: 'read_only',
      kind: 'unavailable',
      text: 'IoTDB is read-only and refuses writes. Its disk is full or someone set it so.',
      retryable: true,
    },
  ],
  [
    [602, 906],
    {
      name: 'not_ready',
      kind: 'unavailable',
      text: 'IoTDB is not ready for this statement yet: it has no available region or still starts.',
      retryable: true,
    },
  ],
  [
    [606],
    {
      name: 'write_rejected',
      kind: 'unavailable',
      text: 'IoTDB rejects writes because it is overloaded.',
      retryable: true,
    },
  ],
  [
    [709, 712],
    {
      name: 'overloaded',
      kind: 'unavailable',
      text: 'IoTDB gave the statement up for lack of memory or time.',
      retryable: true,
    },
  ],
  [
    [607],
    {
      name: 'too_old',
      kind: 'invalid',
      text: 'The points are older than the TTL of their database.',
      retryable: false,
    },
  ],
  [
    [500, 508, 509],
    { name: 'path_refused', kind: 'not_found', text: 'IoTDB has no such database or path.', retryable: false },
  ],
  [
    [700, 701],
    {
      name: 'statement_refused',
      kind: 'invalid',
      text: 'IoTDB does not know this statement. Its version is older than the statement.',
      retryable: false,
    },
  ],
  [
    [708, 411],
    {
      name: 'result_too_large',
      kind: 'limited',
      text: 'IoTDB refused the statement: its result has more rows than asked for, or it failed while running.',
      retryable: false,
    },
  ],
  [
    [803],
    {
      name: 'permission_missing',
      kind: 'forbidden',
      text: 'The IoTDB user may not run this statement. Nodes and regions need an administrator.',
      retryable: false,
    },
  ],
];

const otherwise: Refusal = {
  name: 'statement_failed',
  kind: 'unavailable',
  text: 'IoTDB failed to run the statement; see its log. Without a reachable ConfigNode most statements fail.',
  retryable: true,
};

/**
 * A statement that IoTDB answered and did not run. It says so with HTTP 200 and a status code in the body.
 * @param code TSStatusCode of IoTDB @param message its own text, for the log only
 */
export function iotdbRefused(code: number, message: string): AppError {
  const { name, kind, text, retryable } = refusals.find(([codes]) => codes.includes(code))?.[1] ?? otherwise;
  const cause = new Error(`${code}: ${message.slice(0, 500)}`);
  return new AppError(`iotdb.${name}`, kind, text, { cause, retryable });
}
