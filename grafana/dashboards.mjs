// What the dashboards show. In an expression `$S` stands for the labels of the chosen instances.
import { alertTable, dashboard, lines, number, row, states, upDown } from './panels.mjs';

const warn = (from) => [from, 'orange'];
const bad = (from) => [from, 'red'];
const rate = (name, labels = '') => `rate(${name}{$S${labels}}[$__rate_interval])`;

const overview = dashboard('watchkeeper-overview', 'Watchkeeper / Overview', [
  row('Now'),
  number('Instances', [['up{$S}', '{{instance}}']], upDown),
  number('PostgreSQL', [['min(database_status{$S})', 'PostgreSQL']], upDown),
  number('Redis', [['min(redis_status{$S})', 'Redis']], upDown),
  number('MQTT broker', [['min(mqtt_status{$S})', 'MQTT broker']], upDown),
  number('IoTDB', [['min(iotdb_status{$S})', 'IoTDB']], upDown),
  number(
    'Alerts firing',
    [['count(ALERTS{alertstate="firing",severity=~"warning|critical"}) or vector(0)', 'alerts']],
    {
      levels: [warn(1)],
    },
  ),
  alertTable('Alerts', { width: 12 }),
  states('Collectors', [['collector_success{$S}', '{{instance}} {{component}}']], {
    width: 12,
    words: { 0: ['failing', 'red'], 1: ['ok', 'green'] },
  }),
  row('Host'),
  lines('CPU', [['system_cpu_usage_percent{$S}']], {
    unit: 'percent',
    max: 100,
    levels: [warn(80), bad(95)],
    width: 6,
  }),
  lines('Memory', [['system_memory_usage_percent{$S}']], {
    unit: 'percent',
    max: 100,
    levels: [warn(85), bad(95)],
    width: 6,
  }),
  lines('Fullest file system', [['max by (instance) (system_disk_usage_percent{$S})']], {
    unit: 'percent',
    max: 100,
    levels: [warn(80), bad(90)],
    width: 6,
  }),
  lines(
    'Network',
    [
      [rate('network_bytes_received_total'), '{{instance}} received'],
      [rate('network_bytes_sent_total'), '{{instance}} sent'],
    ],
    { unit: 'Bps', width: 6 },
  ),
  row('Load'),
  lines('Requests', [[`sum by (instance) (${rate('http_requests_total')})`]], { unit: 'reqps', width: 6 }),
  lines(
    'Request duration, 95th percentile',
    [[`histogram_quantile(0.95, sum by (instance, le) (${rate('http_request_duration_seconds_bucket')}))`]],
    { unit: 's', levels: [bad(2)], width: 6 },
  ),
  lines(
    'MQTT messages',
    [
      [rate('mqtt_messages_received_total'), '{{instance}} received'],
      [rate('mqtt_messages_dropped_total'), '{{instance}} dropped'],
    ],
    {
      unit: 'ops',
      width: 6,
    },
  ),
  lines(
    'PostgreSQL transactions',
    [
      [rate('database_commits_total'), '{{instance}} commits'],
      [rate('database_rollbacks_total'), '{{instance}} rollbacks'],
    ],
    {
      unit: 'ops',
      width: 6,
    },
  ),
]);

