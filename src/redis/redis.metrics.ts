import { counter, gauge, status, type Metric, type Row } from '../collect/index.js';
import { commandRows, errorRows } from './redis.labels.js';
import type { RedisInfo, RedisSnapshot } from './redis.snapshot.js';

type InfoNumber = (info: RedisInfo) => number | null;
type InfoFlag = (info: RedisInfo) => boolean | null;

const number =
  (read: InfoNumber) =>
  (s: RedisSnapshot): number | null =>
    read(s.info);

const flag =
  (read: InfoFlag) =>
  (s: RedisSnapshot): number | null => {
    const value = read(s.info);
    return value === null ? null : value ? 1 : 0;
  };

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

function cpuRows({ info }: RedisSnapshot): Row[] {
  const rows: Row[] = [];
  if (info.cpuSystemSeconds !== null) rows.push([{ mode: 'system' }, info.cpuSystemSeconds]);
  if (info.cpuUserSeconds !== null) rows.push([{ mode: 'user' }, info.cpuUserSeconds]);
  return rows;
}

function roleRows({ info }: RedisSnapshot): Row[] | null {
  if (info.role === null) return null;
  return (['primary', 'replica'] as const).map((role) => [{ role }, info.role === role ? 1 : 0] as const);
}

/** The names and types of the contract, exactly as it spells them; some break naming rules. */
const contract: readonly Metric<RedisSnapshot>[] = [
  status(
    'redis_status',
    'Redis status: 1 while it serves, 0 while it is down, loads its data, has lost its primary or is blocked by a script.',
    (s) => s.refusal === null,
  ),
  counter(
    'redis_uptime_seconds',
    'Uptime of the Redis server in seconds (INFO uptime_in_seconds), back to 0 on restart.',
    number((i) => i.uptimeSeconds),
  ),
  gauge(
    'redis_memory_used_bytes',
    'Bytes that Redis allocated at the moment of the pass (INFO used_memory).',
    number((i) => i.memoryUsedBytes),
  ),
  gauge(
    'redis_memory_peak_bytes',
    'Most bytes that Redis had allocated since its start or CONFIG RESETSTAT (INFO used_memory_peak).',
    number((i) => i.memoryPeakBytes),
  ),
  gauge(
    'redis_memory_fragmentation_ratio',
    'Resident bytes per allocated byte (INFO mem_fragmentation_ratio); says little below 100 MB, under 1 is swapping.',
    number((i) => i.memoryFragmentationRatio),
  ),
  gauge(
    'redis_keys_total',
    'Keys in all databases at the moment of the pass (INFO keyspace), expired ones not yet removed included.',
    number((i) => i.keys),
  ),
  gauge(
    'redis_keys_with_expiry',
    'Keys with a time to live in all databases at the moment of the pass (INFO keyspace).',
    number((i) => i.keysWithExpiry),
  ),
  counter(
    'redis_keys_evicted_total',
    'Keys evicted to stay below maxmemory since the server started (INFO evicted_keys).',
    number((i) => i.keysEvicted),
  ),
  counter(
    'redis_commands_total',
    'Commands processed since the server started, the monitor included (INFO total_commands_processed).',
    number((i) => i.commandsProcessed),
  ),
  gauge(
    'redis_commands_per_second',
    'Commands per second since the previous pass; in the first pass and after a restart the 1.6 s mean of the server.',
    (s) => s.window.commandsPerSecond,
  ),
  gauge(
    'redis_cache_hit_ratio',
    'Lookups that found their key since the previous pass in percent (0-100); since the start in the first pass.',
    (s) => s.window.cacheHitPercent,
  ),
  counter(
    'redis_cache_hits_total',
    'Lookups that found their key since the server started (INFO keyspace_hits).',
    number((i) => i.cacheHits),
  ),
  counter(
    'redis_cache_misses_total',
    'Lookups that found no key since the server started (INFO keyspace_misses).',
    number((i) => i.cacheMisses),
  ),
];

const resources: readonly Metric<RedisSnapshot>[] = [
  gauge('redis_response_seconds', 'Round trip of one PING of the monitor in the last pass in seconds.', (s) =>
    seconds(s.pingMs),
  ),
  gauge(
    'redis_start_time_seconds',
    'Start of the Redis server, seconds since the epoch on its own clock (INFO server).',
    (s) => s.startTimeSeconds,
  ),
  gauge(
    'redis_memory_resident_bytes',
    'Bytes of the Redis process in memory as the system sees them (INFO used_memory_rss).',
    number((i) => i.memoryResidentBytes),
  ),
  gauge(
    'redis_memory_limit_bytes',
    'Bytes that Redis may allocate (INFO maxmemory); absent without a limit.',
    number((i) => i.memoryLimitBytes),
  ),
  counter(
    'redis_keys_expired_total',
    'Keys removed because their time was over since the server started (INFO expired_keys).',
    number((i) => i.keysExpired),
  ),
  gauge(
    'redis_clients_connected',
    'Client connections at the moment of the pass without replicas, the monitor included (INFO connected_clients).',
    number((i) => i.clientsConnected),
  ),
  gauge(
    'redis_clients_blocked',
    'Clients waiting in a blocking command at the moment of the pass (INFO blocked_clients).',
    number((i) => i.clientsBlocked),
  ),
  gauge(
    'redis_clients_limit',
    'Client connections that Redis accepts at most (INFO maxclients).',
    number((i) => i.clientsLimit),
  ),
  counter(
    'redis_connections_received_total',
    'Connections accepted since the server started (INFO total_connections_received).',
    number((i) => i.connectionsReceived),
  ),
  counter(
    'redis_connections_rejected_total',
    'Connections refused for maxclients since the server started (INFO rejected_connections).',
    number((i) => i.connectionsRejected),
  ),
  counter(
    'redis_network_received_bytes_total',
    'Bytes received from clients and replication since the server started (INFO total_net_input_bytes).',
    number((i) => i.networkReceivedBytes),
  ),
  counter(
    'redis_network_sent_bytes_total',
    'Bytes sent to clients and replication since the server started (INFO total_net_output_bytes).',
    number((i) => i.networkSentBytes),
  ),
  counter(
    'redis_cpu_seconds_total',
    'Processor time of the Redis process since its start in seconds by mode (INFO used_cpu_sys, used_cpu_user).',
    ['mode'],
    cpuRows,
  ),
];

