import type { EntityManager } from 'typeorm';

/** Rows that an UPDATE or DELETE with RETURNING touched; TypeORM answers those with a pair of rows and count. */
export async function changedRows<R>(em: EntityManager, sql: string, values: readonly unknown[]): Promise<R[]> {
  const [rows]: [R[], number] = await em.query(sql, [...values]);
  return rows;
}
