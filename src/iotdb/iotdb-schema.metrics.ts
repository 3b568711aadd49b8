import { gauge, type Metric } from '../collect/index.js';
import type { IotdbSchemaSnapshot } from './iotdb-schema.snapshot.js';

export const iotdbSchemaMetrics: readonly Metric<IotdbSchemaSnapshot>[] = [
  gauge(
    'iotdb_timeseries_total',
    'Time series without those of IoTDB itself (COUNT TIMESERIES), counted every IOTDB_SCHEMA_INTERVAL_MS.',
    (s) => s.timeseries,
  ),
  gauge(
    'iotdb_timeseries_active',
    'Time series with a value in the last IOTDB_ACTIVE_SECONDS (300 by default), by the clock of IoTDB, counted every IOTDB_SCHEMA_INTERVAL_MS.',
    (s) => s.timeseriesActive,
  ),
  gauge(
    'iotdb_devices_total',
    'Devices without those of IoTDB itself (COUNT DEVICES), counted every IOTDB_SCHEMA_INTERVAL_MS.',
    (s) => s.devices,
  ),
];
