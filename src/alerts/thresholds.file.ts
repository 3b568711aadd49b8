import { readFileSync, statSync } from 'node:fs';
import {
  defaultThresholds,
  mergeThresholds,
  type ThresholdChange,
  type ThresholdFault,
  thresholdChanges,
} from './alerts.threshold.js';

const maxFileBytes = 1_048_576;

export type ThresholdsFile =
  | { readonly ok: true; readonly changes: readonly ThresholdChange[] }
  | { readonly ok: false; readonly faults: readonly ThresholdFault[] };

const fault = (message: string): ThresholdsFile => ({ ok: false, faults: [{ pointer: '', message }] });

/** What the text of a thresholds file holds, or everything that is wrong with it. Pure. */
export function parseThresholds(text: string): ThresholdsFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fault('is not JSON');
  }
  const parsed = thresholdChanges.safeParse(json);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => ({
      pointer: `/${issue.path.map(String).join('/')}`,
      message: issue.message,
    }));
    return { ok: false, faults };
  }
  const merged = mergeThresholds(new Map(defaultThresholds.map((t) => [t.id, t])), parsed.data.thresholds);
  return merged.ok ? { ok: true, changes: parsed.data.thresholds } : merged;
}

/** Reads THRESHOLDS_FILE. Called at start only. */
export function readThresholdsFile(path: string): ThresholdsFile {
  try {
    const { size } = statSync(path);
    if (size > maxFileBytes) return fault(`has ${size} bytes, more than ${maxFileBytes}`);
    return parseThresholds(readFileSync(path, 'utf8'));
  } catch (error) {
    return fault(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
  }
}
