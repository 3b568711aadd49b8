import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/index.js';
import { AlertChanges } from './alert-changes.js';
import { AlertsController } from './alerts.controller.js';
import { AlertEngine } from './alerts.engine.js';
import { AlertJournal } from './alerts.journal.js';
import { AlertRefresh } from './alerts.refresh.js';
import { AlertsService } from './alerts.service.js';
import { AlertSink } from './alerts.sink.js';
import { Thresholds } from './alerts.thresholds.js';
import { ThresholdsController } from './thresholds.controller.js';
import { ThresholdsService } from './thresholds.service.js';

@Module({
  imports: [AuthModule],
  controllers: [AlertsController, ThresholdsController],
  providers: [
    AlertChanges,
    AlertEngine,
    AlertJournal,
    AlertRefresh,
    AlertsService,
    AlertSink,
    Thresholds,
    ThresholdsService,
  ],
  exports: [AlertChanges, AlertsService, Thresholds],
})
export class AlertsModule {}
