import { Injectable } from '@nestjs/common';
import { AuditTrail, actorOf, type Client } from '../auth/index.js';
import { Clock, type Principal } from '../core/index.js';
import { Database } from '../database/index.js';
import type { Alert } from './alert.js';
import { AlertEngine } from './alerts.engine.js';
import { alertIsOver, alertNotFound, badCursor } from './alerts.errors.js';
import { AlertJournal } from './alerts.journal.js';
import {
  acknowledgeAlert,
  type AlertFilter,
  type AlertPlace,
  endAlert,
  findAlert,
  listAlerts,
  lockAlert,
  platformTenant,
} from './alerts.repository.js';

/** Who acts, and from where. */
export interface By {
  readonly principal: Principal;
  readonly client: Client;
}

/** An alert with how long it has lasted, or did. */
export interface TimedAlert {
  readonly alert: Alert;
  readonly durationSeconds: number;
}

/** What people do with alerts. */
@Injectable()
export class AlertsService {
  constructor(
    private readonly database: Database,
    private readonly engine: AlertEngine,
    private readonly journal: AlertJournal,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /** Firing alerts, newest first. From memory: also told while the database is away. */
  active(): readonly TimedAlert[] {
    return this.engine.active();
  }

  /** Every alert that ever fired, newest first. @throws AppError `unavailable` */
  async history(limit: number): Promise<readonly TimedAlert[]> {
    await this.journal.flush();
    const { alerts } = await this.database.run((em) => listAlerts(em, platformTenant, {}, { limit, after: undefined }));
    return this.timed(alerts);
  }

  async list(
    principal: Principal,
    query: AlertFilter & { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ readonly alerts: readonly TimedAlert[]; readonly nextCursor: string | null }> {
    const page = { limit: query.limit, after: placeOf(query.cursor) };
    const { alerts, more } = await this.database.run((em) => listAlerts(em, principal, query, page));
    const last = alerts.at(-1);
    return { alerts: this.timed(alerts), nextCursor: more && last ? cursorOf(last) : null };
  }

  /** @throws alerts.not_found, also for an alert of another tenant */
  async get(principal: Principal, id: string): Promise<TimedAlert> {
    await this.journal.flush();
    const alert = await this.database.run((em) => findAlert(em, principal, id));
    if (!alert) throw alertNotFound();
    return this.timedOne(alert);
  }

  /**
   * Marks an alert as seen. A second time changes nothing.
   * @throws alerts.not_found, alerts.resolved
   */
  async acknowledge(by: By, id: string): Promise<TimedAlert> {
    await this.journal.flush();
    const { principal } = by;
    const { alert, changed } = await this.database.transaction(async (em) => {
      const found = await lockAlert(em, principal, id);
      if (!found) throw alertNotFound();
      if (found.status === 'resolved') throw alertIsOver();
      if (found.status === 'acknowledged') return { alert: found, changed: false };
      await acknowledgeAlert(em, principal, id, principal.userId, this.clock.nowMs());
      await this.record(em, by, found, 'alert.acknowledged');
      return { alert: (await findAlert(em, principal, id)) ?? found, changed: true };
    });
    if (changed) this.engine.acknowledged(alert);
    return this.timedOne(alert);
  }

  /**
   * Ends an alert by hand. A second time changes nothing; while the condition holds, a new alert begins.
   * @throws alerts.not_found
   */
  async resolve(by: By, id: string): Promise<TimedAlert> {
    await this.journal.flush();
    const { principal } = by;
    const { alert, changed } = await this.database.transaction(async (em) => {
      const found = await lockAlert(em, principal, id);
      if (!found) throw alertNotFound();
      if (found.status === 'resolved') return { alert: found, changed: false };
      const { durationSeconds } = this.timedOne(found);
      const end = { id, resolvedAtMs: this.clock.nowMs(), durationSeconds, resolvedBy: principal.userId };
      await endAlert(em, principal, end);
      await this.record(em, by, found, 'alert.resolved');
      return { alert: (await findAlert(em, principal, id)) ?? found, changed: true };
    });
    if (changed) this.engine.resolvedByHand(alert);
    return this.timedOne(alert);
  }

  private record(em: Parameters<AuditTrail['write']>[0], by: By, alert: Alert, action: string): Promise<void> {
    const details = { component: alert.component, severity: alert.severity, threshold: alert.thresholdId };
    const target = `alert:${alert.id}`;
    return this.audit.write(em, { ...actorOf(by.principal, by.client), action, target, outcome: 'success', details });
  }

  private timedOne(alert: Alert): TimedAlert {
    return this.timed([alert])[0] as TimedAlert;
  }

  /** Durations of open alerts by the monotonic clock, where this process follows them. */
  private timed(alerts: readonly Alert[]): readonly TimedAlert[] {
    const firing = new Map(this.engine.active().map(({ alert, durationSeconds }) => [alert.id, durationSeconds]));
    const byWallClock = (alert: Alert): number => Math.max(0, (this.clock.nowMs() - alert.startedAtMs) / 1000);
    return alerts.map((alert) => ({
      alert,
      durationSeconds: alert.durationSeconds ?? firing.get(alert.id) ?? byWallClock(alert),
    }));
  }
}

function cursorOf(alert: Alert): string {
  return Buffer.from(`${alert.firedAtMs} ${alert.id}`).toString('base64url');
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function placeOf(cursor: string | undefined): AlertPlace | undefined {
  if (cursor === undefined) return undefined;
  const [at = '', id = '', ...rest] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  if (!/^\d{1,14}$/.test(at) || !uuid.test(id) || rest.length > 0) throw badCursor();
  return { firedAtMs: Number(at), id };
}
