import type { Row } from '../collect/index.js';
import type { SystemSnapshot } from './system.snapshot.js';

/** Reads one figure of one thing; null leaves its row out. */
export type Figure<T> = (one: T) => number | null;

/** Reads one row for each of several things, told apart by one label. */
export function rowsBy<T>(
  label: string,
  all: (s: SystemSnapshot) => readonly T[],
  key: (one: T) => string,
  figure: Figure<T>,
) {
  return (s: SystemSnapshot): readonly Row[] =>
    all(s).flatMap((one) => {
      const value = figure(one);
      return value === null ? [] : [[{ [label]: key(one) }, value] as const];
    });
}
