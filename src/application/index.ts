export { ApplicationCollector } from './application.collector.js';
export { applicationConfig } from './application.config.js';
export { ApplicationModule } from './application.module.js';
export type { ApplicationSnapshot } from './application.snapshot.js';
export { HttpFigures } from './http-figures.js';
export { OpenStreams } from './open-streams.js';
export { applicationVersion } from './version.js';
