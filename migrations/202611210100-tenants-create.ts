import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every stored row belongs to a tenant; a fresh install has one, `default`, under a fixed id. */
export class TenantsCreate1795222800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tenants (
        id         uuid        PRIMARY KEY,
        name       text        NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT tenants_name_unique UNIQUE (name),
        CONSTRAINT tenants_name_length CHECK (char_length(name) BETWEEN 1 AND 100)
      )`);
    await runner.query(`INSERT INTO tenants (id, name) VALUES ('00000000-0000-4000-8000-000000000001', 'default')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tenants');
  }
}
