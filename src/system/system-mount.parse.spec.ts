import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRemote, parseMountInfo, spaceMounts } from './system-mount.parse.js';

const file = (name: string): string => readFileSync(join(__dirname, 'testdata', name), 'utf8');
const pathsOf = (text: string): string[] => spaceMounts(parseMountInfo(text)).map((mount) => mount.path);

describe('parseMountInfo', () => {
  it('reads a line with optional fields and escaped characters', () => {
    const line =
      '36 35 98:0 /mnt1 /mnt/my\\040disk rw,noatime master:1 shared:7 - ext3 /dev/a\\134b ro,errors=continue';
    expect(parseMountInfo(line)).toEqual([
      { deviceId: '98:0', root: '/mnt1', path: '/mnt/my disk', type: 'ext3', source: '/dev/a\\b', readOnly: true },
    ]);
  });

  it('skips what is no mount line', () => {
    expect(parseMountInfo('\nnonsense\n1 2 3\n')).toEqual([]);
  });
});

describe('spaceMounts', () => {
  it('finds only the root on a recorded virtual machine, among cgroup, tmpfs and devtmpfs', () => {
    expect(pathsOf(file('vm/proc/self/mountinfo'))).toEqual(['/']);
  });

  it('finds every real file system of a server, each device once, without images, layers and automounts', () => {
    expect(pathsOf(file('mountinfo-server.txt'))).toEqual([
      '/',
      '/boot/efi',
      '/srv/data',
      '/mnt/nas',
      '/home',
      '/pool',
    ]);
  });

  it('keeps the overlay root of a container and its volumes, but not the files an engine binds into /etc', () => {
    expect(pathsOf(file('mountinfo-container.txt'))).toEqual(['/', '/data']);
  });

  it('takes the mount that hides an earlier one at the same place', () => {
    const text =
      '1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /x rw - ext4 /dev/sda2 rw\n3 1 8:3 / /x rw - xfs /dev/sda3 rw\n';
    expect(spaceMounts(parseMountInfo(text)).map((mount) => mount.source)).toEqual(['/dev/sda1', '/dev/sda3']);
  });

  it.each([
    ['nfs4', true],
    ['cifs', true],
    ['fuse.sshfs', true],
    ['fuse', true],
    ['ext4', false],
    ['xfs', false],
  ])('%s: may hang for want of its server: %s', (type, remote) => {
    expect(isRemote(type)).toBe(remote);
  });
});
