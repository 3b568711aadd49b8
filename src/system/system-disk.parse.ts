/** Counters of one block device since boot. */
export interface DiskCounters {
  readonly device: string;
  readonly reads: number;
  readonly readBytes: number;
  readonly readSeconds: number;
  readonly writes: number;
  readonly writtenBytes: number;
  readonly writeSeconds: number;
  readonly inProgress: number;
  readonly busySeconds: number;
}

/** Sectors of `/proc/diskstats` are 512 bytes, whatever the device's own sector is. */
const sectorBytes = 512;

/** Parses `/proc/diskstats` (Documentation/admin-guide/iostats.rst). Lines of short, pre-2.6.25 partitions are skipped. */
export function parseDiskStats(text: string): readonly DiskCounters[] {
  const found: DiskCounters[] = [];
  for (const line of text.split('\n')) {
    const columns = line.trim().split(/\s+/);
    const n = columns.slice(3).map(Number);
    const [reads, , readSectors, readMs, writes, , writeSectors, writeMs, inProgress, busyMs] = n;
    if (n.length < 11 || n.some((value) => !Number.isFinite(value))) continue;
    found.push({
      device: columns[2] ?? '',
      reads: reads ?? 0,
      readBytes: (readSectors ?? 0) * sectorBytes,
      readSeconds: (readMs ?? 0) / 1000,
      writes: writes ?? 0,
      writtenBytes: (writeSectors ?? 0) * sectorBytes,
      writeSeconds: (writeMs ?? 0) / 1000,
      inProgress: inProgress ?? 0,
      busySeconds: (busyMs ?? 0) / 1000,
    });
  }
  return found;
}

/** In memory (ram, zram, loop on a file), without a medium of their own (sr, fd), or stacked on other disks (dm, md). */
const notADisk = /^(loop|ram|zram|sr|fd|dm-|md|drbd)\d*/;

/**
 * Keeps whole disks. A partition is named like its disk plus a number, with a `p` between when the disk's name ends in a
 * digit (`disk_name()` of the kernel), so `nvme0n1p1` goes, `nbd12` beside `nbd1` stays, and so does `xvda1` where the
 * machine has no `xvda`.
 */
export function wholeDisks(all: readonly DiskCounters[]): readonly DiskCounters[] {
  const names = new Set(all.map((d) => d.device));
  return all.filter(({ device }) => {
    if (notADisk.test(device)) return false;
    const afterLetter = /^(.*\D)\d+$/.exec(device)?.[1];
    const afterDigit = /^(.*\d)p\d+$/.exec(device)?.[1];
    return (
      !(afterLetter !== undefined && names.has(afterLetter)) && !(afterDigit !== undefined && names.has(afterDigit))
    );
  });
}
