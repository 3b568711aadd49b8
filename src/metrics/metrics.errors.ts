import { AppError } from '../core/index.js';

export const peerRefused = (): AppError =>
  new AppError(
    'metrics.address_refused',
    'forbidden',
    'This address may not read the metrics. Add it to METRICS_ALLOW on the server.',
  );

export const credentialsRefused = (): AppError =>
  new AppError('metrics.credentials_refused', 'unauthenticated', 'The metrics need valid credentials.');
