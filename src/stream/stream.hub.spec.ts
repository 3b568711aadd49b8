import { PassThrough } from 'node:stream';
import { FakeClock, settle } from '../../test/support/fake-clock.js';
import { authConfig, type AuthConfig, Revocations } from '../auth/index.js';
import { Instruments } from '../collect/index.js';
import { parseConfig, type Principal } from '../core/index.js';
import { streamConfig, type StreamConfig } from './stream.config.js';
import type { UnnumberedEvent } from './stream.event.js';
import { StreamHub } from './stream.hub.js';
import { StreamInstruments } from './stream.instruments.js';

const parsed = parseConfig([streamConfig, authConfig] as never, {});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
const config = parsed.values.get(streamConfig.token) as unknown as StreamConfig;

interface Follower {
  readonly text: () => string;
  readonly ids: () => number[];
  readonly closed: () => boolean;
}

let clock: FakeClock;
let revocations: Revocations;
let hub: StreamHub;

beforeEach(async () => {
  clock = new FakeClock();
  // A database without ended sessions; what is added here is in memory.
  const database = { run: () => Promise.resolve([]) } as never;
  revocations = new Revocations(database, clock, parsed.values.get(authConfig.token) as unknown as AuthConfig);
  await revocations.poll();
  hub = new StreamHub(clock, revocations, new StreamInstruments(new Instruments()), config);
  hub.onApplicationBootstrap();
});

const principal = (change: Partial<Principal> = {}): Principal => ({
  userId: 'user',
  sessionId: 'session',
  tenantId: 'tenant',
  role: 'platform_operator',
  isAdmin: false,
  tokenId: 'token',
  expiresAtMs: clock.nowMs() + 900_000,
  ...change,
});

function follow(who: Principal = principal()): Follower {
  const connection = new PassThrough();
  let text = '';
  let closed = false;
  connection.on('data', (chunk: Buffer) => (text += chunk.toString()));
  hub.open({ principal: who, names: new Set(['alert']), lastId: null, connection, onClose: () => (closed = true) });
  return {
    text: () => text,
    ids: () => [...text.matchAll(/^id: (\d+)\ndata/gm)].map(([, id]) => Number(id)),
    closed: () => closed,
  };
}

const alert: readonly UnnumberedEvent[] = [{ name: 'alert', supersedes: null, body: {} }];

describe('The hub', () => {
  it('numbers events upwards, exactly, when the clock stands, when it is set back, and after a restart', async () => {
    const follower = follow();
    for (const jump of [0, 0, 5000, -3_600_000, 0]) {
      clock.jump(jump);
      hub.publish([...alert, ...alert]);
    }
    clock.jump(3_600_000);
    hub.publish(alert);
    await settle();
    const ids = follower.ids();
    expect(ids).toHaveLength(11);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(ids.every(Number.isSafeInteger)).toBe(true);
    await clock.advance(1);
    const restarted = new StreamHub(clock, revocations, new StreamInstruments(new Instruments()), config);
    hub = restarted;
    const later = follow();
    restarted.publish(alert);
    await settle();
    expect(later.ids()[0]).toBeGreaterThan(ids.at(-1) ?? Infinity);
  });

  const ends: readonly (readonly [string, () => Principal, () => void, number, string])[] = [
    [
      'its token expires',
      () => principal({ expiresAtMs: clock.nowMs() + 60_000 }),
      () => undefined,
      60_000,
      'token_expired',
    ],
    ['its session is ended', () => principal(), () => revocations.add(['session']), 1000, 'session_ended'],
    ['its role may not', () => principal({ role: 'viewer' }), () => undefined, 1000, 'session_ended'],
  ];

  it.each(ends)('ends a stream when %s, at the next check', async (_what, who, happen, afterMs, farewell) => {
    const [follower, other] = [follow(who()), follow(principal({ sessionId: 'other' }))];
    await clock.advance(afterMs - 1000);
    expect(follower.closed()).toBe(false);
    happen();
    await clock.advance(1000);
    hub.publish(alert);
    await settle();
    expect(follower.text()).toMatch(new RegExp(`event: ${farewell}\\ndata: \\{\\}\\n\\n$`));
    expect([follower.closed(), other.closed(), hub.size]).toEqual([true, false, 1]);
    expect(other.ids()).toHaveLength(1);
  });

  it('ends all streams with the process and leaves no timer', async () => {
    const followers = [follow(), follow()];
    await hub.beforeApplicationShutdown();
    await settle();
    for (const { text, closed } of followers)
      expect([text().endsWith('event: shutdown\ndata: {}\n\n'), closed()]).toEqual([true, true]);
    expect([hub.closing, hub.size, clock.timers]).toEqual([true, 0, 0]);
  });
});
