import type { HistogramValue } from '../collect/index.js';

/** Databases of IoTDB itself (`root.__system`, `root.__audit`) begin so and are no part of the user's figures. */
export const internalPrefix = 'root.__';

export const nodeKinds = ['config', 'data', 'other'] as const;
export type NodeKind = (typeof nodeKinds)[number];

/** `other`: a word of a version that is not known to us. */
export const nodeStates = ['running', 'unknown', 'removing', 'read_only', 'other'] as const;
export type NodeState = (typeof nodeStates)[number];

export interface IotdbNode {
  readonly id: number;
  readonly kind: NodeKind;
  readonly state: NodeState;
  readonly version: string | null;
}

export const regionKinds = ['schema', 'data'] as const;

/** Region replicas of one kind in one state. */
export interface RegionGroup {
  readonly kind: (typeof regionKinds)[number];
  readonly state: NodeState;
  readonly count: number;
}

/** What the reporter of one DataNode tells. Null: it does not tell. Counters run since the start of the DataNode. */
export interface EngineFigures {
  /** Values written, each once per replica group. IoTDB counts rows times columns, nulls included. */
  readonly pointsWritten: number | null;
  readonly writes: HistogramValue | null;
  readonly reads: HistogramValue | null;
  readonly dataBytes: number | null;
  readonly walBytes: number | null;
  readonly tsFiles: number | null;
  readonly openFiles: number | null;
  readonly clientConnections: number | null;
  readonly heapUsedBytes: number | null;
  readonly heapMaxBytes: number | null;
  readonly gcSeconds: number | null;
  readonly diskTotalBytes: number | null;
  /** What a process without privileges may still write. */
  readonly diskAvailableBytes: number | null;
}

/** Writes and reads, as all DataNodes count them or, without their reporters, as this application sent them. */
export interface IotdbLoad {
  readonly source: 'server' | 'client';
  readonly pointsWritten: number | null;
  readonly writes: HistogramValue | null;
  readonly reads: HistogramValue | null;
  /** Points per second since the last pass; null on the first pass and after a restart. */
  readonly writeRate: number | null;
  /** Queries per second since the last pass; null on the first pass and after a restart. */
  readonly readRate: number | null;
}

/** A part that could not be read this time while IoTDB as a whole answers. */
export interface IotdbGap {
  readonly part: 'nodes' | 'databases' | 'regions' | 'reporters';
  readonly message: string;
}

export interface IotdbSnapshot {
  /** Of the DataNode that answers. */
  readonly version: string | null;
  /** Round trip of SHOW VERSION. */
  readonly responseMs: number;
  readonly nodes: readonly IotdbNode[] | null;
  /** Databases without those of IoTDB itself. */
  readonly databases: number | null;
  readonly regions: readonly RegionGroup[] | null;
  readonly dataBytes: number | null;
  readonly walBytes: number | null;
  /** Sum over all DataNodes; null without their reporters. */
  readonly engine: EngineFigures | null;
  /** Used share of the fullest DataNode's disks; null when unknown. */
  readonly diskUsedPercent: number | null;
  readonly load: IotdbLoad;
  readonly gaps: readonly IotdbGap[];
}
