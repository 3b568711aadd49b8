export { historyConfig } from './history.config.js';
export { HistoryModule } from './history.module.js';
export { intervalMs } from './history.query.js';
export type { Interval, Points } from './history.query.js';
export { HistoryService } from './history.service.js';
export type { HistoryRequest } from './history.service.js';
