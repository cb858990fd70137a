import type { Transaction } from "../database/database.ts";

/** An index or a constraint that is put off: what makes it anew. */
interface PutOff {
  name: string;
  drop: string;
  make: string;
}

/** Whatever slows an insert down, constraints before the indexes that are not theirs. Primary keys stay. */
const FOUND = `
  SELECT conname AS name, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make
  FROM pg_constraint WHERE conrelid = ANY ($1::regclass[]) AND contype IN ('x', 'u', 'f')
  UNION ALL
  SELECT indexrelid::regclass::text, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
  FROM pg_index WHERE indrelid = ANY ($1::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
  ORDER BY name`;

/**
 * Takes the indexes and constraints off tables until everything is in them: building an index at once is many times
 * faster than growing it row by row. They come back as they were, and a row that breaks one undoes the transaction.
 *
 * @returns what puts them back, one after the other
 */
export async function deferIndexes(
  tx: Transaction,
  tables: readonly string[],
): Promise<{ count: number; restore(done: (name: string) => void): Promise<void> }> {
  const found = await tx.query<PutOff>(FOUND, [tables]);
  for (const { drop } of found) await tx.script(drop);
  return {
    count: found.length,
    async restore(done) {
      for (const { name, make } of found) {
        await tx.script(make);
        done(name);
      }
    },
  };
}
