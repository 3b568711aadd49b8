import { hash } from '@node-rs/argon2';
import { Instruments } from '../collect/index.js';
import type { AuthConfig } from './auth.config.js';
import { AuthInstruments } from './auth.instruments.js';
import { PasswordHasher } from './password.hasher.js';

async function hasher(running: number, waiting: number): Promise<PasswordHasher> {
  const config = { AUTH_HASHES_RUNNING: running, AUTH_HASHES_WAITING: waiting } as AuthConfig;
  const made = new PasswordHasher(config, new AuthInstruments(new Instruments()));
  await made.onModuleInit();
  return made;
}

describe('password hashing', () => {
  it('makes argon2id hashes with 19 MiB and two passes, salted', async () => {
    const under = await hasher(2, 50);
    const [first, second] = await Promise.all([under.hash('granite otter'), under.hash('granite otter')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
    expect(await under.verify(first, 'granite otter')).toBe(true);
    expect(await under.verify(first, 'granite otter.')).toBe(false);
  });

  it('takes two spellings of one character for the same password', async () => {
    const under = await hasher(2, 50);
    expect(
      await under.verify(await under.hash('caf\u00e9 caf\u00e9 caf\u00e9'), 'cafe\u0301 cafe\u0301 cafe\u0301'),
    ).toBe(true);
  });

  it('finds no password right where there is no user', async () => {
    const under = await hasher(2, 50);
    expect(await under.verify(undefined, 'anything')).toBe(false);
  });

  it('wants a hash with weaker parameters made anew, and no other', async () => {
    const under = await hasher(2, 50);
    expect(under.isOutdated(await hash('p', { memoryCost: 8192, timeCost: 2, parallelism: 1 }))).toBe(true);
    expect(under.isOutdated(await hash('p', { memoryCost: 19_456, timeCost: 1, parallelism: 1 }))).toBe(true);
    expect(under.isOutdated(await under.hash('p'))).toBe(false);
  });

  it('computes a few at once, lets a bounded number wait in turn and refuses the rest', async () => {
    const under = await hasher(2, 3);
    const order: number[] = [];
    const asked = Array.from({ length: 8 }, (_, i) =>
      under.hash(`password ${i}`).then(
        () => order.push(i),
        (error: unknown) => error,
      ),
    );
    const answers = await Promise.all(asked);
    expect(answers.slice(5)).toEqual(
      Array(3).fill(expect.objectContaining({ code: 'auth.busy', kind: 'unavailable', retryAfterSeconds: 1 })),
    );
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(await under.verify(await under.hash('afterwards'), 'afterwards')).toBe(true);
  });
});
