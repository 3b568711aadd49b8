/** A change of an alert, in the form in which `alerts` tells it. */
export interface AlertNotice {
  /** `fired` is streamed as `alert`, every later change as `alert_update`. */
  readonly kind: 'fired' | 'updated' | 'resolved';
  /** What goes over the wire: the fields of both seeds (C-49). */
  readonly alert: {
    readonly id: string;
    /** What the alert is about: `memory`, `redis`. */
    readonly component: string;
    readonly severity: string;
    /** For the operator, with the figure. No secrets, hosts or driver texts. */
    readonly message: string;
    /** The state after the change. */
    readonly status: string;
    /** ISO 8601. */
    readonly timestamp: string;
    /** The device it is about; null when it is about a component. */
    readonly device_id: string | null;
  };
}

/** Where streams hear of alerts. Every change is told once on each instance, whichever instance made it. */
export abstract class AlertFeed {
  /**
   * @param listener is called after the change was stored; does not throw
   * @returns ends the subscription
   */
  abstract subscribe(listener: (notice: AlertNotice) => void): () => void;
}