const system = dashboard('watchkeeper-system', 'Watchkeeper / Host', [
  row('Now'),
  number('CPU', [['system_cpu_usage_percent{$S}']], { unit: 'percent', decimals: 0, levels: [warn(80), bad(95)] }),
  number('Cores', [['system_cpu_count{$S}']]),
  number('Memory', [['system_memory_usage_percent{$S}']], {
    unit: 'percent',
    decimals: 0,
    levels: [warn(85), bad(95)],
  }),
  number('Memory in all', [['system_memory_total_bytes{$S}']], { unit: 'bytes' }),
  number('Fullest file system', [['max by (instance) (system_disk_usage_percent{$S})']], {
    unit: 'percent',
    decimals: 0,
    levels: [warn(80), bad(90)],
  }),
  number('Up since', [['system_uptime_seconds{$S}']], { unit: 's' }),
  row('CPU'),
  lines(
    'Usage',
    [
      ['system_cpu_usage_percent{$S}', '{{instance}}'],
      ['system_cpu_usage_avg15_percent{$S}', '{{instance}} mean of 15 min'],
    ],
    { unit: 'percent', max: 100, levels: [warn(80), bad(95)] },
  ),
  lines('By mode', [[`sum by (mode) (${rate('system_cpu_seconds_total', ',mode!="idle"')})`, '{{mode}}']], {
    unit: 'short',
    stack: true,
    description: 'Cores in use.',
  }),
  lines('Load', [
    ['system_load1{$S}', '{{instance}} 1 min'],
    ['system_load15{$S}', '{{instance}} 15 min'],
    ['system_cpu_host_cores{$S}', '{{instance}} cores'],
  ]),
  lines('Pressure', [[rate('system_pressure_waiting_seconds_total'), '{{instance}} {{resource}}']], {
    unit: 'percentunit',
    max: 1,
    description: 'Share of the time in which some task waited for the resource.',
  }),
  lines('Throttled by quota', [[rate('system_cpu_throttled_seconds_total')]], {
    unit: 's',
    description: 'Seconds per second; empty without a quota.',
  }),
  lines('Context switches', [[rate('system_context_switches_total')]], { unit: 'ops' }),
  row('Memory'),
  lines(
    'Memory',
    [
      ['system_memory_used_bytes{$S}', '{{instance}} used'],
      ['system_memory_cached_bytes{$S}', '{{instance}} cache'],
      ['system_memory_total_bytes{$S}', '{{instance}} in all'],
    ],
    { unit: 'bytes' },
  ),
  lines(
    'Swap',
    [
      ['system_swap_used_bytes{$S}', '{{instance}} used'],
      ['system_swap_total_bytes{$S}', '{{instance}} in all'],
    ],
    { unit: 'bytes' },
  ),
  lines('Open files', [['system_open_files{$S}']]),
  row('Disks'),
  lines('Space in use', [['system_disk_usage_percent{$S}', '{{instance}} {{path}}']], {
    unit: 'percent',
    max: 100,
    levels: [warn(80), bad(90)],
  }),
  lines(
    'Days until full',
    [
      [
        'clamp_max((system_disk_free_bytes{$S} / -deriv(system_disk_free_bytes{$S}[6h]) > 0) / 86400, 365)',
        '{{instance}} {{path}}',
      ],
    ],
    {
      unit: 'd',
      levels: [],
      description: 'At the pace of the last six hours; empty while space grows.',
    },
  ),
  lines('Inodes in use', [['100 * system_disk_inodes_used{$S} / system_disk_inodes{$S}', '{{instance}} {{path}}']], {
    unit: 'percent',
    max: 100,
    levels: [bad(90)],
  }),
  lines(
    'Bytes read and written',
    [
      [rate('system_disk_io_read_bytes_total'), '{{instance}} {{device}} read'],
      [rate('system_disk_io_written_bytes_total'), '{{instance}} {{device}} written'],
    ],
    { unit: 'Bps' },
  ),
  lines('Busy', [['system_disk_io_busy_percent{$S}', '{{instance}} {{device}}']], { unit: 'percent', max: 100 }),
  states('File systems answer', [['system_disk_answers{$S}', '{{instance}} {{path}}']], { width: 8 }),
  row('Network'),
  lines(
    'Bytes',
    [
      [rate('network_interface_bytes_received_total', ',interface!="lo"'), '{{instance}} {{interface}} received'],
      [rate('network_interface_bytes_sent_total', ',interface!="lo"'), '{{instance}} {{interface}} sent'],
    ],
    { unit: 'Bps', width: 12 },
  ),
  lines(
    'Errors and drops',
    [
      [`${rate('network_errors_received_total')} + ${rate('network_errors_sent_total')}`, '{{instance}} errors'],
      [`${rate('network_drops_received_total')} + ${rate('network_drops_sent_total')}`, '{{instance}} drops'],
    ],
    { unit: 'pps', width: 12 },
  ),
]);

