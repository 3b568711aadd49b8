import { defineConfig, variable, type ConfigOf } from '../core/index.js';
import { addressFaults } from './iotdb.address.js';

export const iotdbConfig = defineConfig(
  'IoTDB',
  {
    IOTDB_URL: variable.optionalUrl(['http', 'https'], {
      secret: true,
      description:
        'REST service of an IoTDB DataNode (enable_rest_service=true, port 18080): http://[user:password@]host:port. Unset: no IoTDB.',
    }),
    IOTDB_USERNAME: variable.optionalText({
      allowed: 'a user name of up to 64 characters',
      maxLength: 64,
      description:
        'IoTDB user when IOTDB_URL names none. Only an administrator sees nodes, regions and all series; others read less.',
    }),
    IOTDB_PASSWORD: variable.optionalText({
      secret: true,
      allowed: 'a password without a colon (the REST service of IoTDB refuses it)',
      maxLength: 256,
      pattern: /^[^:]*$/,
      description: 'Its password. A fresh IoTDB has root / root: change it there, then set it here.',
    }),
    IOTDB_METRICS_URL: variable.optionalText({
      secret: true,
      allowed: 'one http:// or https:// URL per DataNode, separated by commas, at most 32',
      maxLength: 8_192,
      pattern: /^https?:\/\/[^\s,]+(\s*,\s*https?:\/\/[^\s,]+){0,31}$/,
      description:
        'Prometheus reporter of every DataNode (dn_metric_reporter_list=PROMETHEUS, port 9092), as http://host:9092/metrics. Unset: points, latencies and rates cover only what this application itself sends, and there is no WAL size.',
    }),
    IOTDB_TIMEOUT_MS: variable.integer({
      min: 100,
      max: 30_000,
      default: 3_000,
      description: 'Longest wait for one answer of IoTDB. A pass waits twice at most.',
    }),
    IOTDB_SCHEMA_INTERVAL_MS: variable.integer({
      min: 10_000,
      max: 3_600_000,
      default: 60_000,
      description: 'Time between two counts of series and devices, which make IoTDB walk its schema.',
    }),
    IOTDB_SCHEMA_TIMEOUT_MS: variable.integer({
      min: 1_000,
      max: 120_000,
      default: 20_000,
      description: 'Longest wait for such a count.',
    }),
    IOTDB_ACTIVE_SECONDS: variable.integer({
      min: 10,
      max: 86_400,
      default: 300,
      description: 'A series counts as active when it has a value newer than this many seconds.',
    }),
    IOTDB_RESPONSE_MS_MAX: variable.integer({
      min: 1,
      max: 30_000,
      default: 1_000,
      description: 'Round trip of a trivial statement from which IoTDB counts as degraded.',
    }),
    IOTDB_DISK_PERCENT_MAX: variable.number({
      min: 1,
      max: 100,
      default: 90,
      description:
        "Used share of a DataNode's disks from which IoTDB counts as degraded. At 95 (its own default) IoTDB turns read-only.",
    }),
  },
  (values) => addressFaults(values),
);

export type IotdbConfig = ConfigOf<typeof iotdbConfig>;
