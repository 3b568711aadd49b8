import { Inject, Injectable, Logger } from '@nestjs/common';
import { alertsConfig, type AlertsConfig } from './alerts.config.js';
import { ThresholdIndex } from './alerts.threshold-index.js';
import {
  defaultThresholds,
  type Merged,
  mergeThresholds,
  type Threshold,
  thresholdChange,
  type ThresholdChange,
} from './alerts.threshold.js';
import { readThresholdsFile } from './thresholds.file.js';

/** Who said last what a threshold is: the program, the file, or somebody over the API. */
export type ThresholdOrigin = 'default' | 'file' | 'api';

/** The thresholds in force: defaults, over them the file, over that what was set over the API. */
@Injectable()
export class Thresholds {
  private readonly log = new Logger('Thresholds');
  private readonly base: ReadonlyMap<string, Threshold>;
  private readonly inFile: ReadonlySet<string>;
  private current: ReadonlyMap<string, Threshold>;
  private byApi: ReadonlySet<string> = new Set();
  private stored = '[]';
  private lookup: ThresholdIndex;

  constructor(@Inject(alertsConfig.token) config: AlertsConfig) {
    const defaults = new Map(defaultThresholds.map((t) => [t.id, t]));
    const file = config.THRESHOLDS_FILE === undefined ? undefined : readThresholdsFile(config.THRESHOLDS_FILE);
    // The file was validated with the configuration; one that was spoilt since must not stop the process half-way.
    const changes = file?.ok ? file.changes : [];
    const merged = mergeThresholds(defaults, changes);
    this.base = merged.ok ? merged.thresholds : defaults;
    this.inFile = new Set(changes.map((change) => change.id));
    this.current = this.base;
    this.lookup = new ThresholdIndex(this.current.values());
  }

  get index(): ThresholdIndex {
    return this.lookup;
  }

  /** In order of their ids. */
  all(): readonly { readonly threshold: Threshold; readonly origin: ThresholdOrigin }[] {
    return [...this.current.values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((threshold) => ({ threshold, origin: this.originOf(threshold.id) }));
  }

  /** The value of a default threshold, also when it is switched off. */
  valueOf(id: string): number {
    const threshold = this.current.get(id);
    if (!threshold) throw new Error(`there is no threshold ${id}`);
    return threshold.value;
  }

  /** What the thresholds would be with these changes set over the API. */
  preview(changes: readonly ThresholdChange[]): Merged {
    return mergeThresholds(this.base, changes);
  }

  /**
   * Takes what is stored. One that no longer fits (the file it changed is another now) is left out and told.
   * @returns whether anything is different now
   */
  store(stored: readonly unknown[]): boolean {
    const text = JSON.stringify(stored);
    if (text === this.stored) return false;
    this.stored = text;
    let thresholds = this.base;
    const ids = new Set<string>();
    for (const item of stored) {
      const change = thresholdChange.safeParse(item);
      const merged = change.success ? mergeThresholds(thresholds, [change.data]) : undefined;
      if (!change.success || !merged?.ok) {
        this.log.error('A stored threshold does not fit and is left out.', { stored: JSON.stringify(item) });
        continue;
      }
      thresholds = merged.thresholds;
      ids.add(change.data.id);
    }
    this.current = thresholds;
    this.byApi = ids;
    this.lookup = new ThresholdIndex(thresholds.values());
    return true;
  }

  private originOf(id: string): ThresholdOrigin {
    if (this.byApi.has(id)) return 'api';
    return this.inFile.has(id) ? 'file' : 'default';
  }
}