const database = dashboard('watchkeeper-database', 'Watchkeeper / PostgreSQL', [
  row('Now'),
  number('PostgreSQL', [['database_status{$S}']], upDown),
  number('Answers in', [['database_response_time_seconds{$S}']], { unit: 's', levels: [bad(1)] }),
  number('Connections', [['100 * database_server_connections_used{$S} / database_server_connections_max{$S}']], {
    unit: 'percent',
    decimals: 0,
    levels: [warn(80), bad(95)],
  }),
  number('Size', [['database_size_bytes{$S}']], { unit: 'bytes' }),
  number('Cache hits', [['database_cache_lifetime_hit_ratio{$S}']], { unit: 'percentunit', decimals: 1 }),
  number('Up since', [['database_uptime_seconds{$S}']], { unit: 's' }),
  row('Server'),
  lines('Connections', [
    ['database_server_connections{$S}', '{{instance}} {{state}}'],
    ['database_server_connections_max{$S}', '{{instance}} limit'],
  ]),
  lines(
    'Transactions',
    [
      [rate('database_commits_total'), '{{instance}} commits'],
      [rate('database_rollbacks_total'), '{{instance}} rollbacks'],
    ],
    { unit: 'ops' },
  ),
  lines('Rows', [[rate('database_rows_total'), '{{instance}} {{operation}}']], { unit: 'ops' }),
  lines('Cache hits', [['database_cache_hit_ratio{$S}']], { unit: 'percentunit', max: 1 }),
  lines('Locks and waiting sessions', [
    ['sum by (instance, state) (database_locks{$S})', '{{instance}} locks {{state}}'],
    ['database_blocked_sessions{$S}', '{{instance}} sessions blocked'],
  ]),
  lines(
    'Oldest transaction',
    [
      ['database_oldest_transaction_seconds{$S}', '{{instance}} transaction'],
      ['database_oldest_idle_in_transaction_seconds{$S}', '{{instance}} idle in transaction'],
    ],
    { unit: 's', levels: [bad(3600)] },
  ),
  lines('Deadlocks and temporary files', [
    [`increase(database_deadlocks_total{$S}[$__rate_interval])`, '{{instance}} deadlocks'],
    [`increase(database_temporary_files_total{$S}[$__rate_interval])`, '{{instance}} temporary files'],
  ]),
  lines('Write-ahead log', [[rate('database_wal_bytes_total')]], { unit: 'Bps' }),
  lines('Checkpoints', [['increase(database_checkpoints_total{$S}[$__rate_interval])', '{{instance}} {{trigger}}']]),
  lines(
    'Age of the oldest transaction id',
    [
      ['database_transaction_id_age{$S}', '{{instance}} transactions'],
      ['database_multixact_id_age{$S}', '{{instance}} multixacts'],
    ],
    { levels: [warn(1e9), bad(1.6e9)] },
  ),
  lines('Replication lag', [['database_replication_lag_bytes{$S}', '{{instance}} {{standby}}']], {
    unit: 'bytes',
    description: 'Empty without a standby.',
  }),
  lines('WAL kept for slots', [['database_replication_slot_retained_bytes{$S}', '{{instance}} {{slot}}']], {
    unit: 'bytes',
    description: 'Empty without a replication slot.',
  }),
  row('Statements of Watchkeeper'),
  lines(
    'Statements',
    [
      [rate('database_queries_total'), '{{instance}}'],
      [rate('database_query_errors_total'), '{{instance}} failed'],
      [rate('database_slow_queries_total'), '{{instance}} slow'],
    ],
    { unit: 'ops' },
  ),
  lines(
    'Duration',
    [
      ['0.5', 'median'],
      ['0.95', '95 %'],
      ['0.99', '99 %'],
    ].map(([q, legend]) => [
      `histogram_quantile(${q}, sum by (le) (${rate('database_query_duration_seconds_bucket')}))`,
      legend,
    ]),
    { unit: 's' },
  ),
  lines('Connection pool', [
    ['database_connections_active{$S}', '{{instance}} active'],
    ['database_connections_idle{$S}', '{{instance}} idle'],
    ['database_connections_waiting{$S}', '{{instance}} waiting'],
    ['database_connection_pool_size{$S}', '{{instance}} limit'],
  ]),
  row('Tables'),
  lines('Size', [['max by (table) (database_table_size_bytes{$S})', '{{table}}']], { unit: 'bytes' }),
  lines('Rows', [['max by (table) (database_table_rows{$S})', '{{table}}']]),
  lines('Dead rows', [['max by (table) (database_table_dead_rows{$S})', '{{table}}']]),
]);

