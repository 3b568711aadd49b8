export { AlertFeed } from './alert-feed.js';
export type { AlertNotice } from './alert-feed.js';
export { streamConfig } from './stream.config.js';
export type { StreamConfig } from './stream.config.js';
export { StreamHub } from './stream.hub.js';
export { StreamModule } from './stream.module.js';
export type { AlertSource } from './stream.module.js';
