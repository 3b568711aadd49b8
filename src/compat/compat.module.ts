import { Module } from '@nestjs/common';
import { HealthModule } from '../health/index.js';
import { SystemDialectController } from './system-dialect.controller.js';

@Module({ imports: [HealthModule], controllers: [SystemDialectController] })
export class CompatModule {}