const mqtt = dashboard('watchkeeper-mqtt', 'Watchkeeper / MQTT broker', [
  row('Now'),
  number('MQTT broker', [['mqtt_status{$S}']], upDown),
  number('Round trip', [['mqtt_round_trip_seconds{$S}']], { unit: 's', levels: [bad(0.5)] }),
  number('Clients', [['mqtt_connections_active{$S}']]),
  number('Subscriptions', [['mqtt_subscriptions_total{$S}']]),
  number('Messages received', [['mqtt_message_rate_per_second{$S}']], { unit: 'ops', decimals: 1 }),
  number('Up since', [['mqtt_broker_uptime_seconds{$S}']], { unit: 's' }),
  row('Messages'),
  lines(
    'Messages',
    [
      [rate('mqtt_messages_received_total'), '{{instance}} received'],
      [rate('mqtt_messages_sent_total'), '{{instance}} sent'],
    ],
    { unit: 'ops' },
  ),
  lines('Dropped', [[rate('mqtt_messages_dropped_total')]], { unit: 'ops', levels: [bad(0.01)] }),
  lines(
    'Bandwidth',
    [
      [rate('mqtt_bandwidth_bytes_received_total'), '{{instance}} received'],
      [rate('mqtt_bandwidth_bytes_sent_total'), '{{instance}} sent'],
    ],
    { unit: 'Bps' },
  ),
  lines('Waiting for sessions', [['mqtt_messages_queued{$S}']], { levels: [bad(10_000)] }),
  lines('Store', [
    ['mqtt_stored_messages{$S}', '{{instance}} messages'],
    ['mqtt_retained_messages{$S}', '{{instance}} retained'],
  ]),
  lines('Round trip', [['mqtt_round_trip_seconds{$S}']], { unit: 's', levels: [bad(0.5)] }),
  row('Clients'),
  lines('Clients', [
    ['mqtt_connections_active{$S}', '{{instance}} connected'],
    ['mqtt_sessions_away{$S}', '{{instance}} away'],
  ]),
  lines('New connections', [[rate('mqtt_sockets_accepted_total')]], { unit: 'ops' }),
  lines('Age of the figures', [['mqtt_figures_age_seconds{$S}']], { unit: 's', levels: [bad(60)] }),
]);

