import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describeCollector } from '../../test/contracts/collector.contract.js';
import { SystemClock } from '../core/index.js';
import { Inventory } from './system.inventory.js';
import { LinuxReader } from './system.linux.js';
import { PortableReader } from './system.portable.js';
import { SystemCollector } from './system.collector.js';
import type { SystemSnapshot } from './system.snapshot.js';

const limits = {
  HEALTH_CPU_WARN_PERCENT: 80,
  HEALTH_MEMORY_WARN_PERCENT: 85,
  HEALTH_DISK_WARN_PERCENT: 80,
  HEALTH_DISK_CRITICAL_PERCENT: 90,
};
const clock = new SystemClock();
const signal = () => AbortSignal.timeout(5_000);
const onLinux = process.platform === 'linux' ? describe : describe.skip;

function collectorWith(reader: LinuxReader | PortableReader) {
  return { collector: new SystemCollector(limits, reader), dispose: () => Promise.resolve() };
}

if (process.platform === 'linux') {
  describeCollector('system, from /proc', {
    live: () => Promise.resolve(collectorWith(new LinuxReader(clock, new Inventory()))),
  });
}
describeCollector('system, through systeminformation', {
  live: () => Promise.resolve(collectorWith(new PortableReader(clock, new Inventory()))),
});
