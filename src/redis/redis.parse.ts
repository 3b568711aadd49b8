import type { RedisCommandTotals, RedisDatabase, RedisInfo } from './redis.snapshot.js';

/** The answer of INFO as text by key, over all sections, and the sections that were there. */
export interface InfoFields {
  readonly values: ReadonlyMap<string, string>;
  /** Lower case. An empty Keyspace section means no keys; none at all means that the server does not tell. */
  readonly sections: ReadonlySet<string>;
}

/**
 * Splits the text of INFO: `# Section` lines, then `key:value`, CRLF line ends. A value may hold further colons.
 * Fields moved between sections over the versions (`io_threads_active`), so the section is not part of the key.
 */
export function parseInfo(text: string): InfoFields {
  const values = new Map<string, string>();
  const sections = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) {
      sections.add(line.slice(1).trim().toLowerCase());
      continue;
    }
    const colon = line.indexOf(':');
    if (colon > 0) values.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return { values, sections };
}

/** `a=1,b=2` by key. New versions append pairs, so positions mean nothing. */
export function parsePairs(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    if (equals > 0) pairs.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return pairs;
}

/** A finite number, or null for anything else: `nan` of an empty server, `60.42%`, `inf`, or no text at all. */
export function parseNumber(text: string | undefined): number | null {
  if (text === undefined || !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** As `parseNumber`, but negative numbers are null: Redis writes -1 for "never" and "not known". */
function parseAmount(text: string | undefined): number | null {
  const value = parseNumber(text);
  return value === null || value < 0 ? null : value;
}

function parseWord<const W extends string>(text: string | undefined, words: Readonly<Record<string, W>>): W | null {
  return text !== undefined && Object.hasOwn(words, text) ? (words[text] ?? null) : null;
}

function parseEither(text: string | undefined, yes: string, no: string): boolean | null {
  return text === yes ? true : text === no ? false : null;
}

function parseFlag(text: string | undefined): boolean | null {
  return parseEither(text, '1', '0');
}

function parseOk(text: string | undefined): boolean | null {
  return parseEither(text, 'ok', 'err');
}

/** Rows at most of any list in INFO. Far above what a server has; it bounds what a broken one can make us hold. */
const maxRows = 1_000;

function* rowsOf(fields: InfoFields, form: RegExp): Generator<readonly [name: string, pairs: string]> {
  let rows = 0;
  for (const [key, value] of fields.values) {
    const name = form.exec(key)?.[1];
    if (name === undefined) continue;
    if ((rows += 1) > maxRows) return;
    yield [name, value];
  }
}

function databasesOf(fields: InfoFields): RedisDatabase[] | null {
  if (!fields.sections.has('keyspace')) return null;
  return [...rowsOf(fields, /^db(\d{1,5})$/)].map(([index, text]) => {
    const pairs = parsePairs(text);
    const keysWithExpiry = parseAmount(pairs.get('expires')) ?? 0;
    return {
      index: Number(index),
      keys: parseAmount(pairs.get('keys')) ?? 0,
      keysWithExpiry,
      averageTtlMs: keysWithExpiry > 0 ? parseAmount(pairs.get('avg_ttl')) : null,
    };
  });
}

function commandsOf(fields: InfoFields): Map<string, RedisCommandTotals> {
  const commands = new Map<string, RedisCommandTotals>();
  for (const [name, text] of rowsOf(fields, /^cmdstat_(.+)$/)) {
    const pairs = parsePairs(text);
    const failed = parseAmount(pairs.get('failed_calls'));
    const rejected = parseAmount(pairs.get('rejected_calls'));
    commands.set(name, {
      calls: parseAmount(pairs.get('calls')) ?? 0,
      seconds: (parseAmount(pairs.get('usec')) ?? 0) / 1e6,
      failures: failed === null && rejected === null ? null : (failed ?? 0) + (rejected ?? 0),
    });
  }
  return commands;
}

function errorsOf(fields: InfoFields): Map<string, number> {
  const errors = new Map<string, number>();
  for (const [prefix, text] of rowsOf(fields, /^errorstat_(.+)$/)) {
    errors.set(prefix, parseAmount(parsePairs(text).get('count')) ?? 0);
  }
  return errors;
}

/** Only replicas that follow count: one that still waits for its first copy has the offset 0. */
function replicationLagOf(fields: InfoFields): number | null {
  const written = parseAmount(fields.values.get('master_repl_offset'));
  if (written === null) return null;
  let lag: number | null = null;
  for (const [, text] of rowsOf(fields, /^(?:slave|replica)(\d{1,5})$/)) {
    const pairs = parsePairs(text);
    const acknowledged = parseAmount(pairs.get('offset'));
    if (pairs.get('state') !== 'online' || acknowledged === null) continue;
    lag = Math.max(lag ?? 0, written - acknowledged);
  }
  return lag;
}

function sumOf(databases: readonly RedisDatabase[] | null, read: (database: RedisDatabase) => number): number | null {
  return databases === null ? null : databases.reduce((sum, database) => sum + read(database), 0);
}

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}

function productOf({ values }: InfoFields): Pick<RedisInfo, 'product' | 'version'> {
  const valkey = values.get('valkey_version');
  if (values.get('server_name') === 'valkey' || valkey !== undefined) {
    return { product: 'valkey', version: valkey ?? null };
  }
  const version = values.get('redis_version') ?? null;
  return { product: version === null ? null : 'redis', version };
}

/** Reads what Redis 6.2 to 8 and Valkey 7.2 and later tell. Whatever is missing or unreadable is null. */
export function readInfo(fields: InfoFields): RedisInfo {
  const text = (key: string): string | undefined => fields.values.get(key);
  const amount = (key: string): number | null => parseAmount(text(key));
  const databases = databasesOf(fields);
  const serverTimeMicroseconds = amount('server_time_usec');
  return {
    ...productOf(fields),
    mode: parseWord(text('redis_mode') ?? text('server_mode'), {
      standalone: 'standalone',
      cluster: 'cluster',
      sentinel: 'sentinel',
    }),
    runId: text('run_id') ?? null,
    uptimeSeconds: amount('uptime_in_seconds'),
    serverTimeSeconds: serverTimeMicroseconds === null ? null : serverTimeMicroseconds / 1e6,
    clusterEnabled: parseFlag(text('cluster_enabled')),

    memoryUsedBytes: amount('used_memory'),
    memoryPeakBytes: amount('used_memory_peak'),
    memoryResidentBytes: amount('used_memory_rss'),
    memoryLimitBytes: positive(amount('maxmemory')),
    memoryPolicy: text('maxmemory_policy') ?? null,
    memoryFragmentationRatio: amount('mem_fragmentation_ratio'),
    systemMemoryBytes: amount('total_system_memory'),

    databases,
    keys: sumOf(databases, (d) => d.keys),
    keysWithExpiry: sumOf(databases, (d) => d.keysWithExpiry),
    keysExpired: amount('expired_keys'),
    keysEvicted: amount('evicted_keys'),
    cacheHits: amount('keyspace_hits'),
    cacheMisses: amount('keyspace_misses'),

    clientsConnected: amount('connected_clients'),
    clientsBlocked: amount('blocked_clients'),
    clientsLimit: positive(amount('maxclients')),
    connectionsReceived: amount('total_connections_received'),
    connectionsRejected: amount('rejected_connections'),

    commandsProcessed: amount('total_commands_processed'),
    commandsPerSecondNow: amount('instantaneous_ops_per_sec'),
    commands: commandsOf(fields),
    networkReceivedBytes: amount('total_net_input_bytes'),
    networkSentBytes: amount('total_net_output_bytes'),
    cpuSystemSeconds: amount('used_cpu_sys'),
    cpuUserSeconds: amount('used_cpu_user'),
    errorReplies: amount('total_error_replies'),
    errorsByPrefix: errorsOf(fields),

    loading: parseFlag(text('loading')),
    loadingPercent: amount('loading_loaded_perc'),
    snapshotLastSeconds: positive(amount('rdb_last_save_time')),
    snapshotOk: parseOk(text('rdb_last_bgsave_status')),
    snapshotRunning: parseFlag(text('rdb_bgsave_in_progress')),
    changesSinceSnapshot: amount('rdb_changes_since_last_save'),
    appendFileEnabled: parseFlag(text('aof_enabled')),
    appendFileWriteOk: parseOk(text('aof_last_write_status')),
    appendFileRewriteOk: parseOk(text('aof_last_bgrewrite_status')),

    role: parseWord(text('role'), { master: 'primary', slave: 'replica', primary: 'primary', replica: 'replica' }),
    replicasConnected: amount('connected_slaves'),
    replicationLagBytes: replicationLagOf(fields),
    primaryLinkUp: parseEither(text('master_link_status'), 'up', 'down'),
    primaryLinkIdleSeconds: amount('master_last_io_seconds_ago'),
  };
}
