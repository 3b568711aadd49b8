/** Events per second over one of Mosquitto's windows. */
export interface BrokerLoad {
  readonly figure: LoadFigure;
  readonly window: LoadWindow;
  readonly perSecond: number;
}

export const loadFigures = [
  'messages_received',
  'messages_sent',
  'publish_received',
  'publish_sent',
  'publish_dropped',
  'bytes_received',
  'bytes_sent',
  'sockets',
  'connections',
] as const;
export type LoadFigure = (typeof loadFigures)[number];
export const loadWindows = ['1min', '5min', '15min'] as const;
export type LoadWindow = (typeof loadWindows)[number];

/** Names of the broker's own numbers. Counters are since the broker's start. */
export const brokerNumbers = [
  'uptimeSeconds',
  /** Sessions known: connected, and persistent ones that are away. */
  'sessions',
  'connected',
  'sessionsAway',
  'sessionsMaximum',
  'sessionsExpired',
  /** MQTT packets of every type. */
  'packetsReceived',
  'packetsSent',
  /** PUBLISH packets. */
  'messagesReceived',
  'messagesSent',
  'messagesDropped',
  /** Payload bytes of PUBLISH packets. */
  'publishBytesReceived',
  'publishBytesSent',
  /** Bytes on the network. */
  'bytesReceived',
  'bytesSent',
  /** Messages kept: retained, and queued for sessions. */
  'stored',
  'storedBytes',
  'retained',
  'subscriptions',
  'sharedSubscriptions',
  'topics',
  'heapBytes',
  'heapMaximumBytes',
  'outgoingPackets',
  'outgoingBytes',
  'socketsAccepted',
  'socketsRefused',
  /** PUBLISH packets per second as the broker itself computes them (EMQX). */
  'receivedPerSecond',
  'sentPerSecond',
  'droppedPerSecond',
] as const;
export type BrokerNumber = (typeof brokerNumbers)[number];

/** A number that the broker does not publish, or not yet, is missing. */
export type BrokerNumbers = Readonly<Partial<Record<BrokerNumber, number>>>;

/** Why there are figures, or none. `silent`: the broker publishes none below the prefix. */
export type FiguresState = 'read' | 'silent' | 'forbidden' | 'api_unreachable' | 'api_refused';

export type BrokerKind = 'mosquitto' | 'embedded' | 'emqx' | 'other';

/** What a broker says of itself. */
export interface BrokerReading {
  readonly kind: BrokerKind;
  readonly version: string | null;
  readonly state: FiguresState;
  readonly numbers: BrokerNumbers;
  readonly loads: readonly BrokerLoad[];
  /** Start of the broker, epoch seconds; null without an uptime. */
  readonly startedAtSeconds: number | null;
  /** Seconds since the figures last moved (the uptime advanced); null when they are asked for and not published. */
  readonly ageSeconds: number | null;
}

/** Deltas of the broker's counters over its own clock, per second. */
export interface BrokerRates {
  /** Seconds between the two rounds of figures the rates are taken from. */
  readonly windowSeconds: number;
  readonly received: number | null;
  readonly sent: number | null;
  readonly dropped: number | null;
  readonly bytesReceived: number | null;
  readonly bytesSent: number | null;
}

/** The broker at one moment. */
export interface MqttSnapshot extends BrokerReading {
  /** MQTT version of our own connection. */
  readonly protocol: '5' | '3.1.1';
  /** Milliseconds of a message to the broker and back; null when the broker does not let us have it. */
  readonly roundTripMs: number | null;
  /** null until two rounds of figures were read, and after a restart of the broker. */
  readonly rates: BrokerRates | null;
}
