import { brokerKind, parseSystemMessage, versionNumber } from './mqtt.parse.js';
import type { BrokerLoad, BrokerNumber, BrokerReading } from './mqtt.snapshot.js';

/** A later estimate of the start this far off means that the clock was set, seconds. */
const clockJumpSeconds = 30;

/**
 * The last value of each known `$SYS` topic of one connection. Mosquitto publishes them retained and again only when
 * they change, so a value stands until it is replaced, and only the uptime tells whether the figures are alive. Bounded
 * by the table of known topics.
 */
export class SystemTopics {
  private version: string | null = null;
  private readonly numbers = new Map<BrokerNumber, number>();
  private readonly loads = new Map<string, BrokerLoad>();
  private startedAtSeconds: number | null = null;
  private advancedAtMs: number | null = null;

  /** @param prefix of the topics, without a slash at its end */
  constructor(private readonly prefix: string) {}

  /**
   * Takes a message; what is not known is ignored.
   * @param monotonicMs for the age of the figures
   * @param wallMs for the start of the broker
   */
  accept(topic: string, payload: Uint8Array, monotonicMs: number, wallMs: number): void {
    if (!topic.startsWith(`${this.prefix}/`)) return;
    const message = parseSystemMessage(topic.slice(this.prefix.length + 1), payload);
    if (message === null) return;
    switch (message.kind) {
      case 'version':
        this.version = message.text;
        return;
      case 'load':
        this.loads.set(`${message.figure}/${message.window}`, message);
        return;
      case 'number':
        if (message.of === 'uptimeSeconds') this.acceptUptime(message.value, monotonicMs, wallMs);
        this.numbers.set(message.of, message.value);
        return;
    }
  }

  /** @param isForbidden the broker refused the subscription */
  reading(monotonicMs: number, isForbidden: boolean): BrokerReading {
    const { version, advancedAtMs } = this;
    return {
      kind: brokerKind(version),
      version: version === null ? null : versionNumber(version),
      state: this.numbers.size > 0 ? 'read' : isForbidden ? 'forbidden' : 'silent',
      numbers: Object.fromEntries(this.numbers),
      loads: [...this.loads.values()],
      startedAtSeconds: this.startedAtSeconds,
      ageSeconds: advancedAtMs === null ? null : Math.max(0, monotonicMs - advancedAtMs) / 1000,
    };
  }

  private acceptUptime(uptime: number, monotonicMs: number, wallMs: number): void {
    const before = this.numbers.get('uptimeSeconds');
    if (uptime === before) return;
    this.advancedAtMs = monotonicMs;
    const estimate = Math.round(wallMs / 1000 - uptime);
    const known = this.startedAtSeconds;
    // A message can only be late, so the earliest estimate is the best: the first one is a retained value of some age.
    const isSameRun = before !== undefined && uptime > before && known !== null;
    const stands = isSameRun && estimate >= known && estimate - known < clockJumpSeconds;
    this.startedAtSeconds = stands ? known : estimate;
  }
}
