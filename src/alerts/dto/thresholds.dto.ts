import { z } from 'zod';
import { thresholdChanges, thresholdFields } from '../alerts.threshold.js';
import type { Thresholds } from '../alerts.thresholds.js';

export const replaceThresholdsBody = thresholdChanges.meta({ id: 'ThresholdChanges' });
export type ReplaceThresholdsBody = z.infer<typeof replaceThresholdsBody>;

export const thresholdsSchema = z
  .object({
    items: z.array(
      z.object({
        ...thresholdFields.shape,
        origin: z.enum(['default', 'file', 'api']).describe('Who said last what this threshold is.'),
      }),
    ),
    next_cursor: z.null().describe('All thresholds are on one page.'),
  })
  .meta({ id: 'Thresholds' });
export type ThresholdsView = z.infer<typeof thresholdsSchema>;

export function thresholdsView(thresholds: Thresholds): ThresholdsView {
  const items = thresholds.all().map(({ threshold, origin }) => ({ ...threshold, origin }));
  return { items, next_cursor: null };
}