const durability: readonly Metric<RedisSnapshot>[] = [
  gauge(
    'redis_loading',
    'Whether Redis reads its data from disk and refuses commands meanwhile, 1 or 0 (INFO loading).',
    flag((i) => i.loading),
  ),
  gauge(
    'redis_rdb_last_save_timestamp_seconds',
    'Last successful snapshot, seconds since the epoch (INFO rdb_last_save_time); the start where there was none.',
    number((i) => i.snapshotLastSeconds),
  ),
  gauge(
    'redis_rdb_changes_since_last_save',
    'Changes that the last snapshot does not hold (INFO rdb_changes_since_last_save).',
    number((i) => i.changesSinceSnapshot),
  ),
  gauge(
    'redis_rdb_last_save_ok',
    'Whether the last snapshot succeeded, 1 or 0 (INFO rdb_last_bgsave_status).',
    flag((i) => i.snapshotOk),
  ),
  gauge(
    'redis_rdb_save_in_progress',
    'Whether a snapshot is being written, 1 or 0 (INFO rdb_bgsave_in_progress).',
    flag((i) => i.snapshotRunning),
  ),
  gauge(
    'redis_aof_enabled',
    'Whether the append-only file is on, 1 or 0 (INFO aof_enabled).',
    flag((i) => i.appendFileEnabled),
  ),
  gauge(
    'redis_aof_last_write_ok',
    'Whether the last write to the append-only file succeeded, 1 or 0 (INFO aof_last_write_status).',
    flag((i) => i.appendFileWriteOk),
  ),
  gauge(
    'redis_aof_last_rewrite_ok',
    'Whether the last rewrite of the append-only file succeeded, 1 or 0 (INFO aof_last_bgrewrite_status).',
    flag((i) => i.appendFileRewriteOk),
  ),
  gauge(
    'redis_replication_role',
    'Role in replication at the moment of the pass: 1 for the role held, 0 for the other (INFO role).',
    ['role'],
    roleRows,
  ),
  gauge(
    'redis_replicas_connected',
    'Replicas connected at the moment of the pass (INFO connected_slaves).',
    number((i) => i.replicasConnected),
  ),
  gauge(
    'redis_replication_lag_bytes',
    'Bytes that the slowest online replica has not acknowledged (INFO replication); absent without one.',
    number((i) => i.replicationLagBytes),
  ),
  gauge(
    'redis_replication_link_up',
    'Whether a replica is linked to its primary, 1 or 0 (INFO master_link_status); absent on a primary.',
    flag((i) => i.primaryLinkUp),
  ),
  gauge(
    'redis_replication_link_idle_seconds',
    'Seconds since a replica last heard from its primary (INFO master_last_io_seconds_ago); absent on a primary.',
    number((i) => i.primaryLinkIdleSeconds),
  ),
];

const work: readonly Metric<RedisSnapshot>[] = [
  gauge(
    'redis_slowlog_entries',
    'Entries of the slow log at the moment of the pass (SLOWLOG LEN), capped by slowlog-max-len.',
    (s) => s.slowlogEntries,
  ),
  counter(
    'redis_error_replies_total',
    'Commands answered with an error since the server started (INFO total_error_replies).',
    number((i) => i.errorReplies),
  ),
  counter(
    'redis_error_replies_by_prefix_total',
    'Error replies since the server started by their first word (INFO errorstats); unknown words under other.',
    ['prefix'],
    (s) => errorRows(s.info.errorsByPrefix),
  ),
  counter(
    'redis_command_calls_total',
    'Calls since the server started by command (INFO commandstats); rare commands under other.',
    ['command'],
    (s) => commandRows(s.info.commands, (totals) => totals.calls),
  ),
  counter(
    'redis_command_seconds_total',
    'Execution time in seconds since the server started by command (INFO commandstats), queueing not included.',
    ['command'],
    (s) => commandRows(s.info.commands, (totals) => totals.seconds),
  ),
  counter(
    'redis_command_failures_total',
    'Calls that failed or were refused since the server started by command (INFO commandstats).',
    ['command'],
    (s) => commandRows(s.info.commands, (totals) => totals.failures),
  ),
];

/** How a snapshot of Redis becomes samples: the names of the contract first, then ours. */
export const redisMetrics: readonly Metric<RedisSnapshot>[] = [...contract, ...resources, ...durability, ...work];
