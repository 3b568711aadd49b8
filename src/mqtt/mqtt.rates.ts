import type { BrokerNumber, BrokerNumbers, BrokerRates } from './mqtt.snapshot.js';

/** The round of figures that the next rates start from, and the rates of the round before. */
export interface RateState {
  readonly base: BrokerNumbers;
  readonly rates: BrokerRates | null;
}

/**
 * Steps the rates. They are deltas of the broker's counters over the delta of its own uptime, so neither our cadence
 * nor a late pass bends them. While the broker has published no new round the rates stay; after a restart of the
 * broker (uptime or a counter went back) there are none until the next round.
 */
export function stepRates(state: RateState | null, numbers: BrokerNumbers): RateState | null {
  const uptime = numbers.uptimeSeconds;
  if (uptime === undefined) return null;
  const before = state?.base.uptimeSeconds;
  if (!state || before === undefined || uptime < before) return { base: numbers, rates: null };
  if (uptime === before) return state;
  const windowSeconds = uptime - before;
  const perSecond = (of: BrokerNumber): number | null => {
    const [now, then] = [numbers[of], state.base[of]];
    return now === undefined || then === undefined || now < then ? null : (now - then) / windowSeconds;
  };
  const rates: BrokerRates = {
    windowSeconds,
    received: perSecond('messagesReceived'),
    sent: perSecond('messagesSent'),
    dropped: perSecond('messagesDropped'),
    bytesReceived: perSecond('bytesReceived'),
    bytesSent: perSecond('bytesSent'),
  };
  return { base: numbers, rates };
}
