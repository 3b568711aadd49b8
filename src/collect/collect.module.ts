import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { Instruments } from './instruments.js';
import { Latest } from './latest.js';
import { Participants } from './participants.js';
import { QueueLengths } from './queue-lengths.js';
import { Scheduler } from './scheduler.js';
import { MethodTimer } from './timed.js';

/** The engine. Global, because every source reads Latest for its answers and every feature may have instruments. */
@Global()
@Module({
  imports: [DiscoveryModule, ScheduleModule.forRoot()],
  providers: [Instruments, Latest, MethodTimer, Participants, QueueLengths, Scheduler],
  exports: [Instruments, Latest, MethodTimer, Participants, QueueLengths],
})
export class CollectModule {}
