/** One user table with everything beneath it: partitions, inheritance children and hypertable chunks are folded in. */
export interface TableFigures {
  /** Its name, with the schema before it when that is not the current one. */
  readonly table: string;
  /** null when nobody knows: never analysed, and a crash took the statistics. */
  readonly rows: number | null;
  /** true: counted. false: the planner's estimate, corrected by the statistics. */
  readonly exact: boolean;
  readonly deadRows: number;
  /** Table, TOAST and indexes. */
  readonly totalBytes: number;
  readonly indexBytes: number;
}

/** One normalised statement of `pg_stat_statements`: constants are already replaced by `$1`, the text is cut. */
export interface StatementFigures {
  readonly text: string;
  readonly calls: number;
  readonly totalSeconds: number;
  readonly meanSeconds: number;
  readonly maxSeconds: number;
  readonly rows: number;
}

export interface StatementStatistics {
  readonly statements: number;
  readonly calls: number;
  readonly totalSeconds: number;
  readonly rows: number;
  /** Times the extension made room by forgetting statements; above 0 the totals are too small. */
  readonly evictions: number;
  /** The most expensive ones by total time, first the worst. */
  readonly top: readonly StatementFigures[];
}

export interface DatabaseTablesSnapshot {
  /** Largest first. */
  readonly tables: readonly TableFigures[];
  /** All user tables, also those beyond the bound of `tables`. */
  readonly tableCount: number;
  /** null without the extension pg_stat_statements, or when the role may not read it. */
  readonly statements: StatementStatistics | null;
}
