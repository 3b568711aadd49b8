import type { DiskCounters } from './system-disk.parse.js';
import type { Rates } from './system.rates.js';
import type { Disk } from './system.snapshot.js';

/** Disks shown one by one. */
const maxDisks = 64;

/** Adds rates to the counters of one pass. */
export function disksOf(counters: readonly DiskCounters[], rates: Rates): readonly Disk[] {
  return counters.slice(0, maxDisks).map((disk) => {
    const rate = (what: string, value: number): number | null => rates.perSecond(`disk ${what} ${disk.device}`, value);
    const busyShare = rate('busy', disk.busySeconds);
    return {
      device: disk.device,
      read: {
        operations: disk.reads,
        bytes: disk.readBytes,
        seconds: disk.readSeconds,
        operationsPerSecond: rate('reads', disk.reads),
        bytesPerSecond: rate('read bytes', disk.readBytes),
      },
      written: {
        operations: disk.writes,
        bytes: disk.writtenBytes,
        seconds: disk.writeSeconds,
        operationsPerSecond: rate('writes', disk.writes),
        bytesPerSecond: rate('written bytes', disk.writtenBytes),
      },
      inProgress: disk.inProgress,
      busySeconds: disk.busySeconds,
      busyPercent: busyShare === null ? null : Math.min(100, busyShare * 100),
    };
  });
}
