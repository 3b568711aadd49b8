import { AppError, type InputFault } from '../core/index.js';

// The four texts of the 401 answers and the one of 403 are part of the contract (S0-116 to S0-120): clients compare them.
const unauthenticated = (code: string, text: string): AppError => new AppError(code, 'unauthenticated', text);

export const noToken = (): AppError => unauthenticated('auth.token_missing', 'Access denied. No token provided.');
export const malformedHeader = (): AppError => unauthenticated('auth.header_malformed', 'Invalid token format');
export const tokenExpired = (): AppError => unauthenticated('auth.token_expired', 'Token has expired');
/** @param why for the log only */
export const invalidToken = (why: unknown): AppError =>
  new AppError('auth.token_invalid', 'unauthenticated', 'Invalid token', { cause: why });
/** Unknown, used, expired, or made for another stream: which one is nobody's business. */
export const badStreamTicket = (): AppError => unauthenticated('auth.stream_ticket_invalid', 'Invalid token');
/** The session was ended by logout, a change of the user, or a reused refresh token. */
export const sessionEnded = (): AppError => unauthenticated('auth.session_ended', 'Invalid token');

/** One answer for an unknown user, a wrong password and a disabled user. */
export const badCredentials = (): AppError => unauthenticated('auth.credentials_invalid', 'Wrong e-mail or password.');
/** One answer for an unknown, used or expired refresh token. */
export const badRefreshToken = (): AppError =>
  unauthenticated('auth.refresh_token_invalid', 'The refresh token is not valid. Sign in again.');

export const accessDenied = (): AppError =>
  new AppError('auth.permission_denied', 'forbidden', 'Access denied. Admin privileges required.');

/** @param retryAfterSeconds when the bucket has room again */
export const tooManyRequests = (retryAfterSeconds: number): AppError =>
  new AppError('auth.rate_limited', 'limited', `Too many requests. Try again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  });
export const tooManyLogins = (retryAfterSeconds: number): AppError =>
  new AppError('auth.login_limited', 'limited', `Too many login attempts. Try again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  });

/** The password hashing queue is full: a burst of logins must cost neither memory nor the event loop. */
export const loginBusy = (): AppError =>
  new AppError('auth.busy', 'unavailable', 'Too many logins at once. Try again in a second.', {
    retryAfterSeconds: 1,
  });

export const userNotFound = (): AppError => new AppError('auth.user_not_found', 'not_found', 'No such user.');
export const emailTaken = (): AppError =>
  new AppError('auth.email_taken', 'conflict', 'Another user has this e-mail address.');
export const lastAdmin = (): AppError =>
  new AppError('auth.last_admin', 'conflict', 'This is the last active admin. Make another user admin first.');
export const keyReused = (): AppError =>
  new AppError('auth.idempotency_key_reused', 'invalid', 'This Idempotency-Key was used for another request.');

/** @param pointer JSON pointer into the body, or the name of a header */
export const badInput = (pointer: string, message: string): AppError => {
  const details: readonly InputFault[] = [{ pointer, message }];
  return new AppError('auth.input_invalid', 'invalid', `${pointer.replace(/^\//, '')}: ${message}`, { details });
};
