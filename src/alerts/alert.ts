import type { Labels } from '../collect/index.js';
import type { Severity } from './alerts.threshold.js';

/** Stored words of S3. Open means active or acknowledged. */
export const alertStatuses = ['active', 'acknowledged', 'resolved'] as const;
export type AlertStatus = (typeof alertStatuses)[number];

/** One alert, from firing to its end. */
export interface Alert {
  readonly id: string;
  /** Which condition this is about: threshold, metric and labels. At most one open alert has it. */
  readonly fingerprint: string;
  readonly thresholdId: string;
  readonly component: string;
  readonly metric: string;
  readonly labels: Labels;
  readonly severity: Severity;
  readonly message: string;
  /** The figure that made it fire, in the unit of the metric. */
  readonly value: number;
  /** The limit it was compared with. */
  readonly threshold: number;
  readonly status: AlertStatus;
  /** First reading in breach, epoch ms. */
  readonly startedAtMs: number;
  /** End of the minimum duration, epoch ms. */
  readonly firedAtMs: number;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAtMs: number | null;
  readonly resolvedAtMs: number | null;
  /** Who resolved it: a user's id, or null when it cleared by itself. */
  readonly resolvedBy: string | null;
  /** From the first reading in breach to the end; null while open. */
  readonly durationSeconds: number | null;
}

/** Identity of a condition over restarts. Labels in order of their names. */
export function fingerprintOf(thresholdId: string, metric: string, labels: Labels): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([thresholdId, metric, ...sorted]);
}
