import { Module } from '@nestjs/common';
import { MqttClient } from './mqtt.client.js';
import { MqttCollector } from './mqtt.collector.js';
import { MqttController } from './mqtt.controller.js';

@Module({
  controllers: [MqttController],
  providers: [MqttClient, MqttCollector],
})
export class MqttModule {}
