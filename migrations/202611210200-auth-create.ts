import type { MigrationInterface, QueryRunner } from 'typeorm';

const users = `
  CREATE TABLE users (
    id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id     uuid        NOT NULL REFERENCES tenants (id),
    email         text        NOT NULL,
    name          text        NOT NULL,
    password_hash text        NOT NULL,
    role          text        NOT NULL DEFAULT 'viewer',
    disabled_at   timestamptz,
    last_login_at timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_email_unique UNIQUE (email),
    CONSTRAINT users_email_form CHECK (email = lower(email) AND char_length(email) BETWEEN 3 AND 254),
    CONSTRAINT users_name_length CHECK (char_length(name) BETWEEN 1 AND 255),
    CONSTRAINT users_role_known CHECK (role IN ('admin', 'engineer', 'operator', 'viewer', 'platform_operator'))
  )`;

// A session outlives its user as a row, so that every instance still learns that it was ended.
const sessions = `
  CREATE TABLE sessions (
    id            uuid        PRIMARY KEY,
    tenant_id     uuid        NOT NULL REFERENCES tenants (id),
    user_id       uuid        REFERENCES users (id) ON DELETE SET NULL,
    address       text,
    user_agent    text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_seen_at  timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz,
    revoke_reason text,
    CONSTRAINT sessions_revoked_with_reason CHECK ((revoked_at IS NULL) = (revoke_reason IS NULL)),
    CONSTRAINT sessions_user_agent_length CHECK (char_length(user_agent) <= 256)
  )`;

const refreshTokens = `
  CREATE TABLE refresh_tokens (
    hash       bytea       PRIMARY KEY,
    tenant_id  uuid        NOT NULL REFERENCES tenants (id),
    session_id uuid        NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    CONSTRAINT refresh_tokens_hash_is_sha256 CHECK (octet_length(hash) = 32)
  )`;

// Actor and target are texts without a foreign key: the record stays true after what it names is gone.
const auditEvents = `
  CREATE TABLE audit_events (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT now(),
    tenant_id   uuid        NOT NULL REFERENCES tenants (id),
    actor       text,
    action      text        NOT NULL,
    target      text,
    address     text,
    outcome     text        NOT NULL,
    details     jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT audit_events_outcome_known CHECK (outcome IN ('success', 'failure', 'denied')),
    CONSTRAINT audit_events_details_size CHECK (octet_length(details::text) <= 8192)
  )`;

const auditGuard = `
  CREATE FUNCTION audit_events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'insufficient_privilege';
  END $$`;

const idempotencyKeys = `
  CREATE TABLE idempotency_keys (
    tenant_id   uuid        NOT NULL REFERENCES tenants (id),
    user_id     uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    operation   text        NOT NULL,
    key_hash    bytea       NOT NULL,
    fingerprint bytea       NOT NULL,
    answer      jsonb,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (user_id, operation, key_hash)
  )`;

/** Users, their sessions and refresh tokens, the audit trail, and the answers kept for repeated requests. */
export class AuthCreate1795226400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      users,
      'CREATE INDEX users_listed ON users (tenant_id, email COLLATE "C")',
      sessions,
      'CREATE INDEX sessions_live ON sessions (user_id, created_at) WHERE revoked_at IS NULL',
      'CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL',
      'CREATE INDEX sessions_expiry ON sessions (expires_at)',
      refreshTokens,
      'CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id)',
      auditEvents,
      'CREATE INDEX audit_events_listed ON audit_events (tenant_id, id DESC)',
      auditGuard,
      `CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
         FOR EACH ROW EXECUTE FUNCTION audit_events_refuse_change()`,
      `CREATE TRIGGER audit_events_keep BEFORE TRUNCATE ON audit_events
         FOR EACH STATEMENT EXECUTE FUNCTION audit_events_refuse_change()`,
      idempotencyKeys,
      'CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)',
    ]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['idempotency_keys', 'audit_events', 'refresh_tokens', 'sessions', 'users']) {
      await runner.query(`DROP TABLE ${table}`);
    }
    await runner.query('DROP FUNCTION audit_events_refuse_change()');
  }
}
