import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPostmasterOf, parsePostmasterFile } from './embedded-postgres.postmaster.js';

const recorded = readFileSync(join(__dirname, 'testdata/postmaster-18.pid'), 'utf8');

describe('postmaster.pid', () => {
  const dataDirectory = '/tmp/tmp.m0Pk48P8yI/data';
  it.each([
    ['of a ready server (18.4)', recorded, { pid: 9574, dataDirectory, port: 54399 }],
    ['cut after the port', recorded.split('\n').slice(0, 4).join('\n'), { pid: 9574, dataDirectory, port: 54399 }],
    [
      'of a server that has not bound yet',
      `9574\n${dataDirectory}\n1795228544\n`,
      { pid: 9574, dataDirectory, port: null },
    ],
    ['of a server without clients', `-77\n${dataDirectory}\n1\n0\n`, { pid: 77, dataDirectory, port: null }],
    ['just created', '9574', { pid: 9574, dataDirectory: '', port: null }],
    ['empty', '', null],
    ['with pid 0, which a signal would take for our whole group', '0\n/data\n1\n5432\n', null],
    ['of another program', 'hello\n', null],
    ['with an endless pid', '99999999999999999999\n/data\n', null],
  ])('%s is read', (_, text, expected) => {
    expect(parsePostmasterFile(text)).toEqual(expected);
  });
});

it('a living process that is no PostgreSQL is never taken for the server, even in its directory', () => {
  const child = spawn('sleep', ['60'], { cwd: __dirname });
  try {
    expect(child.pid).toBeGreaterThan(0);
    expect(isPostmasterOf(child.pid ?? 0, __dirname)).toBe(false);
    expect(isPostmasterOf(process.pid, process.cwd())).toBe(false);
  } finally {
    child.kill('SIGKILL');
  }
});
