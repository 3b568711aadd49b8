import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError, Clock, Readiness } from '../core/index.js';
import { Database } from './database.service.js';

/** Longest wait of a readiness probe: a probe must answer while the pool is exhausted or the server hangs. */
const probeMs = 1_500;

/** An instance takes traffic only while its migrations are applied and PostgreSQL answers. */
@Injectable()
export class DatabaseReadiness implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly readiness: Readiness,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.readiness.register('database', () => this.problem());
  }

  private async problem(): Promise<string | null> {
    if (!this.database.ready) return 'The database is not connected yet, or its migrations are not applied.';
    const silent = new Promise<string>((resolve) => {
      this.clock.after(probeMs, () => resolve('The database does not answer in time.'));
    });
    const answer = this.database
      .run((em) => em.query('SELECT 1'))
      .then(
        () => null,
        (error: unknown) => (error instanceof AppError ? error.publicText : 'The database refuses a probe.'),
      );
    return Promise.race([answer, silent]);
  }
}
