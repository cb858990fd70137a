import type { Transaction } from "../database/database.ts";

/** An index or a constraint that is put off: what makes it anew. */
interface PutOff {
  name: string;
  drop: string;
  make: string;
}

/** What was taken off. */
export interface DeferredIndexes {
  readonly names: readonly string[];
  /** Puts everything back, one after the other, and tells of each as it begins. */
  restore(begins: (name: string) => void): Promise<void>;
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
 */
export async function deferIndexes(tx: Transaction, tables: readonly string[]): Promise<DeferredIndexes> {
  const found = await tx.query<PutOff>(FOUND, [tables]);
  for (const { drop } of found) await tx.script(drop);
  return {
    names: found.map(({ name }) => name),
    async restore(begins) {
      for (const { name, make } of found) {
        begins(name);
        await tx.script(make);
      }
    },
  };
}
