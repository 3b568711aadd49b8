import { defineConfig, variable, type ConfigOf } from '../core/index.js';
import { readThresholdsFile } from './thresholds.file.js';

const shownFaults = 5;

export const alertsConfig = defineConfig(
  'Alerts',
  {
    THRESHOLDS_FILE: variable.optionalText({
      allowed: 'the path of a readable JSON file as described in docs/alerts.md',
      maxLength: 4096,
      description: 'File with alert thresholds. Unset: the defaults. Thresholds set over the API win over both.',
    }),
  },
  ({ THRESHOLDS_FILE: path }) => {
    const file = path === undefined ? undefined : readThresholdsFile(path);
    if (!file || file.ok) return [];
    return file.faults
      .slice(0, shownFaults)
      .map(({ pointer, message }) => ['THRESHOLDS_FILE', `${pointer} ${message}`.trim()] as const);
  },
);

export type AlertsConfig = ConfigOf<typeof alertsConfig>;
