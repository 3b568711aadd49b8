export { compatConfig } from './compat.config.js';
export { CompatModule } from './compat.module.js';
