import { DataSource, type MigrationInterface } from 'typeorm';
import { type PostgresVersion, startPostgres, type RunningPostgres } from '../support/postgres.js';

/** Everything a migration may change, in an order of its own: columns, constraints, indexes, functions, triggers. */
const schemaStatements: readonly string[] = [
  `SELECT table_name, column_name, ordinal_position, data_type, udt_name, is_nullable, column_default, is_generated,
     character_maximum_length, numeric_precision, identity_generation
   FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 3`,
  `SELECT conrelid::regclass::text AS owner, conname, pg_get_constraintdef(oid) AS definition
   FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`,
  `SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2`,
  `SELECT relname, relkind::text, relpersistence::text, reloptions FROM pg_class
   WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2`,
  `SELECT proname, pg_get_functiondef(oid) AS definition FROM pg_proc
   WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p') ORDER BY 1, 2`,
  `SELECT tgrelid::regclass::text AS owner, tgname, pg_get_triggerdef(oid) AS definition
   FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2`,
  `SELECT t.typname, e.enumlabel, e.enumsortorder FROM pg_type t LEFT JOIN pg_enum e ON e.enumtypid = t.oid
   WHERE t.typnamespace = 'public'::regnamespace ORDER BY 1, 3`,
  `SELECT extname FROM pg_extension ORDER BY 1`,
];

async function schemaOf(source: DataSource): Promise<unknown> {
  const parts: unknown[] = [];
  for (const sql of schemaStatements) parts.push(await source.query(sql));
  return parts;
}

type MigrationClass = new () => MigrationInterface;

/**
 * The guarantees that the list of migrations gives on a real server: each one runs up, down and up again, `down`
 * takes back exactly what `up` did, and the names sort as they are listed.
 */
export function describeMigrations(version: PostgresVersion, migrations: readonly MigrationClass[]): void {
  describe(`the migrations on ${version}`, () => {
    let server: RunningPostgres;
    let source: DataSource;

    beforeAll(async () => {
      server = await startPostgres({ version });
      source = new DataSource({ type: 'postgres', url: server.url, installExtensions: false });
      await source.initialize();
    });
    afterAll(async () => {
      await source.destroy();
      await server.dispose();
    });

    const step = async (migration: MigrationClass, direction: 'up' | 'down'): Promise<void> => {
      const runner = source.createQueryRunner();
      await runner.startTransaction();
      await new migration()[direction](runner);
      await runner.commitTransaction();
      await runner.release();
    };

    it('are listed oldest first, by the time at the end of their class names', () => {
      const stamps = migrations.map((m) => Number(/\d{13}$/.exec(m.name)?.[0]));
      expect(stamps.every((stamp) => stamp > 1_700_000_000_000)).toBe(true);
      expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
      expect(new Set(stamps).size).toBe(stamps.length);
    });

    it.each(migrations.map((m) => [m.name, m] as const))('%s runs up, down and up again', async (_name, migration) => {
      const before = await schemaOf(source);
      await step(migration, 'up');
      const after = await schemaOf(source);
      await step(migration, 'down');
      expect(await schemaOf(source)).toEqual(before);
      await step(migration, 'up');
      expect(await schemaOf(source)).toEqual(after);
      expect(after).not.toEqual(before);
    });

    it('can all be taken back, newest first', async () => {
      for (const migration of [...migrations].reverse()) await step(migration, 'down');
      const tables = await source.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
      expect(tables).toEqual([]);
      for (const migration of migrations) await step(migration, 'up');
    });
  });
}
