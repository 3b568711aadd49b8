import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { applicationVersion } from './application/index.js';
import {
  Connections,
  coreConfig,
  type CoreConfig,
  hardenHttp,
  httpAdapter,
  JsonLogger,
  type RouteTable,
} from './core/index.js';
import { buildOpenApi, OpenApiDocument } from './openapi/index.js';

type Values = ReadonlyMap<symbol, Readonly<Record<string, unknown>>>;

export interface BuiltApp {
  readonly app: NestFastifyApplication;
  readonly routes: RouteTable;
  readonly connections: Connections;
}

/** Builds the application: everything is wired, nothing is connected or listening yet. */
export async function buildApp(values: Values): Promise<BuiltApp> {
  const config = values.get(coreConfig.token) as CoreConfig;
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(values), httpAdapter(config), {
    logger: new JsonLogger(config.LOG_LEVEL),
    abortOnError: false,
    // hardenHttp registers the only parser: bounded JSON.
    bodyParser: false,
  });
  const connections = new Connections(app.getHttpServer() as Server);
  const routes = await hardenHttp(app, config);
  app.get(OpenApiDocument).set(buildOpenApi(app, applicationVersion));
  return { app, routes, connections };
}
