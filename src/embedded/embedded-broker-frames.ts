/** Counts of one direction since the broker's start. */
export interface Traffic {
  bytes: number;
  /** MQTT packets of every type. */
  packets: number;
  publishes: number;
  /** Payload bytes of the PUBLISH packets. */
  publishBytes: number;
}

export function noTraffic(): Traffic {
  return { bytes: 0, packets: 0, publishes: 0, publishBytes: 0 };
}

const publishType = 3;
const maxLengthBytes = 4;

/**
 * Follows the packet borders of one direction of one MQTT connection: it counts what passes and sees a packet that is
 * too large when its length is announced, before anything of it is kept (the codec behind the broker would collect up
 * to 256 MiB). Bodies are skipped, not read. A packet counts when its header is complete.
 */
export class FrameScanner {
  private state: 'type' | 'length' | 'topic-length' | 'body' = 'type';
  private header = 0;
  private length = 0;
  private lengthBytes = 0;
  private topicLength = 0;
  private topicLengthBytes = 0;
  /** Bytes of the current packet that are still to come. */
  private missing = 0;

  constructor(
    private readonly traffic: Traffic,
    private readonly maxPacketBytes: number,
  ) {}

  /**
   * @param chunk the next bytes of the stream, cut anywhere
   * @returns false when the packet is too large or its length is malformed; the connection is beyond repair then
   */
  feed(chunk: Uint8Array): boolean {
    this.traffic.bytes += chunk.length;
    let at = 0;
    while (at < chunk.length) {
      if (this.state === 'body') {
        const step = Math.min(this.missing, chunk.length - at);
        this.missing -= step;
        at += step;
        if (this.missing === 0) this.state = 'type';
        continue;
      }
      if (!this.step(chunk[at] ?? 0)) return false;
      at += 1;
    }
    return true;
  }

  private step(byte: number): boolean {
    switch (this.state) {
      case 'type':
        this.header = byte;
        this.length = 0;
        this.lengthBytes = 0;
        this.state = 'length';
        return true;
      case 'length':
        return this.takeLength(byte);
      case 'topic-length':
        this.topicLength = this.topicLength * 256 + byte;
        this.topicLengthBytes += 1;
        this.missing -= 1;
        if (this.topicLengthBytes === 2) this.countPublish();
        return true;
      case 'body':
        return true;
    }
  }

  /** The remaining length: 7 bits a byte, least significant first, at most four bytes (MQTT 3.1.1, section 2.2.3). */
  private takeLength(byte: number): boolean {
    this.length += (byte & 0x7f) * 128 ** this.lengthBytes;
    this.lengthBytes += 1;
    if ((byte & 0x80) !== 0) return this.lengthBytes < maxLengthBytes;
    if (1 + this.lengthBytes + this.length > this.maxPacketBytes) return false;
    this.missing = this.length;
    this.traffic.packets += 1;
    if (this.header >> 4 === publishType && this.length >= 2) {
      this.topicLength = 0;
      this.topicLengthBytes = 0;
      this.state = 'topic-length';
    } else {
      this.state = this.missing > 0 ? 'body' : 'type';
    }
    return true;
  }

  private countPublish(): void {
    const quality = (this.header >> 1) & 3;
    const variableHeader = 2 + this.topicLength + (quality > 0 ? 2 : 0);
    this.traffic.publishes += 1;
    this.traffic.publishBytes += Math.max(0, this.length - variableHeader);
    this.state = this.missing > 0 ? 'body' : 'type';
  }
}
