import { AppError } from '../core/index.js';

/** The broker cannot be connected to: refused, unknown host, TLS failure, connection lost. */
export function mqttUnreachable(cause: unknown): AppError {
  return new AppError(
    'mqtt.unreachable',
    'unavailable',
    'The MQTT broker cannot be reached. Check that it runs and that MQTT_URL names it.',
    { cause },
  );
}

/** @param timeoutMs the wait that was not enough */
export function mqttTimeout(timeoutMs: number): AppError {
  return new AppError('mqtt.timeout', 'unavailable', `The MQTT broker did not answer within ${timeoutMs} ms.`);
}

/** The caller gave up before the broker answered. */
export function mqttAborted(): AppError {
  return new AppError('mqtt.aborted', 'unavailable', 'The MQTT broker did not answer before the run was ended.');
}

/** CONNACK with "bad user name or password" or "not authorised". */
export function mqttAuthRefused(cause: unknown): AppError {
  return new AppError(
    'mqtt.auth_refused',
    'unavailable',
    'The MQTT broker refuses the sign-in. Check the user name and password in MQTT_URL.',
    { cause, retryable: false },
  );
}

/** CONNACK with any other refusal: the broker runs and takes nobody, or not us. */
export function mqttRefused(cause: unknown): AppError {
  return new AppError(
    'mqtt.refused',
    'unavailable',
    'The MQTT broker refuses the connection: it is too busy, shutting down, or does not take this client id.',
    { cause },
  );
}

export function mqttCaUnreadable(cause: unknown): AppError {
  return new AppError(
    'mqtt.ca_unreadable',
    'unavailable',
    'The file in MQTT_TLS_CA_FILE cannot be read. Check its path and permissions.',
    { cause, retryable: false },
  );
}

/** The REST API of EMQX does not answer as documented. */
export function emqxUnreachable(cause: unknown): AppError {
  return new AppError('mqtt.emqx_unreachable', 'unavailable', 'The EMQX API does not answer. Check EMQX_API_URL.', {
    cause,
  });
}

export function emqxRefused(): AppError {
  return new AppError(
    'mqtt.emqx_refused',
    'unavailable',
    'The EMQX API refuses the key. Check EMQX_API_KEY and EMQX_API_SECRET.',
    { retryable: false },
  );
}
