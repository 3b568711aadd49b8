import { Readable } from 'node:stream';
import type { AedesPublishPacket } from 'aedes';
import memory from 'aedes-persistence';

export interface StoreLimits {
  /** Messages kept for one session. */
  readonly maxQueuedMessages: number;
  /** Topics with a retained message. */
  readonly maxRetainedMessages: number;
  /** Payload bytes of everything kept. */
  readonly maxStoreBytes: number;
}

type Kept = Pick<AedesPublishPacket, 'cmd' | 'topic' | 'payload' | 'qos' | 'retain'> & {
  brokerId?: string;
  brokerCounter?: number;
  messageId?: number;
};
interface SessionRef {
  readonly id: string;
}

/** The methods of the memory store that are replaced or called here, in the promise form that aedes uses. */
interface MemoryStore {
  storeRetained(packet: Kept): Promise<void>;
  cleanSubscriptions(client: SessionRef): Promise<void>;
  incomingStorePacket(client: SessionRef, packet: Kept): Promise<void>;
}

/** The package's types describe its callback form of long ago, as an ES default export; it exports a function. */
const createMemoryStore = memory as unknown as () => MemoryStore;

const nothing = Buffer.alloc(0);
const sizeOf = (packet: Kept): number => packet.payload?.length ?? 0;

/** A payload is a window on the socket's 64 KiB chunk: kept as it is, ten bytes would hold all of it. */
function ownCopy(packet: Kept): Kept {
  return { ...packet, payload: Buffer.from(packet.payload ?? nothing) };
}

/**
 * What the broker keeps in memory: retained messages, and for sessions that outlive their connection the messages not
 * yet acknowledged. The store that comes with aedes has no bound at all; here each part has one, and what does not fit
 * is dropped and counted, as Mosquitto does. Nothing survives the process.
 */
export class BrokerStore {
  /** Messages discarded because a queue or the store was full. */
  dropped = 0;
  private readonly queues = new Map<string, Kept[]>();
  private readonly retainedBytes = new Map<string, number>();
  private bytes = 0;
  private queuedCount = 0;
  private readonly inner = createMemoryStore();

  constructor(private readonly limits: StoreLimits) {}

  get retained(): number {
    return this.retainedBytes.size;
  }

  /** Messages waiting for sessions. */
  get queued(): number {
    return this.queuedCount;
  }

  /** Payload bytes of retained and queued messages. */
  get storedBytes(): number {
    return this.bytes;
  }

  /** The `persistence` of aedes: the memory store with the unbounded parts replaced. */
  persistence(): object {
    const { inner } = this;
    const innerRetain = inner.storeRetained.bind(inner);
    const innerClean = inner.cleanSubscriptions.bind(inner);
    const innerIncoming = inner.incomingStorePacket.bind(inner);
    return Object.assign(inner, {
      storeRetained: async (packet: Kept) => {
        if (this.admitRetained(packet)) await innerRetain(ownCopy(packet));
      },
      cleanSubscriptions: async (client: SessionRef) => {
        this.forgetQueue(client.id);
        await innerClean(client);
      },
      // Only the packet id matters there (it tells a duplicate), and a thousand payloads a client would not be bounded.
      incomingStorePacket: (client: SessionRef, packet: Kept) =>
        innerIncoming(client, { ...packet, topic: '', payload: nothing }),
      outgoingEnqueue: async (session: { clientId: string }, packet: Kept) => this.enqueue(session.clientId, packet),
      outgoingEnqueueCombi: async (sessions: readonly { clientId: string }[], packet: Kept) => {
        for (const session of sessions) this.enqueue(session.clientId, packet);
      },
      outgoingUpdate: async (client: SessionRef, packet: Kept) => this.update(client.id, packet),
      outgoingClearMessageId: async (client: SessionRef, packet: Kept) => this.acknowledge(client.id, packet),
      outgoingStream: (client: SessionRef) => Readable.from([...(this.queues.get(client.id) ?? [])]),
    });
  }

  /** Ends a session that is away: its subscriptions and its queue. */
  async forgetSession(clientId: string): Promise<void> {
    this.forgetQueue(clientId);
    await this.inner.cleanSubscriptions({ id: clientId });
  }

  /** Books a retained message. An empty payload deletes, as the protocol says. */
  private admitRetained(packet: Kept): boolean {
    const before = this.retainedBytes.get(packet.topic);
    const size = sizeOf(packet);
    const isNew = before === undefined && size > 0;
    const isFull =
      (isNew && this.retained >= this.limits.maxRetainedMessages) ||
      this.bytes + size - (before ?? 0) > this.limits.maxStoreBytes;
    if (isFull && size > (before ?? 0)) {
      this.dropped += 1;
      return false;
    }
    this.bytes += size - (before ?? 0);
    if (size > 0) this.retainedBytes.set(packet.topic, size);
    else this.retainedBytes.delete(packet.topic);
    return true;
  }

  private enqueue(clientId: string, packet: Kept): void {
    let queue = this.queues.get(clientId);
    if (!queue) this.queues.set(clientId, (queue = []));
    const size = sizeOf(packet);
    if (queue.length >= this.limits.maxQueuedMessages || this.bytes + size > this.limits.maxStoreBytes) {
      this.dropped += 1;
      return;
    }
    queue.push(ownCopy(packet));
    this.queuedCount += 1;
    this.bytes += size;
  }

  /**
   * Notes the packet id under which a queued message was sent, or replaces the message by its PUBREL. A message that
   * did not fit is not there: it is delivered all the same, once, and not again after a reconnect.
   */
  private update(clientId: string, packet: Kept): void {
    const queue = this.queues.get(clientId) ?? [];
    for (const [i, kept] of queue.entries()) {
      if (kept.brokerId === packet.brokerId) {
        if (kept.brokerCounter !== packet.brokerCounter) continue;
        kept.messageId = packet.messageId;
        return;
      }
      if (kept.messageId !== packet.messageId) continue;
      this.bytes += sizeOf(packet) - sizeOf(kept);
      queue[i] = packet;
      return;
    }
  }

  private acknowledge(clientId: string, packet: Kept): Kept | undefined {
    const queue = this.queues.get(clientId);
    const at = queue?.findIndex((kept) => kept.messageId === packet.messageId) ?? -1;
    if (!queue || at < 0) return undefined;
    const [kept] = queue.splice(at, 1);
    this.queuedCount -= 1;
    if (kept) this.bytes -= sizeOf(kept);
    if (queue.length === 0) this.queues.delete(clientId);
    return kept;
  }

  private forgetQueue(clientId: string): void {
    const queue = this.queues.get(clientId);
    if (!queue) return;
    this.queues.delete(clientId);
    this.queuedCount -= queue.length;
    for (const kept of queue) this.bytes -= sizeOf(kept);
  }
}
