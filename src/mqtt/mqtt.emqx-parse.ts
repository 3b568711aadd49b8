import type { BrokerNumber, BrokerNumbers } from './mqtt.snapshot.js';

/** The four answers of EMQX 5, as parsed JSON of unknown form. */
export interface EmqxAnswers {
  /** `GET /api/v5/stats?aggregate=true` */
  readonly stats: unknown;
  /** `GET /api/v5/metrics?aggregate=true` */
  readonly metrics: unknown;
  /** `GET /api/v5/nodes` */
  readonly nodes: unknown;
  /** `GET /api/v5/monitor_current` */
  readonly monitor: unknown;
}

/** A non-negative number under a key of an object; undefined for anything else. */
function numberAt(value: unknown, key: string): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = (value as Record<string, unknown>)[key];
  return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : undefined;
}

const difference = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : Math.max(0, a - b);

/**
 * Messages lost: dropped before delivery, except those that nobody subscribed to (no fault), and dropped on the way to
 * a subscriber (full queue, expired, QoS 0 to a client that is away).
 */
function droppedMessages(metrics: unknown): number | undefined {
  const before = numberAt(metrics, 'messages.dropped');
  const delivery = numberAt(metrics, 'delivery.dropped');
  if (before === undefined && delivery === undefined) return undefined;
  const unheard = numberAt(metrics, 'messages.dropped.no_subscribers') ?? 0;
  return Math.max(0, (before ?? 0) - unheard) + (delivery ?? 0);
}

/** The cluster is as old as its youngest node: that is the one whose counters began last. Milliseconds to seconds. */
function uptimeSeconds(nodes: unknown): number | undefined {
  if (!Array.isArray(nodes)) return undefined;
  const uptimes = nodes.map((node) => numberAt(node, 'uptime')).filter((ms) => ms !== undefined);
  return uptimes.length === 0 ? undefined : Math.floor(Math.min(...uptimes) / 1000);
}

/** EMQX's numbers under our names. Queue lengths exist per client only, paged and expensive, and are left out. */
export function emqxNumbers({ stats, metrics, nodes, monitor }: EmqxAnswers): BrokerNumbers {
  const sessions = numberAt(stats, 'connections.count');
  const connected = numberAt(stats, 'live_connections.count');
  const numbers: Record<BrokerNumber, number | undefined> = {
    uptimeSeconds: uptimeSeconds(nodes),
    sessions,
    connected,
    sessionsAway: difference(sessions, connected),
    sessionsMaximum: numberAt(stats, 'connections.max'),
    sessionsExpired: undefined,
    packetsReceived: numberAt(metrics, 'packets.received'),
    packetsSent: numberAt(metrics, 'packets.sent'),
    messagesReceived: numberAt(metrics, 'messages.received'),
    messagesSent: numberAt(metrics, 'messages.sent'),
    messagesDropped: droppedMessages(metrics),
    publishBytesReceived: undefined,
    publishBytesSent: undefined,
    bytesReceived: numberAt(metrics, 'bytes.received'),
    bytesSent: numberAt(metrics, 'bytes.sent'),
    stored: undefined,
    storedBytes: undefined,
    retained: numberAt(stats, 'retained.count'),
    subscriptions: numberAt(stats, 'subscriptions.count'),
    sharedSubscriptions: numberAt(stats, 'subscriptions.shared.count'),
    topics: numberAt(stats, 'topics.count'),
    heapBytes: undefined,
    heapMaximumBytes: undefined,
    outgoingPackets: undefined,
    outgoingBytes: undefined,
    socketsAccepted: undefined,
    socketsRefused: undefined,
    receivedPerSecond: numberAt(monitor, 'received_msg_rate'),
    sentPerSecond: numberAt(monitor, 'sent_msg_rate'),
    droppedPerSecond: numberAt(monitor, 'dropped_msg_rate'),
  };
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined));
}

/** Version of the first node; null when the answer has none. */
export function emqxVersion(nodes: unknown): string | null {
  const first: unknown = Array.isArray(nodes) ? nodes[0] : undefined;
  if (typeof first !== 'object' || first === null) return null;
  const { version } = first as Record<string, unknown>;
  return typeof version === 'string' && /^[\x20-\x7e]{1,64}$/.test(version) ? version : null;
}
