const lane = (name: string): string => `
      ${name}_attempts integer NOT NULL DEFAULT 0,
      ${name}_forgiven integer NOT NULL DEFAULT 0,
      ${name}_tally integer NOT NULL DEFAULT 0,
      ${name}_tally_at bigint NOT NULL DEFAULT 0,
      ${name}_locked_until bigint,
      ${name}_refusals integer NOT NULL DEFAULT 0`;

/** The tables, version by version. Times are milliseconds since 1970. A released version is never edited. */
export const VERSIONS: readonly string[] = [
  `
    CREATE TABLE nightlatch_data_keys (
      id text PRIMARY KEY,
      use text NOT NULL,
      wrapped text NOT NULL,
      created_at bigint NOT NULL,
      active boolean NOT NULL DEFAULT true
    );
    CREATE UNIQUE INDEX nightlatch_data_keys_active ON nightlatch_data_keys (use) WHERE active;

    CREATE TABLE nightlatch_subjects (
      tenant text NOT NULL,
      subject text NOT NULL,
      epoch integer NOT NULL DEFAULT 0,
      revision integer NOT NULL DEFAULT 0,
      erased_epoch integer NOT NULL DEFAULT 0,
      required_since bigint,
      switched_off text,${lane("authenticator")},${lane("recovery")},
      PRIMARY KEY (tenant, subject)
    );

    CREATE TABLE nightlatch_factors (
      id text PRIMARY KEY,
      tenant text NOT NULL,
      subject text NOT NULL,
      type text NOT NULL,
      name text NOT NULL,
      algorithm text NOT NULL,
      digits integer NOT NULL,
      period integer NOT NULL,
      secret text NOT NULL,
      fingerprint text NOT NULL,
      position bigint NOT NULL,
      replaces text,
      created_at bigint NOT NULL,
      confirmed_at bigint,
      expires_at bigint,
      last_used_at bigint
    );
    CREATE INDEX nightlatch_factors_subject ON nightlatch_factors (tenant, subject);
    CREATE UNIQUE INDEX nightlatch_factors_secret ON nightlatch_factors (tenant, subject, fingerprint) WHERE confirmed_at IS NOT NULL;

    CREATE TABLE nightlatch_codes (
      tenant text NOT NULL,
      subject text NOT NULL,
      type text NOT NULL,
      hash text NOT NULL,
      created_at bigint NOT NULL,
      expires_at bigint,
      used_at bigint,
      PRIMARY KEY (tenant, subject, hash)
    );

    CREATE TABLE nightlatch_devices (
      tenant text NOT NULL,
      subject text NOT NULL,
      id text NOT NULL,
      hash text NOT NULL,
      name text NOT NULL,
      created_at bigint NOT NULL,
      expires_at bigint NOT NULL,
      last_used_at bigint,
      PRIMARY KEY (tenant, subject, id)
    );

    CREATE TABLE nightlatch_spent (
      id text PRIMARY KEY,
      keep_until bigint NOT NULL
    );
    CREATE INDEX nightlatch_spent_keep_until ON nightlatch_spent (keep_until);

    CREATE TABLE nightlatch_audit (
      seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id text NOT NULL UNIQUE,
      at bigint NOT NULL,
      type text NOT NULL,
      tenant text,
      subject text,
      salt text,
      personal text NOT NULL,
      detail text NOT NULL,
      mac text NOT NULL
    );
    CREATE INDEX nightlatch_audit_subject ON nightlatch_audit (tenant, subject, seq);
  `,
  // Ids of the log's rows begin with their time, so their index is also the one by time. What most rows are of is left
  // out of the index of the rest.
  `
    ALTER TABLE nightlatch_audit ALTER COLUMN id TYPE text COLLATE "C";
    CREATE INDEX nightlatch_audit_rare ON nightlatch_audit (id)
      WHERE type NOT IN ('verified', 'verification_failed', 'code_delivered', 'device_used');
    CREATE TABLE nightlatch_audit_notes (
      key text COLLATE "C" PRIMARY KEY,
      value text NOT NULL
    );
  `,
  // A verification writes the subject's row alone, once to count it and once to settle it: positions came from the
  // factors, by their ids, as [position, lastUsedAt]; what counting writes over stands beside it, for the same UPDATE to
  // return. A page that isn't full takes a row's next version beside it, and the indexes stay as they are.
  `
    ALTER TABLE nightlatch_subjects
      ADD COLUMN authenticator_lock_before bigint,
      ADD COLUMN authenticator_refusals_before integer NOT NULL DEFAULT 0,
      ADD COLUMN recovery_lock_before bigint,
      ADD COLUMN recovery_refusals_before integer NOT NULL DEFAULT 0,
      ADD COLUMN positions jsonb NOT NULL DEFAULT '{}',
      SET (fillfactor = 80);
    UPDATE nightlatch_subjects s SET positions = f.positions
      FROM (SELECT tenant, subject, jsonb_object_agg(id, jsonb_build_array(position, last_used_at)) AS positions
        FROM nightlatch_factors GROUP BY tenant, subject) AS f
      WHERE f.tenant = s.tenant AND f.subject = s.subject;
    ALTER TABLE nightlatch_factors DROP COLUMN position, DROP COLUMN last_used_at;
  `,
];

/** One version of the tables. */
export interface PostgresMigration {
  /** From 1 on, without a gap. */
  version: number;
  /** One statement, which brings the tables from the version before to this one, and does nothing if that is done. */
  sql: string;
}

/** Numbers versions and makes each a statement of its own: it takes a lock first, so that several processes may run it at once. */
export const numbered = (versions: readonly string[]): readonly PostgresMigration[] =>
  Object.freeze(
    versions.map((statements, index) =>
      Object.freeze({
        version: index + 1,
        sql: `DO $nightlatch$
BEGIN
  PERFORM pg_advisory_xact_lock(7824463);
  IF to_regclass('nightlatch_migrations') IS NULL THEN
    CREATE TABLE nightlatch_migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
  END IF;
  IF NOT EXISTS (SELECT FROM nightlatch_migrations WHERE version = ${index + 1}) THEN
    ${statements.trim()}

    INSERT INTO nightlatch_migrations (version) VALUES (${index + 1});
  END IF;
END
$nightlatch$;
`,
      }),
    ),
  );

/**
 * The tables as SQL, version by version, for teams that run their migrations themselves. Run them in order,
 * with psql or with a tool of your own, under the role that shall own the tables; the app's role needs
 * `SELECT, INSERT, UPDATE, DELETE` on them. Each is one statement that happens whole or not at all, also
 * within a transaction, notes its version in `nightlatch_migrations`, and does nothing when it runs again. Where all have
 * run, `migrate()` finds nothing to do and needs no right to create.
 *
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { postgresMigrations } from "@nightlatch/core/stores/postgres";
 *
 * for (const { version, sql } of postgresMigrations) writeFileSync(`nightlatch-${version}.sql`, sql);
 * ```
 */
export const postgresMigrations: readonly PostgresMigration[] = numbered(VERSIONS);

/** Brings any version to the newest, each by a statement of its own. */
export async function migrate(
  run: (sql: string) => Promise<unknown>,
  migrations: readonly PostgresMigration[] = postgresMigrations,
): Promise<void> {
  for (const { sql } of migrations) await run(sql);
}
