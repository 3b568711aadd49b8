import { Injectable } from '@nestjs/common';
import { actorOf, AuditTrail } from '../auth/index.js';
import { Database } from '../database/index.js';
import { AlertEngine } from './alerts.engine.js';
import { badThresholds } from './alerts.errors.js';
import { platformTenant, replaceThresholds } from './alerts.repository.js';
import type { By } from './alerts.service.js';
import type { ThresholdChange } from './alerts.threshold.js';
import { Thresholds } from './alerts.thresholds.js';

const auditedIds = 50;

/** What admins do with thresholds. */
@Injectable()
export class ThresholdsService {
  constructor(
    private readonly database: Database,
    private readonly thresholds: Thresholds,
    private readonly engine: AlertEngine,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Replaces everything that was set over the API before. In force at once here, on other instances within 10 s.
   * @throws alerts.thresholds_invalid
   */
  async replace(by: By, changes: readonly ThresholdChange[]): Promise<void> {
    const preview = this.thresholds.preview(changes);
    if (!preview.ok) throw badThresholds(preview.faults);
    const ids = changes.map((change) => change.id);
    await this.database.transaction(async (em) => {
      await replaceThresholds(em, platformTenant, by.principal.userId, changes);
      await this.audit.write(em, {
        ...actorOf(by.principal, by.client),
        action: 'thresholds.replaced',
        target: null,
        outcome: 'success',
        details: { changed: ids.length, ids: ids.slice(0, auditedIds) },
      });
    });
    if (this.thresholds.store(changes)) this.engine.thresholdsChanged();
  }
}