const redis = dashboard('watchkeeper-redis', 'Watchkeeper / Redis', [
  row('Now'),
  number('Redis', [['redis_status{$S}']], upDown),
  number('Answers in', [['redis_response_seconds{$S}']], { unit: 's', levels: [bad(0.25)] }),
  number('Memory', [['redis_memory_used_bytes{$S}']], { unit: 'bytes' }),
  number('Keys', [['redis_keys_total{$S}']]),
  number('Hit ratio', [['redis_cache_hit_ratio{$S}']], { unit: 'percent', decimals: 0 }),
  number('Up since', [['redis_uptime_seconds{$S}']], { unit: 's' }),
  row('Load'),
  lines('Commands', [[rate('redis_commands_total')]], { unit: 'ops' }),
  lines('Commands by name', [[`topk(10, sum by (command) (${rate('redis_command_calls_total')}))`, '{{command}}']], {
    unit: 'ops',
  }),
  lines('Time in commands', [[`topk(10, sum by (command) (${rate('redis_command_seconds_total')}))`, '{{command}}']], {
    unit: 'percentunit',
  }),
  lines(
    'Hits and misses',
    [
      [rate('redis_cache_hits_total'), '{{instance}} hits'],
      [rate('redis_cache_misses_total'), '{{instance}} misses'],
    ],
    { unit: 'ops' },
  ),
  lines('Errors', [[rate('redis_error_replies_total')]], { unit: 'ops' }),
  lines(
    'Network',
    [
      [rate('redis_network_received_bytes_total'), '{{instance}} received'],
      [rate('redis_network_sent_bytes_total'), '{{instance}} sent'],
    ],
    { unit: 'Bps' },
  ),
  row('Memory and keys'),
  lines(
    'Memory',
    [
      ['redis_memory_used_bytes{$S}', '{{instance}} used'],
      ['redis_memory_resident_bytes{$S}', '{{instance}} resident'],
      ['redis_memory_limit_bytes{$S}', '{{instance}} limit'],
    ],
    { unit: 'bytes' },
  ),
  lines('Keys', [
    ['redis_keys_total{$S}', '{{instance}} keys'],
    ['redis_keys_with_expiry{$S}', '{{instance}} with expiry'],
  ]),
  lines(
    'Expired and evicted',
    [
      [rate('redis_keys_expired_total'), '{{instance}} expired'],
      [rate('redis_keys_evicted_total'), '{{instance}} evicted'],
    ],
    { unit: 'ops' },
  ),
  row('Clients, persistence, replication'),
  lines('Clients', [
    ['redis_clients_connected{$S}', '{{instance}} connected'],
    ['redis_clients_blocked{$S}', '{{instance}} blocked'],
  ]),
  lines(
    'Connections',
    [
      [rate('redis_connections_received_total'), '{{instance}} accepted'],
      [rate('redis_connections_rejected_total'), '{{instance}} rejected'],
    ],
    { unit: 'ops' },
  ),
  lines('Changes not in the snapshot', [['redis_rdb_changes_since_last_save{$S}']]),
  states(
    'Persistence',
    [
      ['redis_rdb_last_save_ok{$S}', '{{instance}} snapshot'],
      ['redis_aof_last_write_ok{$S}', '{{instance}} append-only file'],
    ],
    { width: 12, words: { 0: ['failing', 'red'], 1: ['ok', 'green'] } },
  ),
  lines('Replicas', [['redis_replicas_connected{$S}', '{{instance}} replicas']], { width: 12 }),
]);

