import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../test/support/process.js';
import { DataDirectory } from './data-directory.js';
import { parseLock, parseStartTicks } from './data-directory.lock.js';

describe('the data directory', () => {
  let temporary: ReturnType<typeof temporaryDirectory>;
  let path: string;
  const modeOf = (name: string): number => statSync(join(path, name)).mode & 0o777;
  beforeEach(() => {
    temporary = temporaryDirectory('data');
    path = join(temporary.path, 'deep', 'data');
  });
  afterEach(() => temporary.remove());

  it('is created with its parents, closed to listing by others', () => {
    DataDirectory.open(path).close();
    expect(modeOf('.') & 0o066).toBe(0);
  });

  it('is refused while another holder lives, naming its pid and the way out', () => {
    const first = DataDirectory.open(path);
    expect(() => DataDirectory.open(path)).toThrow(
      expect.objectContaining({
        code: 'embedded.data_directory_in_use',
        publicText: `The data directory ${path} is in use by process ${process.pid}. Stop that process first, or set DATA_DIR to another directory.`,
      }),
    );
    first.close();
    DataDirectory.open(path).close();
  });

  it('is taken over from a holder that was killed', () => {
    const { pid } = spawnSync('true');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'lock'), `${pid}\n`);
    DataDirectory.open(path).close();
    expect(readdirSync(path)).toEqual([]);
  });

  it('is taken over when the pid belongs to another program by now', () => {
    const first = DataDirectory.open(path);
    const [pid] = readFileSync(join(path, 'lock'), 'utf8').split('\n');
    writeFileSync(join(path, 'lock'), `${pid}\n00000000-0000-0000-0000-000000000000 1\n`);
    const second = DataDirectory.open(path);
    second.close();
    first.close();
    expect(existsSync(join(path, 'lock'))).toBe(false);
  });

  it('is taken over when a power cut left the lock empty', () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'lock'), '');
    DataDirectory.open(path).close();
  });

  it('gives back its own lock only', () => {
    const first = DataDirectory.open(path);
    writeFileSync(join(path, 'lock'), `1\n`);
    first.close();
    expect(readFileSync(join(path, 'lock'), 'utf8')).toBe('1\n');
  });

  it('keeps a secret over a restart, for its owner alone', () => {
    const first = DataDirectory.open(path);
    const made = first.secret('some-key');
    first.close();
    expect(made.created).toBe(true);
    expect(made.value).toMatch(/^[\w-]{43}$/);
    const second = DataDirectory.open(path);
    expect(second.secret('some-key', () => 'another')).toEqual({ value: made.value, created: false });
    expect(second.secret('other', () => 'given')).toEqual({ value: 'given', created: true });
    second.close();
    expect(modeOf('secrets')).toBe(0o700);
    expect(modeOf('secrets/some-key')).toBe(0o600);
  });

  it('removes what a killed writer of a secret left, and never takes it for the secret', () => {
    const directory = DataDirectory.open(path);
    directory.secret('one');
    writeFileSync(join(path, 'secrets', 'two.7b0c.new'), 'half');
    expect(directory.secret('two').created).toBe(true);
    expect(readdirSync(join(path, 'secrets'))).toEqual(['one', 'two']);
    directory.close();
  });

  it('does not replace an empty secret in silence', () => {
    const directory = DataDirectory.open(path);
    directory.secret('one');
    writeFileSync(join(path, 'secrets', 'one'), '\n');
    expect(() => directory.secret('one')).toThrow(expect.objectContaining({ code: 'embedded.secret_empty' }));
    directory.close();
  });

  it.each(['', '../x', 'A', 'a/b', 'a.b'])('refuses the secret name "%s"', (name) => {
    const directory = DataDirectory.open(path);
    expect(() => directory.secret(name)).toThrow(TypeError);
    directory.close();
  });

  it('names the directory when a file is in its place', () => {
    writeFileSync(join(temporary.path, 'deep'), '');
    expect(() => DataDirectory.open(path)).toThrow(
      expect.objectContaining({ code: 'embedded.data_directory_unusable', publicText: expect.stringContaining(path) }),
    );
  });
});

describe('a lock file', () => {
  it.each([
    ['12\nboot 99\n', { pid: 12, started: 'boot 99' }],
    ['12\n', { pid: 12, started: null }],
    ['12', { pid: 12, started: null }],
    ['', null],
    ['0\nx\n', null],
    ['-1\nx\n', null],
    ['pid\n', null],
  ])('%j is read', (text, expected) => {
    expect(parseLock(text)).toEqual(expected);
  });
});

describe('the start time in /proc/<pid>/stat', () => {
  const rest = '1 9574 9574 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0';
  it.each([
    [`9574 (postgres) S ${rest} 123456 99 100`, '123456'],
    [`9574 (a) R (b) S ${rest} 123456 99 100`, '123456'],
    [`9574 (node) Z ${rest} 123456 99 100`, null],
    ['9574 (node) S 1 2', null],
    ['', null],
  ])('%j', (stat, expected) => {
    expect(parseStartTicks(stat)).toBe(expected);
  });
});
