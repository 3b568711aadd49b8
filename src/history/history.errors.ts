import { AppError, type InputFault } from '../core/index.js';
import type { Interval } from './history.query.js';
import type { Tier } from './tiers.js';

function invalid(code: string, pointer: string, message: string): AppError {
  const details: readonly InputFault[] = [{ pointer, message }];
  return new AppError(code, 'invalid', message, { details });
}

export function rangeBackwards(): AppError {
  return invalid('history.range_backwards', '/end_time', 'end_time must be later than start_time.');
}

/** @param parameter the one that lies ahead */
export function rangeInFuture(parameter: 'start_time' | 'end_time'): AppError {
  return invalid('history.range_in_future', `/${parameter}`, `${parameter} lies in the future: history ends now.`);
}

const list = (allowed: readonly Interval[]): string =>
  allowed.length === 0 ? 'No interval can answer it: shorten the range.' : `Allowed for it: ${allowed.join(', ')}.`;

export function tooManyPoints(interval: Interval, maxPoints: number, allowed: readonly Interval[]): AppError {
  const text = `The range has more than ${maxPoints} points of ${interval}. ${list(allowed)}`;
  return invalid('history.too_many_points', '/interval', text);
}

export function tooOld(interval: Interval, tier: Tier, allowed: readonly Interval[]): AppError {
  const days = tier.retentionMs / 86_400_000;
  const kept = days < 1 ? `${days * 24} hours` : `${days} days`;
  const text = `Points of ${interval} reach back ${kept}, the range begins earlier. ${list(allowed)}`;
  return invalid('history.too_old', '/interval', text);
}

const sentence = 'GET /api/v1/admin/stats/historical/metrics lists all series';

/** @param like series or aliases worth trying instead */
export function unknownSeries(metric: string, like: readonly string[]): AppError {
  const text = `There is no history of ${metric.slice(0, 200)}. There is, for example: ${like.join(', ')}; ${sentence}.`;
  return invalid('history.unknown_series', '/metric', text);
}

export function ambiguousSeries(metric: string, matches: number, like: readonly string[]): AppError {
  const text =
    `${metric.slice(0, 200)} means ${matches} series. Name one by its labels: ${like.join(', ')}` +
    `${matches > like.length ? '; ' + sentence : ''}.`;
  return invalid('history.ambiguous_series', '/metric', text);
}

export function badSelector(parameter: 'metric' | 'labels'): AppError {
  const form = parameter === 'metric' ? 'name or name{label="value"}' : 'label="value",other="value"';
  return invalid('history.bad_selector', `/${parameter}`, `${parameter} is not of the form ${form}.`);
}
