import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { problemSchema, UNLIMITED_EXTENSION, zodToOpenApi31 } from '../core/index.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
const verbs = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Error answers by status, shared by all operations. */
const problems: Readonly<Record<string, readonly [name: string, description: string]>> = {
  400: ['Unreadable', 'The body is not valid JSON.'],
  401: ['Unauthenticated', 'No, malformed, expired or invalid token.'],
  403: ['Forbidden', 'The role lacks the permission.'],
  404: ['NotFound', 'No such object for this caller.'],
  413: ['TooLarge', 'The body is larger than HTTP_BODY_LIMIT_BYTES.'],
  414: ['UriTooLong', 'The address of the request is longer than 4,096 characters.'],
  415: ['UnsupportedMediaType', 'The body is not application/json.'],
  422: ['Invalid', 'The input breaks a rule; errors[] names each place.'],
  429: ['TooManyRequests', 'A request limit is reached; Retry-After says when to come back.'],
  500: ['InternalError', 'A fault of ours; it was logged with the request id.'],
  503: ['Unavailable', 'A dependency of this operation is down, or the server is shutting down.'],
};

function errorStatuses(operation: Operation, path: string): string[] {
  const statuses: string[] = [];
  const isPublic = !operation.security || operation.security.length === 0;
  if (operation.requestBody) statuses.push('400', '413', '415');
  if (!isPublic) statuses.push('401', '403');
  if (path.includes('{')) statuses.push('404');
  statuses.push('414');
  if (operation.requestBody || (operation.parameters?.length ?? 0) > 0) statuses.push('422');
  const marked = operation as Operation & Record<string, unknown>;
  if (marked[UNLIMITED_EXTENSION] !== true) statuses.push('429');
  delete marked[UNLIMITED_EXTENSION];
  statuses.push('500', '503');
  return statuses;
}

function addErrors(operation: Operation, path: string): void {
  for (const status of errorStatuses(operation, path)) {
    const [name] = problems[status] ?? [];
    operation.responses[status] ??= { $ref: `#/components/responses/${name}` };
  }
}

/** `getHealth[1]` is what swagger makes of the second path of one handler: an alias, said so and with an id of its own. */
function settleOperation(operation: Operation, path: string, canonical: Map<string, string>): void {
  const id = (operation.operationId ?? '').replace(/\[\d+\]$/, '');
  const first = canonical.get(id);
  if (first === undefined) {
    canonical.set(id, path);
    operation.operationId = id;
    return;
  }
  const aliases = [...canonical.keys()].filter((key) => key.startsWith(`${id}Alias`)).length;
  operation.operationId = `${id}Alias${aliases + 1}`;
  canonical.set(operation.operationId, path);
  operation.description = `The same as ${first}.`;
}

function responses(): Record<string, unknown> {
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(Object.values(problems).map(([name, description]) => [name, { description, content }]));
}

function problemComponent(): Record<string, unknown> {
  // A named schema comes as a reference to itself among the definitions.
  const { $defs } = z.toJSONSchema(z.object({ problem: problemSchema }), { io: 'output' });
  const { id: _id, ...schema } = ($defs as Record<string, Record<string, unknown>>).Problem ?? {};
  return schema;
}

/** Canonical paths (/api/v1) first, so that the seeds' other paths are the aliases. */
function canonicalFirst(a: string, b: string): number {
  const rank = (path: string): number => (path.startsWith('/api/v1') || path.startsWith('/health') ? 0 : 1);
  return rank(a) - rank(b);
}

/**
 * The OpenAPI 3.1 document of all routes, with every error answer.
 * @param version of the product
 */
export function buildOpenApi(app: INestApplication, version: string): OpenAPIObject {
  const base = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Watchkeeper')
    .setDescription(
      'Operations backend of an IoT platform. Times are ISO 8601 in UTC. Errors are RFC 9457 problems with a stable ' +
        '`code`; 429 and 503 carry `Retry-After`.',
    )
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'This server')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Access token of login.' },
      'bearer',
    )
    .addTag('auth', 'Sign-in, sessions and the own account')
    .addTag('users', 'Users and the audit trail')
    .addTag('statistics', 'Latest figures of each component')
    .addTag('alerts', 'Alerts and the thresholds that raise them')
    .addTag('health', 'Verdicts, for people, supervisors and runbooks')
    .addTag('metrics', 'Prometheus')
    .addTag('system health', 'The system dashboard dialect: snapshot, colours and alerts')
    .addTag('documentation', 'This document')
    .build();
  const document = SwaggerModule.createDocument(app, base, { standardSchemaConverter: zodToOpenApi31() });
  const canonical = new Map<string, string>();
  for (const path of Object.keys(document.paths).sort(canonicalFirst)) {
    for (const verb of verbs) {
      const operation = document.paths[path]?.[verb];
      if (!operation) continue;
      settleOperation(operation, path, canonical);
      // An empty list says "none"; leaving it out would say "as the document", which is none as well, but linters ask.
      operation.security ??= [];
      addErrors(operation, path);
    }
  }
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problemComponent() as never },
    responses: responses() as never,
  };
  return document;
}
