export { Connections } from './connections.js';
export { ProblemFilter } from './problem.filter.js';
export type { ErrorMarked } from './problem.filter.js';
export { RouteTable } from './route-table.js';
export { hardenHttp, httpAdapter } from './server.js';
export { validationPipe } from './validation.js';
