import type { Clock } from '../core/index.js';
import type { MqttLink } from './mqtt.link.js';
import type { BrokerReading } from './mqtt.snapshot.js';

/** Where the broker's figures come from. A figure that a source does not have is missing, never 0. */
export interface BrokerSource {
  /** @param link our open connection to the same broker */
  read(link: MqttLink, signal: AbortSignal): Promise<BrokerReading>;
}

/** Mosquitto's `$SYS/broker/` topics, as they came in over our own connection. */
export class SystemTopicSource implements BrokerSource {
  constructor(private readonly clock: Clock) {}

  async read(link: MqttLink, signal: AbortSignal): Promise<BrokerReading> {
    await link.figuresArrived(signal);
    return link.topics.reading(this.clock.monotonicMs(), link.figuresAreForbidden);
  }
}
