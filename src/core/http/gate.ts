import { HttpException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors.js';
import type { ProblemFilter } from './problem.filter.js';
import type { RouteTable } from './route-table.js';

const maxUrlChars = 4_096;
const maxQueryParameters = 50;

/** Methods that routes may have. Any other is refused, whatever the address. */
const methods: readonly string[] = ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'];

/** `Allow` of what is refused before its address is known. */
export const allMethods = methods.join(', ');

const tooManyParameters = (): AppError =>
  new AppError('http.query_too_long', 'invalid', `The address has more than ${maxQueryParameters} query parameters.`);

function parametersIn(url: string): number {
  const query = url.indexOf('?');
  return query < 0 ? 0 : url.slice(query + 1).split('&').length;
}

/** Whether a browser asks on behalf of a page, and CORS answered that this page may. */
function isGrantedPreflight(request: FastifyRequest, reply: FastifyReply): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.headers['access-control-request-method'] !== undefined &&
    reply.hasHeader('access-control-allow-origin')
  );
}

/**
 * Refuses what no route is to see, before the body is read: what is malformed or too long, unknown addresses (404) and
 * unknown methods (405 with `Allow`), and everything while the server closes (503).
 */
export class Gate {
  private closing = false;

  constructor(
    private readonly routes: RouteTable,
    private readonly filter: ProblemFilter,
  ) {}

  /** Register after CORS: pages of allowed origins may read refusals too, and preflights are decided. */
  guard(fastify: FastifyInstance): void {
    fastify.addHook('preClose', (done) => {
      this.closing = true;
      done();
    });
    fastify.addHook('onRequest', (request, reply, done) => {
      const refusal = this.refusal(request, reply);
      if (refusal !== null) this.filter.answer(refusal, request, reply);
      else if (isGrantedPreflight(request, reply)) void reply.status(204).send();
      else done();
    });
  }

  private refusal(request: FastifyRequest, reply: FastifyReply): Error | null {
    if (this.closing) {
      void reply.header('connection', 'close');
      return new HttpException('closing', 503);
    }
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined)
      return new HttpException('no Host', 400);
    if (request.url.length > maxUrlChars) return new HttpException('URL too long', 414);
    if (parametersIn(request.url) > maxQueryParameters) return tooManyParameters();
    const routed = !request.is404 && methods.includes(request.method);
    return routed ? null : this.unrouted(request, reply);
  }

  private unrouted(request: FastifyRequest, reply: FastifyReply): Error | null {
    const known = this.routes.methodsOf(request.url);
    if (known.length > 0 && isGrantedPreflight(request, reply)) return null;
    // Clients may probe any address with OPTIONS, so it gets the verdict of the address.
    if (known.length === 0 && (methods.includes(request.method) || request.method === 'OPTIONS'))
      return new HttpException('unknown address', 404);
    void reply.header('allow', known.length > 0 ? known.join(', ') : allMethods);
    return new HttpException('unknown method', 405);
  }
}
