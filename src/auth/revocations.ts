import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Timed } from '../collect/index.js';
import { causeChain, Clock, type Principal } from '../core/index.js';
import { Database } from '../database/index.js';
import { authConfig, type AuthConfig } from './auth.config.js';
import { Repeating } from './repeating.js';
import { recentlyRevoked } from './session.repository.js';

/** A poll looks this much further back than the last one: a transaction may commit later than its time says. */
const overlapMs = 60_000;
const skewMs = 5_000;
const maxHeld = 100_000;

/**
 * The sessions that were ended so recently that an access token of theirs may still be unexpired. PostgreSQL holds the
 * truth and every instance asks it every other second; what this instance ends itself counts at once. While PostgreSQL
 * is away the last state stays: valid tokens still read, ended sessions stay ended.
 */
@Injectable()
export class Revocations implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger('Revocations');
  /** Session id by the monotonic time at which it can be forgotten, oldest first. */
  private readonly forgetAt = new Map<string, number>();
  /** When the set overflows, tokens that end before this (epoch ms) are refused altogether: renewing asks the database. */
  private refuseEndingBeforeMs = 0;
  private lastPollMs: number | undefined;
  private failing = false;
  /** Tokens that end later than this (epoch ms) were issued after this start. */
  private readonly knownFromMs: number;
  private readonly polling: Repeating;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(authConfig.token) private readonly config: AuthConfig,
  ) {
    this.knownFromMs = clock.nowMs() + config.ACCESS_TOKEN_TTL_SECONDS * 1000;
    this.polling = new Repeating(clock, config.AUTH_REVOCATION_POLL_MS, () => this.poll());
  }

  async onModuleInit(): Promise<void> {
    await this.poll();
    this.polling.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.polling.stop();
  }

  /** Sessions held; for figures and tests. */
  get size(): number {
    return this.forgetAt.size;
  }

  /** Whether the token of this principal must not be accepted any more. */
  refuses(principal: Pick<Principal, 'sessionId' | 'expiresAtMs'>): boolean {
    if (principal.sessionId === null) return false;
    // Nothing is known yet of the sessions that ended before this start: renewing the token asks the database.
    if (this.lastPollMs === undefined && principal.expiresAtMs <= this.knownFromMs) return true;
    return this.forgetAt.has(principal.sessionId) || principal.expiresAtMs <= this.refuseEndingBeforeMs;
  }

  /** Takes effect on this instance at once. Call it after the commit. */
  add(sessionIds: readonly string[]): void {
    const forget = this.clock.monotonicMs() + this.tokenLifeMs();
    for (const id of sessionIds) {
      // A session seen again in the overlap keeps its place: its tokens do not get younger.
      if (!this.forgetAt.has(id)) this.forgetAt.set(id, forget);
    }
    this.trim();
  }

  /** Learns what other instances ended. Never rejects. */
  @Timed()
  async poll(): Promise<void> {
    const startedMs = this.clock.monotonicMs();
    const sinceMs = this.lastPollMs === undefined ? Infinity : startedMs - this.lastPollMs + overlapMs;
    try {
      const ids = await this.database.run((em) =>
        recentlyRevoked(em, Math.min(sinceMs, this.tokenLifeMs()) / 1000, maxHeld + 1),
      );
      this.add(ids);
      this.lastPollMs = startedMs;
      this.failing = false;
    } catch (error) {
      if (!this.failing)
        this.log.warn('Ended sessions cannot be read; the last state stays.', { cause: causeChain(error) });
      this.failing = true;
    }
  }

  private tokenLifeMs(): number {
    return this.config.ACCESS_TOKEN_TTL_SECONDS * 1000 + skewMs;
  }

  private trim(): void {
    const nowMs = this.clock.monotonicMs();
    for (const [id, forget] of this.forgetAt) {
      if (forget > nowMs && this.forgetAt.size <= maxHeld) break;
      // Dropped before its time: every token that it could have been about is refused instead.
      if (forget > nowMs) this.refuseEndingBeforeMs = this.clock.nowMs() + this.tokenLifeMs();
      this.forgetAt.delete(id);
    }
  }
}
