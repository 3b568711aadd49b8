import { AppError, type InputFault } from '../core/index.js';

/** Also for an alert of another tenant. */
export const alertNotFound = (): AppError => new AppError('alerts.not_found', 'not_found', 'No such alert.');

export const alertIsOver = (): AppError =>
  new AppError('alerts.resolved', 'conflict', 'This alert is resolved and cannot be acknowledged any more.');

export const badCursor = (): AppError =>
  new AppError('alerts.cursor_invalid', 'invalid', 'cursor: is not a next_cursor of this list', {
    details: [{ pointer: 'cursor', message: 'is not a next_cursor of this list' }],
  });

/** @param faults JSON pointers into the body */
export const badThresholds = (faults: readonly InputFault[]): AppError => {
  const [first] = faults;
  const text = first ? `${first.pointer.replace(/^\//, '')}: ${first.message}` : 'The thresholds are not valid.';
  return new AppError('alerts.thresholds_invalid', 'invalid', text, { details: faults });
};
