import type { Session } from "./connection.ts";

/** The tables, version by version. Times are milliseconds since 1970. A released version is never edited. */
export const VERSIONS: readonly string[] = [
  `
    CREATE TABLE nightlatch_data_keys (
      id TEXT PRIMARY KEY,
      use TEXT NOT NULL,
      wrapped TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      active INTEGER NOT NULL DEFAULT 1
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX nightlatch_data_keys_active ON nightlatch_data_keys (use) WHERE active;

    CREATE TABLE nightlatch_subjects (
      tenant TEXT NOT NULL,
      subject TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      erased_epoch INTEGER NOT NULL,
      required_since INTEGER,
      switched_off TEXT,
      PRIMARY KEY (tenant, subject)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE nightlatch_lanes (
      tenant TEXT NOT NULL,
      subject TEXT NOT NULL,
      lane TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      forgiven INTEGER NOT NULL,
      tally INTEGER NOT NULL,
      tally_at INTEGER NOT NULL,
      locked_until INTEGER,
      refusals INTEGER NOT NULL,
      PRIMARY KEY (tenant, subject, lane)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE nightlatch_factors (
      id TEXT PRIMARY KEY,
      tenant TEXT NOT NULL,
      subject TEXT NOT NULL,
      type TEXT NOT NULL,
      name TEXT NOT NULL,
      algorithm TEXT NOT NULL,
      digits INTEGER NOT NULL,
      period INTEGER NOT NULL,
      secret TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      position INTEGER NOT NULL,
      replaces TEXT,
      created_at INTEGER NOT NULL,
      confirmed_at INTEGER,
      expires_at INTEGER,
      last_used_at INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX nightlatch_factors_subject ON nightlatch_factors (tenant, subject);
    CREATE UNIQUE INDEX nightlatch_factors_secret ON nightlatch_factors (tenant, subject, fingerprint) WHERE confirmed_at IS NOT NULL;

    CREATE TABLE nightlatch_codes (
      tenant TEXT NOT NULL,
      subject TEXT NOT NULL,
      type TEXT NOT NULL,
      hash TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER,
      used_at INTEGER,
      PRIMARY KEY (tenant, subject, hash)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE nightlatch_devices (
      tenant TEXT NOT NULL,
      subject TEXT NOT NULL,
      id TEXT NOT NULL,
      hash TEXT NOT NULL,
      name TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      last_used_at INTEGER,
      PRIMARY KEY (tenant, subject, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE nightlatch_spent (
      id TEXT PRIMARY KEY,
      keep_until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX nightlatch_spent_keep_until ON nightlatch_spent (keep_until);

    -- Ids begin with their time, so their index is also the one by time. What most rows are of is left out of the index of
    -- the rest.
    CREATE TABLE nightlatch_audit (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      at INTEGER NOT NULL,
      type TEXT NOT NULL,
      tenant TEXT,
      subject TEXT,
      salt TEXT,
      personal TEXT NOT NULL,
      detail TEXT NOT NULL,
      mac TEXT NOT NULL
    ) STRICT;
    CREATE INDEX nightlatch_audit_subject ON nightlatch_audit (tenant, subject, seq);
    CREATE INDEX nightlatch_audit_rare ON nightlatch_audit (id)
      WHERE type NOT IN ('verified', 'verification_failed', 'code_delivered', 'device_used');
    CREATE TABLE nightlatch_audit_notes (
      key TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
];

/** One version of the tables. */
export interface SqliteMigration {
  /** From 1 on, without a gap. */
  version: number;
  /** Statements that bring the tables from the version before to this one, all of them or none. */
  sql: string;
}

/** Numbers versions and makes each a script of its own. A savepoint is a transaction, and may also lie within one. */
export const numbered = (versions: readonly string[]): readonly SqliteMigration[] =>
  Object.freeze(
    versions.map((statements, index) =>
      Object.freeze({
        version: index + 1,
        sql: `SAVEPOINT nightlatch;
CREATE TABLE IF NOT EXISTS nightlatch_migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO nightlatch_migrations (version, applied_at) VALUES (${index + 1}, unixepoch() * 1000);

    ${statements.trim()}

RELEASE nightlatch;
`,
      }),
    ),
  );

/**
 * The tables as SQL, version by version, for teams that run their migrations themselves. Run each once, in
 * order, with `sqlite3 -bail` or with a tool of your own: it happens whole or not at all, also within a
 * transaction, and notes its version in `nightlatch_migrations`. Run again, it fails at that and changes nothing.
 * Where all have run, `migrate()` has no table to make; it still sees to it that the file is in WAL mode.
 *
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { sqliteMigrations } from "@nightlatch/core/stores/sqlite";
 *
 * for (const { version, sql } of sqliteMigrations) writeFileSync(`nightlatch-${version}.sql`, sql);
 * ```
 */
export const sqliteMigrations: readonly SqliteMigration[] = numbered(VERSIONS);

/**
 * Brings any version to the newest, in a transaction that writes: so several processes may come at once,
 * and all but the first find nothing to do.
 */
export function migrate(session: Session, migrations: readonly SqliteMigration[] = sqliteMigrations): void {
  const isNew = session.first("SELECT 1 AS found FROM sqlite_schema WHERE name = 'nightlatch_migrations'") === undefined;
  const installed = isNew ? [] : session.every<{ version: number }>("SELECT version FROM nightlatch_migrations");
  for (const { version, sql } of migrations) {
    if (!installed.some((row) => row.version === version)) session.script(sql);
  }
}
