export { colourOfLoad, weightedScore } from './assessment.js';
export type { AssessedCheck, Colour } from './assessment.js';
export { limitView } from './dto/health.dto.js';
export { healthConfig } from './health.config.js';
export type { HealthConfig } from './health.config.js';
export { HealthModule } from './health.module.js';
export { HealthService } from './health.service.js';
