export { MqttCollector } from './mqtt.collector.js';
export { mqttConfig } from './mqtt.config.js';
export type { MqttConfig } from './mqtt.config.js';
export { probeTopicPrefix } from './mqtt.link.js';
export { MqttModule } from './mqtt.module.js';
export type { MqttSnapshot } from './mqtt.snapshot.js';