const mean = (name) => `${rate(`${name}_sum`)} / ${rate(`${name}_count`)}`;
const iotdb = dashboard('watchkeeper-iotdb', 'Watchkeeper / IoTDB', [
  row('Now'),
  number('IoTDB', [['iotdb_status{$S}']], upDown),
  number('Answers in', [['iotdb_response_seconds{$S}']], { unit: 's', levels: [bad(1)] }),
  number('Time series', [['iotdb_timeseries_total{$S}']]),
  number('Active in 5 min', [['iotdb_timeseries_active{$S}']]),
  number('Devices', [['iotdb_devices_total{$S}']]),
  number('Storage', [['iotdb_storage_size_bytes{$S,type="total"}']], { unit: 'bytes' }),
  row('Load'),
  lines('Points written', [[rate('iotdb_data_points_total')]], { unit: 'ops' }),
  lines(
    'Mean duration',
    [
      [mean('iotdb_write_latency_seconds'), '{{instance}} insert'],
      [mean('iotdb_read_latency_seconds'), '{{instance}} query'],
    ],
    { unit: 's', description: 'IoTDB keeps no buckets: means only.' },
  ),
  lines(
    'Statements',
    [
      [rate('iotdb_write_latency_seconds_count'), '{{instance}} inserts'],
      [rate('iotdb_read_latency_seconds_count'), '{{instance}} queries'],
    ],
    { unit: 'ops' },
  ),
  row('Storage and cluster'),
  lines('Storage', [['iotdb_storage_size_bytes{$S,type!="total"}', '{{instance}} {{type}}']], {
    unit: 'bytes',
    stack: true,
  }),
  lines('Disks in use', [['100 * (1 - iotdb_disk_available_bytes{$S} / iotdb_disk_size_bytes{$S})']], {
    unit: 'percent',
    max: 100,
    levels: [bad(90)],
  }),
  lines('Files', [
    ['iotdb_tsfiles{$S}', '{{instance}} TsFiles'],
    ['iotdb_open_files{$S}', '{{instance}} open'],
  ]),
  lines('Nodes', [['iotdb_nodes{$S,type!="other"}', '{{type}} {{state}}']]),
  lines('Regions', [['iotdb_regions{$S}', '{{type}} {{state}}']]),
  lines('Databases and clients', [
    ['iotdb_storage_groups_total{$S}', '{{instance}} databases'],
    ['iotdb_client_connections{$S}', '{{instance}} clients'],
  ]),
  row('Java'),
  lines(
    'Heap',
    [
      ['iotdb_heap_used_bytes{$S}', '{{instance}} used'],
      ['iotdb_heap_max_bytes{$S}', '{{instance}} limit'],
    ],
    { unit: 'bytes', width: 12 },
  ),
  lines('Garbage collection', [[rate('iotdb_gc_pause_seconds_total')]], {
    unit: 'percentunit',
    levels: [bad(0.1)],
    width: 12,
    description: 'Share of the time the DataNodes stood still.',
  }),
]);

