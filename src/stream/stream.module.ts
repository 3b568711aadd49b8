import { type DynamicModule, Module, type ModuleMetadata, type Provider } from '@nestjs/common';
import { ApplicationModule } from '../application/index.js';
import { AuthModule } from '../auth/index.js';
import type { AlertFeed } from './alert-feed.js';
import { StreamAdmission } from './stream.admission.js';
import { StreamAlerts } from './stream.alerts.js';
import { StreamController } from './stream.controller.js';
import { StreamHub } from './stream.hub.js';
import { StreamInstruments } from './stream.instruments.js';
import { StreamSink } from './stream.sink.js';

/** Where alerts come from: the modules that know, and a provider under the token `AlertFeed`. */
export interface AlertSource {
  readonly imports: NonNullable<ModuleMetadata['imports']>;
  readonly feed: Provider<AlertFeed>;
}

/** Live events for browsers and programs. */
@Module({
  imports: [ApplicationModule, AuthModule],
  controllers: [StreamController],
  providers: [StreamAdmission, StreamAlerts, StreamHub, StreamInstruments, StreamSink],
  exports: [StreamHub],
})
export class StreamModule {
  /** @param alerts without it no alert is ever streamed */
  static forRoot(alerts?: AlertSource): DynamicModule {
    return {
      module: StreamModule,
      imports: [...(alerts?.imports ?? [])],
      providers: alerts ? [alerts.feed] : [],
    };
  }
}
