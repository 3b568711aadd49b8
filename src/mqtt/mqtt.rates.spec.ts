import { stepRates } from './mqtt.rates.js';
import type { BrokerNumbers } from './mqtt.snapshot.js';

const round = (uptimeSeconds: number, messagesReceived: number, more: BrokerNumbers = {}): BrokerNumbers => ({
  uptimeSeconds,
  messagesReceived,
  messagesSent: messagesReceived * 2,
  bytesReceived: messagesReceived * 100,
  ...more,
});

describe('stepRates', () => {
  it('divides the deltas by the delta of the broker clock', () => {
    const first = stepRates(null, round(100, 1000));
    expect(first?.rates).toBeNull();
    expect(stepRates(first, round(110, 2500))?.rates).toEqual({
      windowSeconds: 10,
      received: 150,
      sent: 300,
      dropped: null,
      bytesReceived: 15_000,
      bytesSent: null,
    });
  });

  it('keeps the rates while no new round was published', () => {
    const second = stepRates(stepRates(null, round(100, 0)), round(110, 100));
    expect(stepRates(second, round(110, 100))).toBe(second);
  });

  it('has none after a restart of the broker, and again with the next round', () => {
    const before = stepRates(stepRates(null, round(100, 1000)), round(110, 1100));
    const restarted = stepRates(before, round(5, 10));
    expect(restarted?.rates).toBeNull();
    expect(stepRates(restarted, round(15, 30))?.rates?.received).toBe(2);
  });

  it('has none for a counter that went back although the broker did not restart', () => {
    const state = stepRates(stepRates(null, round(100, 1000)), round(110, 900));
    expect(state?.rates).toMatchObject({ received: null, windowSeconds: 10 });
  });

  it('has none, not zero, without an uptime', () => {
    expect(stepRates(stepRates(null, round(100, 1000)), {})).toBeNull();
  });
});
