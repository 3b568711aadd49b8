import { AppError } from '../core/index.js';

const retryAfterSeconds = 5;

export const tooManyStreams = (): AppError =>
  new AppError('stream.instance_full', 'unavailable', 'Too many live streams are open. Try again later.', {
    retryAfterSeconds,
  });
export const tooManyOfUser = (): AppError =>
  new AppError('stream.user_limit', 'limited', 'You have too many live streams open. Close one first.', {
    retryAfterSeconds,
  });
export const tooManyOfAddress = (): AppError =>
  new AppError('stream.address_limit', 'limited', 'Too many live streams are open from this address.', {
    retryAfterSeconds,
  });
export const shuttingDown = (): AppError =>
  new AppError('stream.shutting_down', 'unavailable', 'The server is shutting down. Try again.', { retryAfterSeconds });
