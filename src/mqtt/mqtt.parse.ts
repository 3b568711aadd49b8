import {
  loadFigures,
  loadWindows,
  type BrokerKind,
  type BrokerNumber,
  type LoadFigure,
  type LoadWindow,
} from './mqtt.snapshot.js';

/** Longest payload read; figures are shorter, and whoever can write below the prefix must not fill our memory. */
export const longestPayload = 64;

/** Mosquitto's topics below `$SYS/broker/` (1.5 to 2.1) and those that our embedded broker adds. */
const numberTopics: ReadonlyMap<string, BrokerNumber> = new Map<string, BrokerNumber>([
  ['uptime', 'uptimeSeconds'],
  ['clients/total', 'sessions'],
  ['clients/connected', 'connected'],
  ['clients/disconnected', 'sessionsAway'],
  ['clients/maximum', 'sessionsMaximum'],
  ['clients/expired', 'sessionsExpired'],
  ['messages/received', 'packetsReceived'],
  ['messages/sent', 'packetsSent'],
  ['publish/messages/received', 'messagesReceived'],
  ['publish/messages/sent', 'messagesSent'],
  ['publish/messages/dropped', 'messagesDropped'],
  ['publish/bytes/received', 'publishBytesReceived'],
  ['publish/bytes/sent', 'publishBytesSent'],
  ['bytes/received', 'bytesReceived'],
  ['bytes/sent', 'bytesSent'],
  ['store/messages/count', 'stored'],
  ['store/messages/bytes', 'storedBytes'],
  ['retained messages/count', 'retained'],
  ['subscriptions/count', 'subscriptions'],
  ['shared_subscriptions/count', 'sharedSubscriptions'],
  ['topics/count', 'topics'],
  ['heap/current', 'heapBytes'],
  ['heap/maximum', 'heapMaximumBytes'],
  ['packet/out/count', 'outgoingPackets'],
  ['packet/out/bytes', 'outgoingBytes'],
  ['connections/socket/count', 'socketsAccepted'],
  ['connections/refused/count', 'socketsRefused'],
]);

const loadTopics: ReadonlyMap<string, readonly [LoadFigure, LoadWindow]> = new Map(
  loadFigures.flatMap((figure) =>
    loadWindows.map((window) => [`load/${figure.replace('_', '/')}/${window}`, [figure, window] as const] as const),
  ),
);

/** The topic that every round of figures sets anew. */
const uptimeTopic = 'uptime';

/**
 * Topic filters below the prefix that cover every known topic. Not `#`: with `log_dest topic` a broker publishes its
 * whole log there. The uptime is last: a broker that answers the filters in their order sends it after all others.
 */
export const systemFilters: readonly string[] = [
  'version',
  'load/#',
  ...new Set([...numberTopics.keys()].filter((t) => t !== uptimeTopic).map((topic) => topic.replace(/[^/]+$/, '+'))),
  uptimeTopic,
];

/** One message below the prefix. */
export type SystemMessage =
  | { readonly kind: 'version'; readonly text: string }
  | { readonly kind: 'number'; readonly of: BrokerNumber; readonly value: number }
  | { readonly kind: 'load'; readonly figure: LoadFigure; readonly window: LoadWindow; readonly perSecond: number };

/** Integers, decimals, and the uptime with its unit: "453840 seconds". */
const numberForm = /^(\d{1,19}(?:\.\d{1,6})?)(?: seconds)?$/;
const versionForm = /^[\x20-\x7e]{1,64}$/;

/**
 * @param topic below the prefix, without it
 * @returns null for a topic that is not known and for a payload that is not of its form
 */
export function parseSystemMessage(topic: string, payload: Uint8Array): SystemMessage | null {
  if (payload.length === 0 || payload.length > longestPayload) return null;
  const text = Buffer.from(payload).toString('utf8').trim();
  if (topic === 'version') return versionForm.test(text) ? { kind: 'version', text } : null;
  const value = Number(numberForm.exec(text)?.[1] ?? NaN);
  if (Number.isNaN(value)) return null;
  const of = numberTopics.get(topic);
  if (of !== undefined) return { kind: 'number', of, value };
  const load = loadTopics.get(topic);
  return load ? { kind: 'load', figure: load[0], window: load[1], perSecond: value / 60 } : null;
}

/** Which product wrote the `version` topic. */
export function brokerKind(version: string | null): BrokerKind {
  if (version === null) return 'other';
  if (/^mosquitto\b/i.test(version)) return 'mosquitto';
  return version.startsWith('watchkeeper embedded broker') ? 'embedded' : 'other';
}

/** The bare version number out of the `version` topic: "mosquitto version 2.0.18" is 2.0.18. */
export function versionNumber(version: string): string {
  return /\d+(?:\.\d+)+\S*/.exec(version)?.[0].replace(/[,;)]+$/, '') ?? version;
}
