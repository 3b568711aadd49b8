import { Injectable, Logger } from '@nestjs/common';
import { causeChain, isoTime } from '../core/index.js';
import type { Alert, AlertStatus } from './alert.js';
import type { Severity } from './alerts.threshold.js';

/** What happened to an alert, for whoever shows or sends it. */
export interface AlertChange {
  readonly kind: 'fired' | 'updated' | 'resolved';
  readonly alert: {
    readonly id: string;
    readonly component: string;
    readonly severity: Severity;
    readonly message: string;
    readonly status: AlertStatus;
    /** Start of the condition, ISO 8601. */
    readonly timestamp: string;
    readonly device_id: null;
  };
}

type Listener = (change: AlertChange) => void;

/** Tells every change of an alert of this instance, in order, as it happens. */
@Injectable()
export class AlertChanges {
  private readonly log = new Logger('AlertChanges');
  private readonly listeners = new Set<Listener>();

  /** @returns takes the subscription back */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Never throws: a listener that fails harms neither the others nor the alert. */
  publish(kind: AlertChange['kind'], alert: Alert): void {
    const { id, component, severity, message, status } = alert;
    const timestamp = isoTime(alert.startedAtMs);
    const change: AlertChange = {
      kind,
      alert: { id, component, severity, message, status, timestamp, device_id: null },
    };
    for (const listener of this.listeners) {
      try {
        listener(change);
      } catch (error) {
        this.log.error('A listener of alert changes failed.', { cause: causeChain(error) });
      }
    }
  }
}
