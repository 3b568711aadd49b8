import type { LoggerService } from '@nestjs/common';
import { pino, type Logger as Pino } from 'pino';

/** Keys whose values never reach a log, at the top or one level down. */
const secretKeys = [
  'authorization',
  'cookie',
  'x-api-key',
  'password',
  'token',
  'access_token',
  'refresh_token',
  'ticket',
  'secret',
  'url',
];

/** Nest tells every module and route at start: of use to a developer only. */
const chatty = new Set(['InstanceLoader', 'NestFactory', 'RouterExplorer', 'RoutesResolver', 'NestApplication']);

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/**
 * Nest's logger over pino: one JSON object a line. Call it with a fixed sentence and an object of fields:
 * `this.log.warn('A sink failed.', { sink })`.
 */
export class JsonLogger implements LoggerService {
  private readonly pino: Pino;

  constructor(level: Level) {
    this.pino = pino({
      level,
      base: undefined,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretKeys.flatMap((key) => [`["${key}"]`, `*["${key}"]`]), censor: '***' },
    });
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(chatty.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest appends the context (a class name) last; errors may come with a stack as text before it. */
  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    const context = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
    const fields = Object.assign({}, ...rest.filter((item) => typeof item === 'object')) as object;
    const text = message instanceof Error ? message.message : String(message);
    const stack = message instanceof Error ? message.stack : rest.find((r) => typeof r === 'string' && r !== context);
    this.pino[level]({ ...fields, ...(stack === undefined ? {} : { stack }), context }, text);
  }
}
