export { environment } from './environment.js';
export * as variable from './variable.js';
export type { Variable } from './variable.js';
export { defineConfig, describeFaults, parseConfig } from './section.js';
export type { ConfigFault, ConfigOf, ConfigSection, ParsedConfig, Variables } from './section.js';
