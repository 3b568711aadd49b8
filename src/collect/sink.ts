import type { Observation } from './observation.js';

/**
 * Receives every observation, in order, one at a time. Each sink has its own bounded queue: a slow sink delays
 * nobody, a throwing sink harms no other. Discovery is by class, as for collectors.
 */
export abstract class Sink {
  /** snake_case, unique: label of the sink's own metrics. */
  abstract readonly name: string;
  /** `own`: only what this instance collected (never twice). `all`: also what other instances relayed. */
  readonly hears: 'own' | 'all' = 'all';
  /** Observations waiting at most; beyond it the oldest is dropped and counted. */
  readonly queueLimit: number = 256;
  abstract accept(observation: Observation): void | Promise<void>;
}
