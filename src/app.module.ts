import { type DynamicModule, Module } from '@nestjs/common';
import { APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { StandardSchemaSerializerInterceptor } from '@nestjs/common';
import { migrations } from '../migrations/index.js';
import { AlertChanges, alertEntities, AlertsModule } from './alerts/index.js';
import { ApplicationModule } from './application/index.js';
import { authEntities, AuthModule } from './auth/index.js';
import { CollectModule } from './collect/index.js';
import { CompatModule } from './compat/index.js';
import { CoreModule, validationPipe } from './core/index.js';
import { DatabaseModule } from './database/index.js';
import { HealthModule } from './health/index.js';
import { HistoryModule } from './history/index.js';
import { IotdbModule } from './iotdb/index.js';
import { MetricsModule } from './metrics/index.js';
import { MqttModule } from './mqtt/index.js';
import { OpenApiModule } from './openapi/index.js';
import { RedisModule } from './redis/index.js';
import { AlertFeed, StreamModule } from './stream/index.js';
import { SystemModule } from './system/index.js';

/** The one list of features: a line each. */
@Module({})
export class AppModule {
  /** @param values parsed configuration: the values of each section by its token */
  static forRoot(values: ReadonlyMap<symbol, Readonly<Record<string, unknown>>>): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CoreModule.forRoot(values),
        CollectModule,
        DatabaseModule.forRoot({ entities: [...authEntities, ...alertEntities], migrations }),
        SystemModule,
        RedisModule,
        MqttModule,
        IotdbModule,
        ApplicationModule,
        AuthModule,
        MetricsModule,
        HealthModule,
        HistoryModule,
        AlertsModule,
        StreamModule.forRoot({ imports: [AlertsModule], feed: { provide: AlertFeed, useExisting: AlertChanges } }),
        CompatModule,
        OpenApiModule,
      ],
      providers: [
        { provide: APP_PIPE, useFactory: validationPipe },
        { provide: APP_INTERCEPTOR, useClass: StandardSchemaSerializerInterceptor },
      ],
    };
  }
}
