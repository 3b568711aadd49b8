/** The broker's figures at one moment. Counts are since its start, sizes in bytes. */
export interface BrokerFigures {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly clientsTotal: number;
  readonly clientsConnected: number;
  readonly clientsMaximum: number;
  readonly clientsExpired: number;
  readonly packetsReceived: number;
  readonly packetsSent: number;
  readonly publishesReceived: number;
  readonly publishesSent: number;
  readonly publishesDropped: number;
  readonly publishBytesReceived: number;
  readonly publishBytesSent: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly retained: number;
  readonly queued: number;
  readonly storedBytes: number;
  /** Bytes in the send buffers of all connections. */
  readonly pendingBytes: number;
  readonly subscriptions: number;
  readonly topics: number;
  readonly socketsAccepted: number;
  readonly connectsAccepted: number;
  /** Sockets closed at once because the connection limit was reached. */
  readonly socketsRefused: number;
}

/** The load topics of Mosquitto and the counter each is the rate of. */
const loads: readonly (readonly [topic: string, of: keyof BrokerFigures])[] = [
  ['messages/received', 'packetsReceived'],
  ['messages/sent', 'packetsSent'],
  ['publish/received', 'publishesReceived'],
  ['publish/sent', 'publishesSent'],
  ['publish/dropped', 'publishesDropped'],
  ['bytes/received', 'bytesReceived'],
  ['bytes/sent', 'bytesSent'],
  ['sockets', 'socketsAccepted'],
  ['connections', 'connectsAccepted'],
];
const windows = [1, 5, 15] as const;

/**
 * Mosquitto's load averages: events per minute, smoothed exponentially over 1, 5 and 15 minutes, as the load average of
 * Unix is.
 */
export class LoadAverages {
  private readonly values = new Map<string, number>();
  private last: BrokerFigures | undefined;

  /** @param elapsedSeconds time since the call before, greater than 0 */
  update(figures: BrokerFigures, elapsedSeconds: number): void {
    for (const [topic, of] of loads) {
      const before = Number(this.last?.[of] ?? 0);
      const perMinute = ((Number(figures[of]) - before) * 60) / elapsedSeconds;
      for (const minutes of windows) {
        const key = `load/${topic}/${minutes}min`;
        const keep = Math.exp(-elapsedSeconds / 60 / minutes);
        this.values.set(key, perMinute + keep * ((this.values.get(key) ?? 0) - perMinute));
      }
    }
    this.last = figures;
  }

  topics(): [topic: string, payload: string][] {
    return [...this.values].map(([topic, value]) => [topic, value.toFixed(2)]);
  }
}

/**
 * The figures as Mosquitto publishes them below `$SYS/broker/` (names and text forms of 2.0), so that one parser reads
 * either. `topics/count` and `connections/refused/count` are our own additions. `uptime` comes last: who holds it holds the rest of the round too.
 */
export function systemTopics(
  figures: BrokerFigures,
  averages: LoadAverages,
): readonly (readonly [topic: string, payload: string])[] {
  const away = figures.clientsTotal - figures.clientsConnected;
  const stored = figures.retained + figures.queued;
  const counts: readonly (readonly [string, number])[] = [
    ['clients/total', figures.clientsTotal],
    ['clients/connected', figures.clientsConnected],
    ['clients/active', figures.clientsConnected],
    ['clients/disconnected', away],
    ['clients/inactive', away],
    ['clients/maximum', figures.clientsMaximum],
    ['clients/expired', figures.clientsExpired],
    ['messages/received', figures.packetsReceived],
    ['messages/sent', figures.packetsSent],
    ['publish/messages/received', figures.publishesReceived],
    ['publish/messages/sent', figures.publishesSent],
    ['publish/messages/dropped', figures.publishesDropped],
    ['publish/bytes/received', figures.publishBytesReceived],
    ['publish/bytes/sent', figures.publishBytesSent],
    ['bytes/received', figures.bytesReceived],
    ['bytes/sent', figures.bytesSent],
    ['messages/stored', stored],
    ['store/messages/count', stored],
    ['store/messages/bytes', figures.storedBytes],
    ['retained messages/count', figures.retained],
    ['packet/out/bytes', figures.pendingBytes],
    ['subscriptions/count', figures.subscriptions],
    ['topics/count', figures.topics],
    ['connections/socket/count', figures.socketsAccepted],
    ['connections/refused/count', figures.socketsRefused],
  ];
  return [
    ['version', figures.version],
    ...counts.map(([topic, value]) => [topic, String(value)] as const),
    ...averages.topics(),
    ['uptime', `${figures.uptimeSeconds} seconds`],
  ];
}
