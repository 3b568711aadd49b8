/** What promtool 2.42 says of a name that the contract dictates; C-17 and C-19 decide to keep these names and types. */
const gaugeCalledTotal = 'non-counter metrics should not have "_total" suffix';
const counterNotCalledTotal = 'counter metrics should have "_total" suffix';
const countSuffix = 'non-histogram and non-summary metrics should not have "_count" suffix';

/** Every finding of `promtool check metrics` that is allowed: name, finding, reason. */
export const contractExceptions: readonly (readonly [name: string, finding: string, reason: string])[] = [
  ['app_uptime_seconds', counterNotCalledTotal, 'S0-14 declares the uptime a counter; C-19 keeps it'],
  ['mqtt_broker_uptime_seconds', counterNotCalledTotal, 'S0-32 declares the uptime a counter; C-19 keeps it'],
  ['redis_uptime_seconds', counterNotCalledTotal, 'S0-56 declares the uptime a counter; C-19 keeps it'],
  ['mqtt_connections_total', gaugeCalledTotal, 'S0-33 names a gauge so; C-17 keeps it'],
  ['mqtt_subscriptions_total', gaugeCalledTotal, 'S0-39 names a gauge so; C-17 keeps it'],
  ['mqtt_topics_total', gaugeCalledTotal, 'S0-40 names a gauge so; C-17 keeps it'],
  ['iotdb_storage_groups_total', gaugeCalledTotal, 'S0-45 names a gauge so; C-17 keeps it'],
  ['iotdb_timeseries_total', gaugeCalledTotal, 'S0-47 names a gauge so; C-17 keeps it'],
  ['iotdb_devices_total', gaugeCalledTotal, 'S0-49 names a gauge so; C-17 keeps it'],
  ['redis_keys_total', gaugeCalledTotal, 'S0-60 names a gauge so; C-17 keeps it'],
  ['system_cpu_count', countSuffix, 'S0-17 gives this name'],
];
