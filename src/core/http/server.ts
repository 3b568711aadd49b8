import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { constants } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CoreConfig } from '../core.config.js';
import { AppError } from '../errors.js';
import { Gate } from './gate.js';
import { parseJsonBody } from './json.js';
import { ProblemFilter } from './problem.filter.js';
import { answerRefusedConnection } from './refused-connection.js';
import { RouteTable } from './route-table.js';
import { securityHeaders } from './security-headers.js';

const filter = new ProblemFilter();

/** What every answer carries, refusals too. */
function stamp(request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({ ...securityHeaders, 'x-request-id': request.id });
}

/** The Fastify adapter with every limit set. */
export function httpAdapter(config: CoreConfig): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: config.HTTP_BODY_LIMIT_BYTES,
    requestTimeout: config.HTTP_REQUEST_TIMEOUT_MS,
    trustProxy: config.TRUSTED_PROXIES.length > 0 ? [...config.TRUSTED_PROXIES] : false,
    // The gate does this, in the one error shape.
    return503OnClosing: false,
    // What the router itself refuses passes no hook.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      stamp(request, reply);
      filter.answer(error, request, reply);
    },
    clientErrorHandler: answerRefusedConnection,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    http: { maxHeaderSize: 16_384, headersTimeout: 10_000, requireHostHeader: false },
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 200 },
  });
}

/**
 * Headers, CORS, compression, bounds and the one error shape. Call before `init()`: the route table listens to route
 * registration.
 * @returns the table of all routes
 */
export async function hardenHttp(app: NestFastifyApplication, config: CoreConfig): Promise<RouteTable> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const routes = new RouteTable(fastify);
  app.useGlobalFilters(filter);
  fastify.addHook('onRequest', (request, reply, done) => {
    stamp(request, reply);
    done();
  });
  await app.register(cors as never, corsOptions(config.CORS_ORIGINS));
  new Gate(routes, filter).guard(fastify);
  acceptJsonOnly(fastify);
  // An unknown `Expect` may be ignored (RFC 9110, 10.1.1); Node would answer 417 without any header of ours.
  fastify.server.on('checkExpectation', (request, response) => fastify.server.emit('request', request, response));
  // Node would drop the connection without a word.
  const refuseTunnel = Object.assign(new Error('no proxy'), { code: 'HPE_INVALID_METHOD' });
  fastify.server.on('connect', (_request, socket) => answerRefusedConnection(refuseTunnel, socket as Socket));
  await app.register(compress as never, {
    global: true,
    threshold: 2_048,
    encodings: ['gzip', 'identity'],
    zlibOptions: { level: constants.Z_BEST_SPEED },
  });
  if (config.CORS_ORIGINS.length > 0) keepVaryOrigin(fastify);
  return routes;
}

function corsOptions(origins: readonly string[]): Readonly<Record<string, unknown>> {
  return {
    origin: origins.length > 0 ? [...origins] : false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-api-key', 'last-event-id'],
    exposedHeaders: ['x-request-id', 'retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
    credentials: false,
    maxAge: 600,
    // The gate ends preflights, and refuses other uses of OPTIONS like any unknown method.
    preflightContinue: true,
    strictPreflight: false,
  };
}

/** A handler that sets `Vary` itself would lose what CORS put there, and a cache would mix up origins. */
function keepVaryOrigin(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    const names = [reply.getHeader('vary') ?? []].flat().join(', ').split(/, */).filter(Boolean);
    if (!names.some((name) => name.toLowerCase() === 'origin'))
      void reply.header('vary', [...names, 'Origin'].join(', '));
    done();
  });
}

function acceptJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      // Clients set the type on requests without a body too; whether one is needed the schema says.
      done(null, body === '' ? undefined : parseJsonBody(body as string));
    } catch (error) {
      done(
        error instanceof AppError ? error : Object.assign(new Error('not JSON', { cause: error }), { statusCode: 400 }),
        undefined,
      );
    }
  });
}
