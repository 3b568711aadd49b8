import { ErrorLedger } from './error-ledger.js';
import { OpenStreams } from './open-streams.js';

const midnight = Date.UTC(2026, 0, 2);
const hour = 3_600_000;

describe('The errors of the day', () => {
  it('are counted by type, largest first, with their rate per hour', () => {
    const ledger = new ErrorLedger(midnight);
    for (const type of ['b', 'a', 'a']) ledger.add(type, midnight + hour);
    expect(ledger.read(midnight + 2 * hour)).toEqual({
      totalToday: 3,
      ratePerHour: 1.5,
      top: [
        { type: 'a', count: 2 },
        { type: 'b', count: 1 },
      ],
    });
  });

  it('have no rate in the first minute, where it would be noise', () => {
    const ledger = new ErrorLedger(midnight);
    ledger.add('a', midnight + 1);
    expect(ledger.read(midnight + 59_999).ratePerHour).toBeNull();
  });

  it('begin anew at midnight UTC, even when nothing happened since', () => {
    const ledger = new ErrorLedger(midnight - hour);
    ledger.add('a', midnight - 1);
    expect(ledger.read(midnight - 1).totalToday).toBe(1);
    expect(ledger.read(midnight + hour)).toEqual({ totalToday: 0, ratePerHour: 0, top: [] });
  });

  it('stay bounded whatever the types are called', () => {
    const ledger = new ErrorLedger(midnight);
    for (let i = 0; i < 1_000; i++) ledger.add(`type-${i}`, midnight);
    const { totalToday, top } = ledger.read(midnight + hour);
    expect(totalToday).toBe(1_000);
    expect(top).toHaveLength(10);
    expect(top[0]).toEqual({ type: 'other', count: 900 });
  });
});

describe('Open streams', () => {
  it('are counted by transport, and ended once only', () => {
    const streams = new OpenStreams();
    const end = streams.opened('sse');
    streams.opened('websocket');
    expect(streams.read()).toEqual({ sse: 1, websocket: 1 });
    end();
    end();
    expect(streams.read()).toEqual({ sse: 0, websocket: 1 });
  });
});
