import { AppError } from '../core/index.js';

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program',
  EACCES: 'may not be opened by this user',
  EADDRNOTAVAIL: 'is on an address that this machine does not have',
  ENOTFOUND: 'is on a host name that cannot be resolved',
};

/** @param cause what `listen` said; its code picks the sentence */
export function brokerCannotListen(host: string, port: number, cause: NodeJS.ErrnoException): AppError {
  const reason = reasons[cause.code ?? ''] ?? 'cannot be opened';
  const advice =
    cause.code === 'EADDRNOTAVAIL' || cause.code === 'ENOTFOUND'
      ? 'Set MQTT_HOST to an address of this machine.'
      : 'Set MQTT_PORT to a free port, or MQTT_URL to the broker that you already run.';
  return new AppError(
    'embedded.broker_cannot_listen',
    'unavailable',
    `Port ${port} on ${host} for the MQTT broker ${reason}. ${advice}`,
    { cause, retryable: false },
  );
}
