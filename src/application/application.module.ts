import { Module } from '@nestjs/common';
import { ApplicationCollector } from './application.collector.js';
import { ApplicationController } from './application.controller.js';
import { HttpFigures } from './http-figures.js';
import { OpenStreams } from './open-streams.js';
import { RuntimeFigures } from './runtime-figures.js';

@Module({
  controllers: [ApplicationController],
  providers: [ApplicationCollector, HttpFigures, OpenStreams, RuntimeFigures],
  exports: [HttpFigures, OpenStreams],
})
export class ApplicationModule {}
