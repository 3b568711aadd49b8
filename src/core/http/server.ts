import { randomUUID } from 'node:crypto';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { constants } from 'node:zlib';
import type { CoreConfig } from '../core.config.js';
import { AppError } from '../errors.js';
import { parseJsonBody } from './json.js';
import { ProblemFilter } from './problem.filter.js';
import { RouteTable } from './route-table.js';

const maxUrlChars = 4_096;
const maxQueryParameters = 50;

/** The Fastify adapter with every limit set. */
export function httpAdapter(config: CoreConfig): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: config.HTTP_BODY_LIMIT_BYTES,
    requestTimeout: config.HTTP_REQUEST_TIMEOUT_MS,
    trustProxy: config.TRUSTED_PROXIES.length > 0 ? [...config.TRUSTED_PROXIES] : false,
    return503OnClosing: true,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    http: { maxHeaderSize: 16_384, headersTimeout: 10_000 },
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 200 },
  });
}

const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
    formAction: ["'self'"],
    // Swagger UI and charts set style attributes; scripts stay strict.
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
  },
};

/**
 * Headers, CORS, compression, bounds and the one error shape. Call before `init()`: the route table listens to route
 * registration.
 * @returns the table of all routes
 */
export async function hardenHttp(app: NestFastifyApplication, config: CoreConfig): Promise<RouteTable> {
  const fastify = app.getHttpAdapter().getInstance();
  const routes = new RouteTable(fastify as never);
  const filter = new ProblemFilter(routes);
  app.useGlobalFilters(filter);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    if (request.url.startsWith('/api') || request.url.startsWith('/health'))
      void reply.header('cache-control', 'no-store');
    const query = request.url.indexOf('?');
    const parameters = query < 0 ? 0 : request.url.slice(query + 1).split('&').length;
    if (request.url.length > maxUrlChars || parameters > maxQueryParameters) {
      filter.answer(
        new AppError('http.uri_too_long', 'invalid', 'The address of the request is too long.'),
        request,
        reply,
      );
      return;
    }
    done();
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as string));
    } catch (error) {
      done(
        error instanceof AppError ? error : Object.assign(new Error('not JSON', { cause: error }), { statusCode: 400 }),
        undefined,
      );
    }
  });
  await app.register(helmet as never, {
    contentSecurityPolicy,
    frameguard: { action: 'deny' },
    hsts: { maxAge: 31_536_000, includeSubDomains: true },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xXssProtection: false,
  });
  fastify.addHook('onRequest', (_request, reply, done) => {
    // Obsolete in browsers, asked for by the contract (S0-128); helmet would send "0".
    void reply.header('x-xss-protection', '1; mode=block');
    void reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    done();
  });
  await app.register(cors as never, {
    origin: config.CORS_ORIGINS.length > 0 ? [...config.CORS_ORIGINS] : false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-api-key', 'last-event-id'],
    exposedHeaders: ['x-request-id', 'retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
    credentials: false,
    maxAge: 600,
  });
  await app.register(compress as never, {
    global: true,
    threshold: 2_048,
    encodings: ['gzip', 'identity'],
    zlibOptions: { level: constants.Z_BEST_SPEED },
  });
  return routes;
}
