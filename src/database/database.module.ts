import { Module, type DynamicModule } from '@nestjs/common';
import { Clock } from '../core/index.js';
import { DatabaseClientCollector } from './database-client.collector.js';
import { DatabaseQueries } from './database-queries.js';
import { DatabaseTablesCollector } from './database-tables.collector.js';
import { DatabaseCollector } from './database.collector.js';
import { databaseConfig, type DatabaseConfig } from './database.config.js';
import { DatabaseController } from './database.controller.js';
import { DatabaseReadiness } from './database.readiness.js';
import { Database } from './database.service.js';
import type { DatabaseSchema } from './database.source.js';

@Module({})
export class DatabaseModule {
  /** Once, in app.module.ts, with everything the application stores. The `Database` is then available everywhere. */
  static forRoot(schema: DatabaseSchema): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      controllers: [DatabaseController],
      providers: [
        DatabaseQueries,
        {
          provide: Database,
          inject: [databaseConfig.token, Clock, DatabaseQueries],
          useFactory: (config: DatabaseConfig, clock: Clock, queries: DatabaseQueries) =>
            new Database(config, schema, clock, queries),
        },
        DatabaseReadiness,
        DatabaseCollector,
        DatabaseTablesCollector,
        DatabaseClientCollector,
      ],
      exports: [Database],
    };
  }
}
