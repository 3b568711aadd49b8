import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Clock, SystemClock } from './clock.js';
import { Readiness } from './readiness.js';

/** Configuration values, the clock and readiness, for every feature. */
@Global()
@Module({})
export class CoreModule {
  /** @param values parsed configuration: the values of each section by its token */
  static forRoot(values: ReadonlyMap<symbol, Readonly<Record<string, unknown>>>): DynamicModule {
    const sections = [...values].map(([provide, useValue]) => ({ provide, useValue }));
    const shared = [{ provide: Clock, useClass: SystemClock }, Readiness];
    return {
      module: CoreModule,
      providers: [...sections, ...shared],
      exports: [...sections.map((s) => s.provide), Clock, Readiness],
    };
  }
}
