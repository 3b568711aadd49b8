import { LoadAverages, systemTopics, type BrokerFigures } from './embedded-broker-sys.js';

const zero: BrokerFigures = {
  version: 'v',
  uptimeSeconds: 0,
  clientsTotal: 0,
  clientsConnected: 0,
  clientsMaximum: 0,
  clientsExpired: 0,
  packetsReceived: 0,
  packetsSent: 0,
  publishesReceived: 0,
  publishesSent: 0,
  publishesDropped: 0,
  publishBytesReceived: 0,
  publishBytesSent: 0,
  bytesReceived: 0,
  bytesSent: 0,
  retained: 0,
  queued: 0,
  storedBytes: 0,
  pendingBytes: 0,
  subscriptions: 0,
  topics: 0,
  socketsAccepted: 0,
  connectsAccepted: 0,
  socketsRefused: 0,
};

describe('LoadAverages', () => {
  it('comes close to a steady rate per minute, the short window first', () => {
    const averages = new LoadAverages();
    for (let i = 1; i <= 60; i += 1) averages.update({ ...zero, publishesReceived: i * 50 }, 5);
    const topics = new Map(averages.topics());
    // 10 a second are 600 a minute; after five minutes the windows have taken 1 - e^(-5/window) of it.
    expect(Number(topics.get('load/publish/received/1min'))).toBeCloseTo(600 * (1 - Math.exp(-5)), 1);
    expect(Number(topics.get('load/publish/received/5min'))).toBeCloseTo(600 * (1 - Math.exp(-1)), 1);
    expect(Number(topics.get('load/publish/received/15min'))).toBeCloseTo(600 * (1 - Math.exp(-1 / 3)), 1);
    expect(topics.size).toBe(27);
  });
});

describe('systemTopics', () => {
  it('has the text forms of Mosquitto, the uptime last', () => {
    const figures = { ...zero, uptimeSeconds: 75, clientsTotal: 5, clientsConnected: 3, retained: 54, queued: 3 };
    const list = systemTopics(figures, new LoadAverages());
    const topics = new Map(list);
    expect(topics.get('clients/disconnected')).toBe('2');
    expect(topics.get('store/messages/count')).toBe('57');
    expect(topics.get('retained messages/count')).toBe('54');
    expect(list.at(-1)).toEqual(['uptime', '75 seconds']);
  });
});
