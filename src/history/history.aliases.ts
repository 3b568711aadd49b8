/** The short names of the contract (S0-109) and the series they stand for. */
export const seriesAliases: Readonly<Record<string, string>> = {
  cpu: 'system_cpu_usage_percent',
  memory: 'system_memory_usage_percent',
  requests: 'http_requests_per_second',
  mqtt_messages: 'mqtt_message_rate_per_second',
};
