/** Series and devices of the tree model, without those of IoTDB itself. */
export interface IotdbSchemaSnapshot {
  readonly timeseries: number;
  readonly devices: number;
  /** Series with a value newer than `activeSeconds`; null when this IoTDB cannot count them (before 1.3.3). */
  readonly timeseriesActive: number | null;
  readonly activeSeconds: number;
}
