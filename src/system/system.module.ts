import { Module } from '@nestjs/common';
import { Clock } from '../core/index.js';
import { SystemCollector } from './system.collector.js';
import { SystemController } from './system.controller.js';
import { Inventory } from './system.inventory.js';
import { LinuxReader } from './system.linux.js';
import { PortableReader } from './system.portable.js';
import { SystemReader } from './system.reader.js';

/** The kernel's own files where there are any; elsewhere the tools of the operating system. */
function readerFor(platform: NodeJS.Platform, clock: Clock): SystemReader {
  const inventory = new Inventory();
  return platform === 'linux' ? new LinuxReader(clock, inventory) : new PortableReader(clock, inventory);
}

@Module({
  controllers: [SystemController],
  providers: [
    SystemCollector,
    {
      provide: SystemReader,
      useFactory: (clock: Clock) => readerFor(process.platform, clock),
      inject: [Clock],
    },
  ],
  exports: [SystemCollector],
})
export class SystemModule {}
