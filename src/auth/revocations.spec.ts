import { MovableClock } from '../../test/support/clock.js';
import { AppError } from '../core/index.js';
import type { Database } from '../database/index.js';
import type { AuthConfig } from './auth.config.js';
import { Revocations } from './revocations.js';

const config = { ACCESS_TOKEN_TTL_SECONDS: 900, AUTH_REVOCATION_POLL_MS: 2000 } as AuthConfig;
const clock = new MovableClock();
const none = { run: () => Promise.resolve([]) } as unknown as Database;
const principal = (sessionId: string | null, lifeMs = 900_000) => ({ sessionId, expiresAtMs: clock.nowMs() + lifeMs });

describe('ended sessions in memory', () => {
  it('are refused from the moment they are added, for as long as a token of theirs may live, and then forgotten', async () => {
    const ended = new Revocations(none, clock, config);
    await ended.poll();
    ended.add(['a']);
    expect(ended.refuses(principal('a'))).toBe(true);
    expect(ended.refuses(principal('b'))).toBe(false);
    expect(ended.refuses(principal(null))).toBe(false);
    clock.advance(904_000);
    ended.add(['b']);
    expect(ended.refuses(principal('a'))).toBe(true);
    clock.advance(2_000);
    ended.add([]);
    expect(ended.size).toBe(1);
  });

  it('cannot be told before the database was read once, so tokens from before the start are refused and later ones not', async () => {
    const ended = new Revocations(none, clock, config);
    expect(ended.refuses(principal('any', 899_000))).toBe(true);
    clock.advance(1_000);
    expect(ended.refuses(principal('new', 900_000))).toBe(false);
    await ended.poll();
    expect(ended.refuses(principal('any', 800_000))).toBe(false);
  });

  it('stay ended while the database is away', async () => {
    let away = false;
    const run = (): Promise<string[]> =>
      away ? Promise.reject(new AppError('database.unreachable', 'unavailable', 'away')) : Promise.resolve(['a']);
    const ended = new Revocations({ run } as unknown as Database, clock, config);
    await ended.poll();
    away = true;
    await ended.poll();
    expect(ended.refuses(principal('a'))).toBe(true);
    expect(ended.refuses(principal('b'))).toBe(false);
  });

  it('are bounded: beyond 100,000 every token of the time before is refused rather than one accepted wrongly', () => {
    const ended = new Revocations(none, clock, config);
    ended.add(Array.from({ length: 100_001 }, (_, i) => `session-${i}`));
    expect(ended.size).toBe(100_000);
    expect(ended.refuses(principal('session-0'))).toBe(true);
    expect(ended.refuses(principal('session-100000'))).toBe(true);
    clock.advance(10_000);
    expect(ended.refuses(principal('somebody', 900_000))).toBe(false);
  });
});
