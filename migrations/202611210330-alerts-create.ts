import type { MigrationInterface, QueryRunner } from 'typeorm';

// Devices and rules come with later migrations; until then their ids are kept without a foreign key. Users are texts:
// the record stays true after the account is gone.
const alerts = `
  CREATE TABLE alerts (
    id               uuid             PRIMARY KEY,
    tenant_id        uuid             NOT NULL REFERENCES tenants (id),
    device_id        uuid,
    rule_id          uuid,
    threshold_id     text,
    fingerprint      text             NOT NULL,
    component        text             NOT NULL,
    metric           text             NOT NULL,
    labels           jsonb            NOT NULL DEFAULT '{}',
    severity         text             NOT NULL,
    message          text             NOT NULL,
    value            double precision,
    threshold        double precision,
    status           text             NOT NULL DEFAULT 'active',
    started_at       timestamptz      NOT NULL,
    fired_at         timestamptz      NOT NULL,
    acknowledged_by  text,
    acknowledged_at  timestamptz,
    resolved_by      text,
    resolved_at      timestamptz,
    duration_seconds double precision,
    created_at       timestamptz      NOT NULL DEFAULT now(),
    metadata         jsonb            NOT NULL DEFAULT '{}',
    CONSTRAINT alerts_severity_known CHECK (severity IN ('info', 'warning', 'critical')),
    CONSTRAINT alerts_status_known CHECK (status IN ('active', 'acknowledged', 'resolved')),
    CONSTRAINT alerts_resolved_with_time CHECK ((status = 'resolved') = (resolved_at IS NOT NULL)),
    CONSTRAINT alerts_resolved_with_duration CHECK ((resolved_at IS NULL) = (duration_seconds IS NULL)),
    CONSTRAINT alerts_acknowledged_with_time CHECK ((acknowledged_by IS NULL) = (acknowledged_at IS NULL)),
    CONSTRAINT alerts_duration_positive CHECK (duration_seconds >= 0),
    CONSTRAINT alerts_metadata_size CHECK (octet_length(metadata::text) <= 8192)
  )`;

// Changes of thresholds made over the API; the defaults and the file are not stored.
const thresholds = `
  CREATE TABLE alert_thresholds (
    tenant_id  uuid        NOT NULL REFERENCES tenants (id),
    id         text        NOT NULL,
    position   integer     NOT NULL,
    change     jsonb       NOT NULL,
    updated_by text        NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT alert_thresholds_size CHECK (octet_length(change::text) <= 16384)
  )`;

/** Alerts with their whole history, and the thresholds that were changed. */
export class AlertsCreate1795231800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(alerts);
    // The one thing that keeps a restart or a second instance from opening an alert twice.
    await runner.query('CREATE UNIQUE INDEX alerts_open ON alerts (tenant_id, fingerprint) WHERE resolved_at IS NULL');
    await runner.query('CREATE INDEX alerts_listed ON alerts (tenant_id, fired_at DESC, id DESC)');
    await runner.query(thresholds);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE alert_thresholds');
    await runner.query('DROP TABLE alerts');
  }
}
