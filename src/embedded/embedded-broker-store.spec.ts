import type { Readable } from 'node:stream';
import { BrokerStore } from './embedded-broker-store.js';

interface Packet {
  cmd: string;
  topic: string;
  payload: Buffer;
  brokerId: string;
  brokerCounter: number;
  messageId?: number | undefined;
}
interface Persistence {
  storeRetained(packet: Packet): Promise<void>;
  createRetainedStream(pattern: string): Readable;
  outgoingEnqueueCombi(sessions: readonly { clientId: string }[], packet: Packet): Promise<void>;
  outgoingUpdate(client: { id: string }, packet: Partial<Packet>): Promise<void>;
  outgoingClearMessageId(client: { id: string }, packet: Partial<Packet>): Promise<Packet | undefined>;
  outgoingStream(client: { id: string }): Readable;
  cleanSubscriptions(client: { id: string }): Promise<void>;
}

let counter = 0;
const packet = (topic: string, size: number): Packet => ({
  cmd: 'publish',
  topic,
  payload: Buffer.alloc(size, 'x'),
  brokerId: 'b',
  brokerCounter: (counter += 1),
});

function open(limits: Partial<ConstructorParameters<typeof BrokerStore>[0]> = {}) {
  const store = new BrokerStore({
    maxQueuedMessages: 3,
    maxRetainedMessages: 2,
    maxStoreBytes: 1000,
    ...limits,
  });
  return { store, persistence: store.persistence() as Persistence };
}

const topicsOf = async (stream: Readable): Promise<string[]> =>
  ((await stream.toArray()) as Packet[]).map((p) => p.topic);

describe('BrokerStore', () => {
  it('keeps retained messages up to their number and bytes, replaces and deletes them', async () => {
    const { store, persistence } = open();
    await persistence.storeRetained(packet('a', 10));
    await persistence.storeRetained(packet('b', 10));
    await persistence.storeRetained(packet('c', 10));
    expect(await topicsOf(persistence.createRetainedStream('#'))).toEqual(['a', 'b']);
    expect(store).toMatchObject({ retained: 2, storedBytes: 20, dropped: 1 });
    await persistence.storeRetained(packet('a', 2000));
    await persistence.storeRetained(packet('a', 30));
    expect(store).toMatchObject({ retained: 2, storedBytes: 40, dropped: 2 });
    await persistence.storeRetained(packet('b', 0));
    expect(store).toMatchObject({ retained: 1, storedBytes: 30 });
    expect(await topicsOf(persistence.createRetainedStream('#'))).toEqual(['a']);
  });

  it('queues for each session up to its limit and gives the bytes back on acknowledgement', async () => {
    const { store, persistence } = open();
    const sent = Array.from({ length: 5 }, (_, i) => packet(`t${i}`, 10));
    for (const one of sent) await persistence.outgoingEnqueueCombi([{ clientId: 's' }, { clientId: 'r' }], one);
    expect(store).toMatchObject({ queued: 6, storedBytes: 60, dropped: 4 });
    expect(await topicsOf(persistence.outgoingStream({ id: 's' }))).toEqual(['t0', 't1', 't2']);
    await persistence.outgoingUpdate({ id: 's' }, { ...sent[1], messageId: 7 });
    const acknowledged = await persistence.outgoingClearMessageId({ id: 's' }, { messageId: 7 });
    expect(acknowledged?.topic).toBe('t1');
    expect(store).toMatchObject({ queued: 5, storedBytes: 50 });
    await store.forgetSession('r');
    await persistence.cleanSubscriptions({ id: 's' });
    expect(store).toMatchObject({ queued: 0, storedBytes: 0 });
  });

  it('lets a message that did not fit pass without an error', async () => {
    const { persistence } = open();
    await expect(persistence.outgoingUpdate({ id: 's' }, packet('t', 1))).resolves.toBeUndefined();
    await expect(persistence.outgoingClearMessageId({ id: 's' }, { messageId: 9 })).resolves.toBeUndefined();
  });

  it('replaces a message by its PUBREL under the same packet id', async () => {
    const { store, persistence } = open();
    const sent = packet('t', 10);
    await persistence.outgoingEnqueueCombi([{ clientId: 's' }], sent);
    await persistence.outgoingUpdate({ id: 's' }, { ...sent, messageId: 3 });
    await persistence.outgoingUpdate({ id: 's' }, { cmd: 'pubrel', messageId: 3 });
    const [kept] = (await persistence.outgoingStream({ id: 's' }).toArray()) as Packet[];
    expect(kept).toMatchObject({ cmd: 'pubrel', messageId: 3 });
    expect(store).toMatchObject({ queued: 1, storedBytes: 0 });
  });

  it('keeps copies: a small payload does not hold the chunk it came in', async () => {
    const { persistence } = open();
    const chunk = Buffer.alloc(65_536);
    await persistence.storeRetained({ ...packet('a', 1), payload: chunk.subarray(0, 10) });
    const [kept] = (await persistence.createRetainedStream('#').toArray()) as Packet[];
    expect(kept?.payload.buffer).not.toBe(chunk.buffer);
  });
});
