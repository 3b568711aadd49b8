export { buildOpenApi } from './document.js';
export { OpenApiDocument } from './openapi.controller.js';
export { OpenApiModule } from './openapi.module.js';