const application = dashboard('watchkeeper-application', 'Watchkeeper / Application', [
  row('Now'),
  number('Version', [['app_info{$S}', '{{version}} {{instance}}']], { words: { 1: ['runs', 'green'] } }),
  number('Up since', [['app_uptime_seconds{$S}']], { unit: 's' }),
  number('Requests', [['http_requests_per_second{$S}']], { unit: 'reqps', decimals: 1 }),
  number('95th percentile', [['http_request_duration_p95_seconds{$S}']], { unit: 's', levels: [bad(2)] }),
  number('Server errors', [['http_server_error_percent{$S}']], {
    unit: 'percent',
    decimals: 1,
    levels: [warn(1), bad(10)],
  }),
  number('Event-loop delay, 99 %', [['nodejs_eventloop_delay_p99_seconds{$S}']], { unit: 's', levels: [bad(0.2)] }),
  row('HTTP'),
  lines('Requests by endpoint', [[`topk(10, sum by (endpoint) (${rate('http_requests_total')}))`, '{{endpoint}}']], {
    unit: 'reqps',
  }),
  lines('Requests by status', [[`sum by (status) (${rate('http_requests_total')})`, '{{status}}']], {
    unit: 'reqps',
    stack: true,
  }),
  lines(
    'Duration',
    [
      ['0.5', 'median'],
      ['0.95', '95 %'],
      ['0.99', '99 %'],
    ].map(([q, legend]) => [
      `histogram_quantile(${q}, sum by (le) (${rate('http_request_duration_seconds_bucket')}))`,
      legend,
    ]),
    { unit: 's', levels: [bad(2)] },
  ),
  lines(
    'Slowest endpoints, 95th percentile',
    [
      [
        `topk(5, histogram_quantile(0.95, sum by (endpoint, le) (${rate('http_request_duration_seconds_bucket')})))`,
        '{{endpoint}}',
      ],
    ],
    { unit: 's' },
  ),
  lines('In progress', [
    ['http_requests_in_progress{$S}', '{{instance}} requests'],
    ['http_connections_open{$S}', '{{instance}} connections'],
  ]),
  lines(
    'Methods, 95th percentile',
    [[`histogram_quantile(0.95, sum by (method, le) (${rate('method_duration_seconds_bucket')}))`, '{{method}}']],
    { unit: 's' },
  ),
  row('Process'),
  lines(
    'Event-loop delay',
    [
      ['nodejs_eventloop_delay_p50_seconds{$S}', '{{instance}} median'],
      ['nodejs_eventloop_delay_p99_seconds{$S}', '{{instance}} 99 %'],
      ['nodejs_eventloop_delay_max_seconds{$S}', '{{instance}} longest'],
    ],
    { unit: 's', levels: [bad(0.2)] },
  ),
  lines('Event-loop utilisation', [['nodejs_eventloop_utilization_percent{$S}']], {
    unit: 'percent',
    max: 100,
    levels: [bad(95)],
  }),
  lines('CPU', [[rate('process_cpu_seconds_total')]], { unit: 'percentunit', description: '1 is one core.' }),
  lines(
    'Memory',
    [
      ['process_resident_memory_bytes{$S}', '{{instance}} resident'],
      ['nodejs_heap_size_used_bytes{$S}', '{{instance}} heap'],
      ['nodejs_external_memory_bytes{$S}', '{{instance}} outside the heap'],
    ],
    { unit: 'bytes' },
  ),
  lines('Garbage collection', [[rate('nodejs_gc_seconds_total'), '{{instance}} {{kind}}']], { unit: 'percentunit' }),
  lines('Database pool', [
    ['database_connections_active{$S}', '{{instance}} active'],
    ['database_connections_waiting{$S}', '{{instance}} waiting'],
  ]),
  row('Engine'),
  lines('Duration of passes', [['collector_duration_seconds{$S}', '{{instance}} {{component}}']], { unit: 's' }),
  lines('Age of figures', [['time() - collector_last_success_timestamp_seconds{$S}', '{{instance}} {{component}}']], {
    unit: 's',
    min: null,
    levels: [bad(600)],
  }),
  lines(
    'Passes by outcome',
    [
      [
        `sum by (component, outcome) (${rate('collector_runs_total', ',outcome!="absent"')})`,
        '{{component}} {{outcome}}',
      ],
    ],
    { unit: 'ops' },
  ),
  lines(
    'Passes skipped',
    [[`sum by (component, reason) (${rate('collector_runs_skipped_total')})`, '{{component}} {{reason}}']],
    { unit: 'ops' },
  ),
  states('Circuit breakers', [['1 - collector_breaker_open{$S}', '{{instance}} {{component}}']], {
    width: 8,
    words: { 0: ['open', 'red'], 1: ['closed', 'green'] },
  }),
  lines(
    'Sinks',
    [
      [rate('sink_errors_total'), '{{sink}} errors'],
      [rate('sink_observations_dropped_total'), '{{sink}} dropped'],
    ],
    { unit: 'ops' },
  ),
  row('Sign-in'),
  lines('Logins', [[`sum by (outcome) (${rate('auth_logins_total')})`, '{{outcome}}']], { unit: 'ops' }),
  lines('Refused by limits', [[`sum by (limit) (${rate('auth_limit_hits_total')})`, '{{limit}}']], { unit: 'ops' }),
  lines('Users and sessions', [
    ['max(auth_users{$S})', 'users'],
    ['max(auth_active_users{$S})', 'active in 5 min'],
    ['max(auth_sessions_active{$S})', 'sessions'],
  ]),
]);

export const dashboards = [overview, system, database, mqtt, redis, iotdb, application];
