import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDiskStats, wholeDisks, type DiskCounters } from './system-disk.parse.js';

const file = (name: string): string => readFileSync(join(__dirname, 'testdata', name), 'utf8');

describe('parseDiskStats', () => {
  it('reads sectors as 512 bytes and times as seconds from a recorded kernel 6.18', () => {
    const vda = parseDiskStats(file('vm/proc/diskstats')).find((disk) => disk.device === 'vda');
    expect(vda).toEqual({
      device: 'vda',
      reads: 122244,
      readBytes: 5071074 * 512,
      readSeconds: 290.535,
      writes: 39195,
      writtenBytes: 6211760 * 512,
      writeSeconds: 33.005,
      inProgress: 0,
      busySeconds: 41.876,
    });
  });

  it('skips short lines', () => {
    expect(parseDiskStats('   8    1 sda1 10 20 30 40\n\n')).toEqual([]);
  });
});

describe('wholeDisks', () => {
  it('keeps the one disk of the recorded machine, without loop and zram', () => {
    expect(wholeDisks(parseDiskStats(file('vm/proc/diskstats'))).map((disk) => disk.device)).toEqual(['vda']);
  });

  it.each([
    ['SCSI disks and their partitions', 'sda sda1 sda2 sdb sdaa sdaa1', 'sda sdb sdaa'],
    ['NVMe namespaces', 'nvme0n1 nvme0n1p1 nvme0n1p15 nvme1n1', 'nvme0n1 nvme1n1'],
    ['cards with boot areas', 'mmcblk0 mmcblk0p1 mmcblk0boot0', 'mmcblk0 mmcblk0boot0'],
    ['numbered disks whose names start alike', 'nbd1 nbd12 nbd1p1', 'nbd1 nbd12'],
    ['a virtual disk that is a partition by name only', 'xvda1 xvdb', 'xvda1 xvdb'],
    ['stacked, memory and removable devices', 'sda dm-0 dm-12 md0 md127 loop3 ram0 zram0 sr0 fd0', 'sda'],
  ])('tells disks from the rest: %s', (_, all, kept) => {
    const disks = all.split(' ').map((device) => ({ device }) as DiskCounters);
    expect(wholeDisks(disks).map((disk) => disk.device)).toEqual(kept.split(' '));
  });
});
