export {
  ACCESS_KEY,
  LIMIT_KEY,
  Limited,
  permissions,
  Public,
  Requires,
  roles,
  UNLIMITED_EXTENSION,
} from './access/index.js';
export type { AccessRule, Permission, Principal, Role } from './access/index.js';
export { Body, Param, problemSchema, Query, Returns, zodToOpenApi31 } from './api/index.js';
export type { Problem } from './api/index.js';
export { bounded } from './bounded.js';
export { Clock, isoTime, SystemClock } from './clock.js';
export type { Timer } from './clock.js';
export { defineConfig, describeFaults, environment, parseConfig, variable } from './config/index.js';
export type { ConfigFault, ConfigOf, ConfigSection, ParsedConfig, Variable, Variables } from './config/index.js';
export { AppError, asAppError, causeChain, never } from './errors.js';
export type { AppErrorOptions, ErrorKind, InputFault } from './errors.js';
export { addressList, coreConfig } from './core.config.js';
export type { CoreConfig } from './core.config.js';
export { CoreModule } from './core.module.js';
export { Connections, hardenHttp, httpAdapter, ProblemFilter, RouteTable, validationPipe } from './http/index.js';
export type { ErrorMarked } from './http/index.js';
export { JsonLogger } from './logger.js';
export { Readiness } from './readiness.js';
export type { ReadinessProbe } from './readiness.js';
