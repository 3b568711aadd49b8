import { createHash } from 'node:crypto';

/** Topics remembered at most; a flood of made-up topics must not fill the memory. */
const maxTopics = 50_000;
/** A longer topic is remembered by its digest. */
const longestTopic = 128;
/** Sessions without a connection that are kept; beyond it the one that left first is ended. */
const maxSessionsAway = 1000;

interface Session {
  readonly owner: string;
  clean: boolean;
  connected: boolean;
  readonly filters: Set<string>;
}

/** What the broker knows of a client when it connects or leaves. */
export interface Visitor {
  readonly id: string;
  readonly clean: boolean;
}

/** Who is connected, who has a session, what is subscribed, and which topics were seen. */
export class Census {
  /** Highest number of sessions seen. */
  maximum = 0;
  /** Sessions ended because too many were away. */
  expired = 0;
  connected = 0;
  subscriptions = 0;
  private readonly sessions = new Map<string, Session>();
  private readonly topics = new Set<string>();

  get total(): number {
    return this.sessions.size;
  }

  /** Distinct topics that were published to since the start, `$SYS` excluded; stops counting at 50,000. */
  get topicCount(): number {
    return this.topics.size;
  }

  /** Identity that a client id belongs to while its session lives. */
  ownerOf(clientId: string): string | undefined {
    return this.sessions.get(clientId)?.owner;
  }

  subscriptionsOf(clientId: string): number {
    return this.sessions.get(clientId)?.filters.size ?? 0;
  }

  arrive(visitor: Visitor, owner: string): void {
    const known = this.sessions.get(visitor.id);
    if (known && !visitor.clean && !known.clean) {
      known.connected = true;
    } else {
      this.end(visitor.id);
      this.sessions.set(visitor.id, { owner, clean: visitor.clean, connected: true, filters: new Set() });
    }
    this.connected += 1;
    this.maximum = Math.max(this.maximum, this.sessions.size);
  }

  /** @returns client ids of sessions that must be ended because too many are away */
  leave(visitor: Visitor): readonly string[] {
    const session = this.sessions.get(visitor.id);
    if (!session?.connected) return [];
    this.connected -= 1;
    session.connected = false;
    if (session.clean) {
      this.end(visitor.id);
      return [];
    }
    // Inserted again at the end: the order of the map is then the order in which sessions were left.
    this.sessions.delete(visitor.id);
    this.sessions.set(visitor.id, session);
    return this.expireOldest();
  }

  subscribe(clientId: string, filters: readonly string[]): void {
    const known = this.sessions.get(clientId)?.filters;
    for (const filter of filters) {
      if (!known || known.has(filter)) continue;
      known.add(filter);
      this.subscriptions += 1;
    }
  }

  unsubscribe(clientId: string, filters: readonly string[]): void {
    const known = this.sessions.get(clientId)?.filters;
    for (const filter of filters) if (known?.delete(filter)) this.subscriptions -= 1;
  }

  sawTopic(topic: string): void {
    if (this.topics.size >= maxTopics) return;
    const key = topic.length <= longestTopic ? topic : createHash('sha256').update(topic).digest('base64');
    this.topics.add(key);
  }

  private expireOldest(): readonly string[] {
    const ended: string[] = [];
    const away = this.sessions.size - this.connected;
    if (away <= maxSessionsAway) return ended;
    for (const [clientId, session] of this.sessions) {
      if (session.connected) continue;
      this.end(clientId);
      this.expired += 1;
      ended.push(clientId);
      if (ended.length >= away - maxSessionsAway) break;
    }
    return ended;
  }

  private end(clientId: string): void {
    const session = this.sessions.get(clientId);
    if (!session) return;
    this.subscriptions -= session.filters.size;
    if (session.connected) this.connected -= 1;
    this.sessions.delete(clientId);
  }
}
