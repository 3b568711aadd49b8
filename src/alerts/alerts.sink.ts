import { Injectable } from '@nestjs/common';
import { type Observation, Sink } from '../collect/index.js';
import { AlertEngine } from './alerts.engine.js';
import { AlertRefresh } from './alerts.refresh.js';

/** Feeds the alerting. Hears only what this instance collected, so that an alert is raised once. */
@Injectable()
export class AlertSink extends Sink {
  readonly name = 'alerts';
  override readonly hears = 'own';

  constructor(
    private readonly engine: AlertEngine,
    private readonly refresh: AlertRefresh,
  ) {
    super();
  }

  async accept(observation: Observation): Promise<void> {
    await this.refresh.first();
    this.engine.observe(observation);
  }
}
