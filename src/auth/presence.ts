import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Timed } from '../collect/index.js';
import { bounded, causeChain, Clock } from '../core/index.js';
import { Database } from '../database/index.js';
import { Repeating } from './repeating.js';
import { markSeen } from './session.repository.js';

const flushEveryMs = 30_000;
const maxHeld = 10_000;
/** Longest wait for the database at shutdown. */
const shutdownWaitMs = 1_000;

/** Which sessions were used lately. Noted in memory, written together every 30 s: a request costs no write. */
@Injectable()
export class Presence implements OnModuleInit, OnModuleDestroy {
  private readonly log = new Logger('Presence');
  private readonly sessions = new Set<string>();
  private readonly flushing: Repeating;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.flushing = new Repeating(clock, flushEveryMs, () => this.flush());
  }

  onModuleInit(): void {
    this.flushing.start();
  }

  async onModuleDestroy(): Promise<void> {
    await bounded(
      this.clock,
      shutdownWaitMs,
      this.flushing.stop().then(() => this.flush()),
    );
  }

  seen(sessionId: string): void {
    if (this.sessions.size < maxHeld) this.sessions.add(sessionId);
  }

  /** Writes what was seen. A failure loses one note of presence and nothing else. */
  @Timed()
  async flush(): Promise<void> {
    if (this.sessions.size === 0) return;
    const ids = [...this.sessions];
    this.sessions.clear();
    try {
      await this.database.run((em) => markSeen(em, ids));
    } catch (error) {
      this.log.debug('Presence was not written.', { cause: causeChain(error) });
    }
  }
}
