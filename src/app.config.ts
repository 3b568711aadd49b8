import { alertsConfig } from './alerts/index.js';
import { applicationConfig } from './application/index.js';
import { authConfig } from './auth/index.js';
import { collectConfig } from './collect/index.js';
import { type ConfigSection, coreConfig } from './core/index.js';
import { databaseConfig } from './database/index.js';
import { embeddedBrokerConfig, embeddedConfig } from './embedded/index.js';
import { healthConfig } from './health/index.js';
import { historyConfig } from './history/index.js';
import { iotdbConfig } from './iotdb/index.js';
import { metricsConfig } from './metrics/index.js';
import { mqttConfig } from './mqtt/index.js';
import { redisConfig } from './redis/index.js';
import { streamConfig } from './stream/index.js';
import { systemConfig } from './system/index.js';

/** The one list of configuration sections: a line a feature, in the order of the documentation. */
export const configSections: readonly ConfigSection[] = [
  coreConfig,
  embeddedConfig,
  embeddedBrokerConfig,
  collectConfig,
  databaseConfig,
  redisConfig,
  mqttConfig,
  iotdbConfig,
  systemConfig,
  applicationConfig,
  authConfig,
  metricsConfig,
  healthConfig,
  historyConfig,
  alertsConfig,
  streamConfig,
];
