import { Inject, Injectable } from '@nestjs/common';
import { OpenStreams } from '../application/index.js';
import { streamConfig, type StreamConfig } from './stream.config.js';
import { tooManyOfAddress, tooManyOfUser, tooManyStreams } from './stream.errors.js';
import { StreamInstruments } from './stream.instruments.js';

/** Streams by some key; keys without streams are not held. */
class Tally {
  private readonly counts = new Map<string, number>();

  of(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  add(key: string, amount: 1 | -1): void {
    const count = this.of(key) + amount;
    if (count > 0) this.counts.set(key, count);
    else this.counts.delete(key);
  }
}

/** Counts open streams against the caps of the instance, of a user and of an address. */
@Injectable()
export class StreamAdmission {
  private total = 0;
  private readonly users = new Tally();
  private readonly addresses = new Tally();

  constructor(
    private readonly open: OpenStreams,
    private readonly instruments: StreamInstruments,
    @Inject(streamConfig.token) private readonly config: StreamConfig,
  ) {}

  /**
   * Takes a place for a stream.
   * @param address of the client; of an IPv6 address its /64
   * @returns gives the place back; further calls do nothing
   * @throws stream.instance_full, stream.user_limit, stream.address_limit
   */
  admit(userId: string, address: string): () => void {
    const { STREAM_MAX_CLIENTS, STREAM_MAX_PER_USER, STREAM_MAX_PER_ADDRESS } = this.config;
    if (this.total >= STREAM_MAX_CLIENTS) {
      this.instruments.rejected('instance');
      throw tooManyStreams();
    }
    if (this.users.of(userId) >= STREAM_MAX_PER_USER) {
      this.instruments.rejected('user');
      throw tooManyOfUser();
    }
    if (this.addresses.of(address) >= STREAM_MAX_PER_ADDRESS) {
      this.instruments.rejected('address');
      throw tooManyOfAddress();
    }
    this.count(userId, address, 1);
    const ended = this.open.opened('sse');
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      ended();
      this.count(userId, address, -1);
    };
  }

  private count(userId: string, address: string, amount: 1 | -1): void {
    this.total += amount;
    this.users.add(userId, amount);
    this.addresses.add(address, amount);
  }
}
