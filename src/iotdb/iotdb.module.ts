import { Module } from '@nestjs/common';
import { IotdbClient } from './iotdb.client.js';
import { IotdbCollector } from './iotdb.collector.js';
import { IotdbController } from './iotdb.controller.js';
import { IotdbSchemaCollector } from './iotdb-schema.collector.js';

@Module({
  controllers: [IotdbController],
  providers: [IotdbClient, IotdbCollector, IotdbSchemaCollector],
  exports: [IotdbClient],
})
export class IotdbModule {}
