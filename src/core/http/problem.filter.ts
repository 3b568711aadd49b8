import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../api/index.js';
import { AppError, asAppError, causeChain, type ErrorKind } from '../errors.js';
import { shownUrl } from './shown-url.js';

const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  limited: 429,
  unavailable: 503,
  bug: 500,
};

/** Texts for what the framework refuses before a handler runs. Its own messages may quote the input. */
const frameworkTexts: Readonly<Record<number, readonly [code: string, text: string]>> = {
  400: [
    'http.unreadable',
    'The request cannot be read: it must be well-formed HTTP, its address too, and its body valid JSON in UTF-8.',
  ],
  404: ['http.not_found', 'There is nothing at this address. The API is described at /api/docs.'],
  405: ['http.method_not_allowed', 'This address does not answer this method; the Allow header lists those it does.'],
  408: ['http.timeout', 'The request took too long to arrive.'],
  413: ['http.too_large', 'The request body is larger than this address accepts.'],
  414: ['http.uri_too_long', 'The address of the request is too long.'],
  415: ['http.media_type', 'This address accepts application/json only.'],
  431: ['http.headers_too_large', 'The headers of the request are too large.'],
  503: ['http.unavailable', 'The server is shutting down. Try again.'],
};

/** Where the code of an answered error is left for the figures of the application. */
export interface ErrorMarked {
  problemCode?: string;
}

interface Shape {
  readonly status: number;
  readonly error: AppError;
}

/** The status that a framework error carries, if the thrown thing is one. */
function frameworkStatus(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const status = (thrown as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** @param cause for the log; null when the status says it all */
function frameworkError(status: number, cause: unknown): AppError {
  const [code, text] = frameworkTexts[status] ?? ['http.refused', STATUS_CODES[status] ?? 'The request was refused.'];
  return new AppError(code, 'invalid', text, { cause });
}

/** Turns every failure into one RFC 9457 body. Logs what is our fault; never tells internals. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger('Http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also for what is refused before Nest: by the gate, by Fastify's router. */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const { status, error } = this.shape(thrown);
    (request as FastifyRequest & ErrorMarked).problemCode = error.code;
    // /metrics names a scheme of its own.
    if (status === 401 && !reply.hasHeader('www-authenticate')) {
      void reply.header('www-authenticate', 'Bearer realm="watchkeeper"');
    }
    if (error.retryAfterSeconds !== undefined) void reply.header('retry-after', String(error.retryAfterSeconds));
    else if (status === 503) void reply.header('retry-after', '5');
    if (status >= 500) this.logFailure(status, error, request);
    void reply
      .status(status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify(problemBody(status, error, request.id)));
  }

  private shape(thrown: unknown): Shape {
    const status = thrown instanceof AppError ? undefined : frameworkStatus(thrown);
    if (status === undefined) {
      const error = asAppError(thrown);
      return { status: statusOfKind[error.kind], error };
    }
    return { status, error: frameworkError(status, thrown) };
  }

  private logFailure(status: number, error: AppError, request: FastifyRequest): void {
    const fields = {
      status,
      code: error.code,
      cause: causeChain(error),
      method: request.method,
      path: shownUrl(request.url),
      request_id: request.id,
    };
    if (error.kind === 'bug') {
      const origin = error.cause instanceof Error ? error.cause : error;
      this.log.error('A request failed.', { ...fields, stack: origin.stack });
    } else this.log.warn('A request could not be served.', fields);
  }
}

/** The body of what Node's HTTP parser refused: there is no request and no reply then. */
export function refusalBody(status: number, requestId: string): Problem {
  return problemBody(status, frameworkError(status, null), requestId);
}

function problemBody(status: number, error: AppError, requestId: string): Problem {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error.publicText,
    message: error.publicText,
    code: error.code,
    request_id: requestId,
    ...(error.details.length > 0 ? { errors: [...error.details] } : {}),
  };
}
