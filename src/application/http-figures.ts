import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type CounterInstrument,
  type GaugeInstrument,
  type HistogramInstrument,
  Instruments,
  SlidingQuantiles,
} from '../collect/index.js';
import { Clock, type ErrorMarked } from '../core/index.js';
import { httpInstruments } from './application.metrics.js';
import type { ApplicationSnapshot, StatusClasses } from './application.snapshot.js';
import { ErrorLedger } from './error-ledger.js';

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const windowSeconds = 60;
/** Routes whose 503 is an answer and no error. */
const probes = /^\/(api\/)?(v1\/admin\/)?health(\/|$)/;

/** Observes every HTTP request once; counters, histogram, percentiles and error figures all come from that. */
@Injectable()
export class HttpFigures implements OnModuleInit {
  private readonly requests: CounterInstrument;
  private readonly duration: HistogramInstrument;
  private readonly inProgress: GaugeInstrument;
  private readonly all: SlidingQuantiles;
  private readonly clientErrors: SlidingQuantiles;
  private readonly serverErrors: SlidingQuantiles;
  private readonly errors: ErrorLedger;
  private readonly classes = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 };
  private readonly startedMonotonicMs: number;
  private readonly open = new WeakSet<FastifyRequest>();
  /** Requests that became live streams: observed already. */
  private readonly streams = new WeakSet<FastifyRequest>();

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly clock: Clock,
    instruments: Instruments,
  ) {
    this.requests = instruments.counter(httpInstruments.requests);
    this.duration = instruments.histogram(httpInstruments.duration);
    this.inProgress = instruments.gauge(httpInstruments.inProgress);
    this.all = new SlidingQuantiles(clock, windowSeconds * 1000);
    this.clientErrors = new SlidingQuantiles(clock, windowSeconds * 1000);
    this.serverErrors = new SlidingQuantiles(clock, windowSeconds * 1000);
    this.errors = new ErrorLedger(clock.nowMs());
    this.startedMonotonicMs = clock.monotonicMs();
  }

  /** Before routes are registered, so that the hooks cover every one of them. */
  onModuleInit(): void {
    const fastify = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRequest', (request, reply, done) => {
      this.open.add(request);
      this.inProgress.add(1);
      // A client that leaves early never reaches onResponse.
      reply.raw.once('close', () => this.end(request));
      done();
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      this.end(request);
      if (!this.streams.has(request)) this.record(request, reply.statusCode, reply.elapsedTime / 1000);
      done();
    });
  }

  /**
   * Observes a request whose connection a live stream takes over: it took as long as it took to begin. The life of the
   * stream is no answer time; `OpenStreams` counts it.
   */
  handedOver(request: FastifyRequest, reply: FastifyReply): void {
    this.streams.add(request);
    this.end(request);
    this.record(request, reply.statusCode, reply.elapsedTime / 1000);
  }

  /** Figures of the HTTP side at this moment. */
  read(): ApplicationSnapshot['requests'] {
    const latency = this.all.read();
    const serverErrors = this.serverErrors.read().count;
    const clientErrors = this.clientErrors.read().count;
    const observedSeconds = Math.max(1, (this.clock.monotonicMs() - this.startedMonotonicMs) / 1000);
    const share = (count: number): number | null => (latency.count === 0 ? null : (100 * count) / latency.count);
    return {
      total: this.requests.total,
      inProgress: this.inProgress.value,
      perSecond: latency.count / Math.min(windowSeconds, observedSeconds),
      perMinute: latency.count,
      serverErrorPercent: share(serverErrors),
      errorPercent: share(serverErrors + clientErrors),
      statusClasses: { ...this.classes },
      latency,
    };
  }

  readErrors(): ApplicationSnapshot['errors'] {
    return this.errors.read(this.clock.nowMs());
  }

  private end(request: FastifyRequest): void {
    if (this.open.delete(request)) this.inProgress.add(-1);
  }

  private record(request: FastifyRequest, status: number, seconds: number): void {
    const method = methods.has(request.method) ? request.method : 'OTHER';
    const endpoint = request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched');
    this.requests.add(1, method, endpoint, String(status));
    this.duration.observe(seconds, method, endpoint);
    this.all.observe(seconds);
    const statusClass = `${Math.floor(status / 100)}xx` as keyof StatusClasses;
    if (statusClass in this.classes) this.classes[statusClass] += 1;
    // A probe that answers 503 tells of another's failure; it must not make this application look faulty.
    if (status < 400 || probes.test(endpoint)) return;
    (status < 500 ? this.clientErrors : this.serverErrors).observe(seconds);
    this.errors.add((request as FastifyRequest & ErrorMarked).problemCode ?? `http.${status}`, this.clock.nowMs());
  }
}
