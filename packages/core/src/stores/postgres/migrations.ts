const lane = (name: string): string => `
      ${name}_attempts integer NOT NULL DEFAULT 0,
      ${name}_forgiven integer NOT NULL DEFAULT 0,
      ${name}_tally integer NOT NULL DEFAULT 0,
      ${name}_tally_at bigint NOT NULL DEFAULT 0,
      ${name}_locked_until bigint,
      ${name}_lock_before bigint,
      ${name}_refusals integer NOT NULL DEFAULT 0,
      ${name}_refusals_before integer NOT NULL DEFAULT 0`;

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

    -- A verification writes this row alone, once to count it and once to settle it, and reads no other to be judged by.
    -- What counting writes over stands beside it, for the same UPDATE to return. Positions are by the factors' ids, as
    -- [position, lastUsedAt]. A page that isn't full takes a row's next version beside it, and the index stays as it is.
    CREATE TABLE nightlatch_subjects (
      tenant text NOT NULL,
      subject text NOT NULL,
      epoch integer NOT NULL DEFAULT 0,
      revision integer NOT NULL DEFAULT 0,
      erased_epoch integer NOT NULL DEFAULT 0,
      required_since bigint,
      switched_off text,${lane("authenticator")},${lane("recovery")},
      positions jsonb NOT NULL DEFAULT '{}',
      factors json NOT NULL DEFAULT '[]',
      PRIMARY KEY (tenant, subject)
    ) WITH (fillfactor = 80);

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
      replaces text,
      created_at bigint NOT NULL,
      confirmed_at bigint,
      expires_at bigint
    );
    CREATE INDEX nightlatch_factors_subject ON nightlatch_factors (tenant, subject);
    CREATE UNIQUE INDEX nightlatch_factors_secret ON nightlatch_factors (tenant, subject, fingerprint) WHERE confirmed_at IS NOT NULL;

    -- The subject's row has its factors as they stand in their table, whoever writes that: one fact in two places must not
    -- depend on anybody's care.
    CREATE FUNCTION nightlatch_copy_factors() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $copy$
    BEGIN
      -- Under the subject's lock, so that what is read next is what stands then.
      PERFORM FROM nightlatch_subjects WHERE (tenant, subject) IN ((OLD.tenant, OLD.subject), (NEW.tenant, NEW.subject)) FOR UPDATE;
      UPDATE nightlatch_subjects s SET factors = (
        SELECT coalesce(json_agg(json_build_object('id', id, 'type', type, 'name', name, 'algorithm', algorithm, 'digits', digits,
          'period', period, 'secret', secret, 'fingerprint', fingerprint, 'replaces', replaces, 'createdAt', created_at,
          'confirmedAt', confirmed_at, 'expiresAt', expires_at) ORDER BY created_at, id), '[]')
        FROM nightlatch_factors f WHERE f.tenant = s.tenant AND f.subject = s.subject
      ) WHERE (tenant, subject) IN ((OLD.tenant, OLD.subject), (NEW.tenant, NEW.subject));
      RETURN NULL;
    END
    $copy$;
    CREATE TRIGGER nightlatch_factors_copied AFTER INSERT OR UPDATE OR DELETE ON nightlatch_factors
      FOR EACH ROW EXECUTE FUNCTION nightlatch_copy_factors();

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

    -- Ids begin with their time, so their index is also the one by time. What most rows are of is left out of the index of
    -- the rest.
    CREATE TABLE nightlatch_audit (
      seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      id text COLLATE "C" NOT NULL UNIQUE,
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
    CREATE INDEX nightlatch_audit_rare ON nightlatch_audit (id)
      WHERE type NOT IN ('verified', 'verification_failed', 'code_delivered', 'device_used');

    -- A statement that calls this has waited for others' rows: being volatile, it sees them, which that statement does not.
    CREATE FUNCTION nightlatch_blank(whose_tenant text, who text) RETURNS void LANGUAGE plpgsql VOLATILE SET search_path FROM CURRENT AS $blank$
    BEGIN
      UPDATE nightlatch_audit SET tenant = NULL, subject = NULL, salt = NULL WHERE tenant = whose_tenant AND subject = who;
    END
    $blank$;

    CREATE TABLE nightlatch_audit_notes (
      key text COLLATE "C" PRIMARY KEY,
      value text NOT NULL
    );
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
 * `SELECT, INSERT, UPDATE, DELETE` on them, and `EXECUTE` on `nightlatch_blank` where functions aren't everybody's. Each is one statement that happens whole or not at all, also
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
