import { Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { ExpositionRenderer } from './exposition.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsGuard } from './metrics.guard.js';

const stock = PrometheusModule.register({ controller: MetricsController, defaultMetrics: { enabled: false } });

/** The stock module builds our controller, so what that needs is provided inside it. */
@Module({ imports: [{ ...stock, providers: [...(stock.providers ?? []), ExpositionRenderer, MetricsGuard] }] })
export class MetricsModule {}
