import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../test/support/process.js';
import { closedTo, parsePasswd, unprivilegedUser } from './embedded-postgres.identity.js';

const passwd = `root:x:0:0:root:/root:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
_broken:x
+::::::
postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash
anna:x:1000:1000::/home/anna:/bin/bash
`;

it('reads the entries of a password file and passes over foreign lines', () => {
  expect(parsePasswd(passwd).map((user) => [user.name, user.uid, user.gid])).toEqual([
    ['root', 0, 0],
    ['nobody', 65534, 65534],
    ['postgres', 101, 104],
    ['anna', 1000, 1000],
  ]);
});

describe('the user of a server started by root', () => {
  const users = parsePasswd(passwd);
  const withoutPostgres = users.filter((user) => user.name !== 'postgres');
  it.each([
    ['is postgres for new data', users, null, 'postgres'],
    ['is nobody where there is no postgres', withoutPostgres, null, 'nobody'],
    ['is the owner of the data that is there', users, 1000, 'anna'],
    ['is not the owner when that is root', users, 0, 'postgres'],
    ['is not an owner without a name, which initdb and we could not look up', users, 4711, 'postgres'],
    ['is missing on a system with root alone', users.slice(0, 1), null, undefined],
    ['is never an alias of root', parsePasswd('postgres:x:0:0::/:/bin/sh'), null, undefined],
  ])('%s', (_, from, owner, expected) => {
    expect(unprivilegedUser(from, owner)?.name).toBe(expected);
  });
});

it('names the first directory or file that is closed to the user', () => {
  const directory = temporaryDirectory('identity');
  try {
    chmodSync(directory.path, 0o755);
    const closed = join(directory.path, 'closed');
    const file = join(closed, 'inside', 'file');
    mkdirSync(join(closed, 'inside'), { recursive: true });
    writeFileSync(file, '', { mode: 0o600 });
    const owner = process.getuid?.() ?? 0;
    const stranger = { name: 'stranger', uid: owner + 1, gid: (process.getgid?.() ?? 0) + 1 };
    expect(closedTo(stranger, [file])).toBe(file);
    chmodSync(closed, 0o700);
    expect(closedTo(stranger, [file])).toBe(closed);
    chownSync(closed, owner, process.getgid?.() ?? 0);
    expect(closedTo({ ...stranger, uid: owner }, [file])).toBeUndefined();
    expect(closedTo(stranger, [join(directory.path, 'missing')])).toBe(join(directory.path, 'missing'));
  } finally {
    directory.remove();
  }
});
