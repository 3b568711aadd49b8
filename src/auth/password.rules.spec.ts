import { commonPasswords, commonWords } from './common-passwords.js';
import { normalizePassword, passwordFault } from './password.rules.js';

describe('a new password', () => {
  it.each([
    ['granite-otter-42-lantern'],
    ['x7#Kq9!vLm2p'],
    ['the summer of our discontent'],
    ['ひらがなのパスワードです。'],
    ['🦆🦆🦉🦅🦜🐦🐧🕊🦃🦚🦩🐓'],
    [`${'long and dull '.repeat(9)}ok`],
  ])('%s may be used', (password) => {
    expect(passwordFault(password)).toBeUndefined();
  });

  it.each([
    ['short', /shorter than 12/],
    ['🦆🦆🦉🦅🦜🐦🐧🕊🦃🦚🦩', /shorter than 12/],
    ['a1'.repeat(64) + 'x', /longer than 128/],
    ['password1234', /common/],
    ['P@ssw0rd1234', /common/],
    ['Welcome2024!!', /common/],
    ['!!!Summer2026', /common/],
    ['AdminAdmin123', /common/],
    ['Watchkeeper-2026', /common/],
    ['aaaaaaaaaaaaaa', /common/],
    ['abcabcabcabcabc', /common/],
    ['QWERTYUIOP123', /common/],
    ['123456789012', /common/],
    ['1q2w3e4r5t6y', /common/],
    ['abcdefghijk\ud800', /Unicode/],
  ])('%j is refused', (password, reason) => {
    expect(passwordFault(password)).toMatch(reason);
  });

  it('is the same however its accents were composed, and is measured after that', () => {
    expect(normalizePassword('cafe\u0301')).toBe('caf\u00e9');
    expect(passwordFault('e\u0301'.repeat(11))).toMatch(/shorter/);
  });

  it('is checked against a real list', () => {
    expect(commonPasswords.size).toBeGreaterThan(500);
    expect(commonWords.size).toBeGreaterThan(150);
    for (const password of commonPasswords) expect(password).toBe(password.toLowerCase());
  });

  it('is judged in time proportional to its length: 50 kB take no noticeable time', () => {
    const started = process.cpuUsage();
    for (const text of ['a'.repeat(50_000), '1'.repeat(50_000), `${'1'.repeat(25_000)}a${'1'.repeat(25_000)}`])
      passwordFault(text);
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
  });
});
