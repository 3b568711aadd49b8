import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/index.js';
import { HealthModule } from '../health/index.js';
import { HistoryModule } from '../history/index.js';
import { SystemHistoryController } from './system-history.controller.js';
import { SystemDialectController } from './system-dialect.controller.js';

@Module({
  imports: [AlertsModule, HealthModule, HistoryModule],
  controllers: [SystemDialectController, SystemHistoryController],
})
export class CompatModule {}
