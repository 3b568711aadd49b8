import { Module, type DynamicModule } from '@nestjs/common';
import { Clock } from '../core/index.js';
import { databaseConfig, type DatabaseConfig } from './database.config.js';
import { Database } from './database.service.js';
import type { DatabaseSchema } from './database.source.js';

@Module({})
export class DatabaseModule {
  /** Once, in app.module.ts, with everything the application stores. The `Database` is then available everywhere. */
  static forRoot(schema: DatabaseSchema): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        {
          provide: Database,
          inject: [databaseConfig.token, Clock],
          useFactory: (config: DatabaseConfig, clock: Clock) => new Database(config, schema, clock),
        },
      ],
      exports: [Database],
    };
  }
}
