export { zodToOpenApi31 } from './openapi-schema.js';
export { problemSchema } from './problem.js';
export type { Problem } from './problem.js';
export { Body, Param, Query, Returns } from './schema.js';
