import { type Connection, errnoOf, type Session } from "./connection.ts";

const lane = (name: string): string => `
      ${name}_attempts BIGINT NOT NULL DEFAULT 0,
      ${name}_forgiven BIGINT NOT NULL DEFAULT 0,
      ${name}_tally BIGINT NOT NULL DEFAULT 0,
      ${name}_tally_at BIGINT NOT NULL DEFAULT 0,
      ${name}_locked_until BIGINT,
      ${name}_refusals BIGINT NOT NULL DEFAULT 0,`;

/** 255 characters of up to four bytes. */
const WHO = `tenant VARBINARY(1020) NOT NULL,
      subject VARBINARY(1020) NOT NULL`;

const TABLE = "ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

/**
 * The statements of each version. What is looked up or compared is VARBINARY or BLOB and holds UTF-8: a name in other
 * letters, or with a blank behind it, is another name, as no collation has it that both MySQL and MariaDB know. Times
 * are milliseconds since 1970. MySQL can't undo a statement of these, so each is one that may come again, or that
 * fails with an error of `DONE_BEFORE` if it does. A released version is never edited.
 */
export const VERSIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE IF NOT EXISTS nightlatch_data_keys (
      id VARBINARY(255) PRIMARY KEY,
      \`use\` VARBINARY(255) NOT NULL,
      wrapped BLOB NOT NULL,
      created_at BIGINT NOT NULL,
      active_use VARBINARY(255),
      UNIQUE KEY nightlatch_data_keys_active (active_use)
    ) ${TABLE}`,
    `CREATE TABLE IF NOT EXISTS nightlatch_subjects (
      ${WHO},
      epoch BIGINT NOT NULL DEFAULT 0,
      erased_epoch BIGINT NOT NULL DEFAULT 0,
      required_since BIGINT,
      switched_off VARCHAR(255),${lane("authenticator")}${lane("recovery")}
      PRIMARY KEY (tenant, subject)
    ) ${TABLE}`,
    `CREATE TABLE IF NOT EXISTS nightlatch_factors (
      id VARBINARY(255) PRIMARY KEY,
      ${WHO},
      type VARBINARY(255) NOT NULL,
      name TEXT NOT NULL,
      algorithm VARBINARY(255) NOT NULL,
      digits BIGINT NOT NULL,
      period BIGINT NOT NULL,
      secret BLOB NOT NULL,
      fingerprint VARBINARY(255) NOT NULL,
      position BIGINT NOT NULL,
      replaces VARBINARY(255),
      created_at BIGINT NOT NULL,
      confirmed_at BIGINT,
      expires_at BIGINT,
      last_used_at BIGINT,
      KEY nightlatch_factors_subject (tenant, subject)
    ) ${TABLE}`,
    `CREATE TABLE IF NOT EXISTS nightlatch_codes (
      ${WHO},
      type VARBINARY(255) NOT NULL,
      hash VARBINARY(255) NOT NULL,
      created_at BIGINT NOT NULL,
      expires_at BIGINT,
      used_at BIGINT,
      PRIMARY KEY (tenant, subject, hash)
    ) ${TABLE}`,
    `CREATE TABLE IF NOT EXISTS nightlatch_devices (
      ${WHO},
      id VARBINARY(255) NOT NULL,
      hash VARBINARY(255) NOT NULL,
      name TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      expires_at BIGINT NOT NULL,
      last_used_at BIGINT,
      PRIMARY KEY (tenant, subject, id)
    ) ${TABLE}`,
    `CREATE TABLE IF NOT EXISTS nightlatch_spent (
      id VARBINARY(255) PRIMARY KEY,
      keep_until BIGINT NOT NULL,
      KEY nightlatch_spent_keep_until (keep_until)
    ) ${TABLE}`,
    `CREATE TABLE IF NOT EXISTS nightlatch_audit (
      seq BIGINT AUTO_INCREMENT PRIMARY KEY,
      id VARBINARY(255) NOT NULL,
      at BIGINT NOT NULL,
      type VARBINARY(255) NOT NULL,
      tenant VARBINARY(1020),
      subject VARBINARY(1020),
      salt VARBINARY(255),
      personal MEDIUMTEXT NOT NULL,
      detail MEDIUMTEXT NOT NULL,
      mac VARBINARY(255) NOT NULL,
      UNIQUE KEY nightlatch_audit_id (id),
      KEY nightlatch_audit_subject (tenant, subject, seq)
    ) ${TABLE}`,
    `CREATE TABLE IF NOT EXISTS nightlatch_audit_notes (
      name VARBINARY(255) PRIMARY KEY,
      value MEDIUMTEXT NOT NULL
    ) ${TABLE}`,
  ],
];

/** One version of the tables. */
export interface MysqlMigration {
  /** From 1 on, without a gap. */
  version: number;
  /** Statements, each with a `;` behind it, that bring the tables from the version before to this one. */
  sql: string;
}

const NOTED = `CREATE TABLE IF NOT EXISTS nightlatch_migrations (version INTEGER PRIMARY KEY, applied_at BIGINT NOT NULL) ${TABLE}`;

const noting = (version: number): string =>
  `INSERT INTO nightlatch_migrations (version, applied_at) VALUES (${version}, UNIX_TIMESTAMP() * 1000)
    ON DUPLICATE KEY UPDATE version = version`;

const MISSING_TABLE = 1146;

/** ER_TABLE_EXISTS_ERROR, ER_DUP_FIELDNAME, ER_DUP_KEYNAME, ER_CANT_DROP_FIELD_OR_KEY: somebody got as far as this, and no further. */
const DONE_BEFORE = new Set<unknown>([1050, 1060, 1061, 1091]);

/** One migration at a time in each database of the server; in seconds. */
const LOCK_NAME = "CONCAT('nightlatch_', SHA1(DATABASE()))";
const LONGEST_WAIT = 60;

interface Version {
  version: number;
  statements: readonly string[];
}

/** Numbers versions, each noted by its last statement. */
export const numbered = (versions: readonly (readonly string[])[]): readonly Version[] =>
  versions.map((statements, index) => ({ version: index + 1, statements: [NOTED, ...statements, noting(index + 1)] }));

/**
 * The tables as SQL, version by version, for teams that run their migrations themselves. Run them in order, with the
 * `mysql` or `mariadb` command line or with a tool of your own; the app's user needs `SELECT, INSERT, UPDATE, DELETE`.
 * MySQL can't undo what a migration has done before it failed: run it again then, since it goes on from there, and
 * does nothing once it is done. It notes its version in `nightlatch_migrations` at the end. Where all have run,
 * `migrate()` finds nothing to do and needs no right to create.
 *
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { mysqlMigrations } from "@nightlatch/core/stores/mysql";
 *
 * for (const { version, sql } of mysqlMigrations) writeFileSync(`nightlatch-${version}.sql`, sql);
 * ```
 */
export const mysqlMigrations: readonly MysqlMigration[] = Object.freeze(
  numbered(VERSIONS).map(({ version, statements }) => Object.freeze({ version, sql: statements.map((sql) => `${sql};\n`).join("\n") })),
);

async function installedIn(session: Session): Promise<unknown[]> {
  try {
    return (await session.rows("SELECT version FROM nightlatch_migrations")).map(({ version }) => version);
  } catch (error) {
    if (errnoOf(error) === MISSING_TABLE) return [];
    throw error;
  }
}

async function runAll(session: Session, { statements }: Version): Promise<void> {
  for (const sql of statements) {
    try {
      await session.plainly(sql);
    } catch (error) {
      if (!DONE_BEFORE.has(errnoOf(error))) throw error;
    }
  }
}

/** Without transactions nothing of what a store promises holds. */
async function refuseOtherEngines(session: Session): Promise<void> {
  const [other] = await session.rows(`SELECT table_name AS name, engine AS engine FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_name LIKE 'nightlatch\\_%' AND engine <> 'InnoDB'`);
  if (other)
    throw new TypeError(`The table ${other.name} is kept by ${other.engine}, which has no transactions. Alter it to ENGINE = InnoDB.`);
}

/** Brings any version to the newest. Several processes may come at once: all but the first find nothing to do. */
export async function migrate(connection: Connection, versions: readonly Version[] = numbered(VERSIONS)): Promise<void> {
  await connection.outside(async (session) => {
    const missing = async () => {
      const installed = await installedIn(session);
      return versions.filter(({ version }) => !installed.includes(version));
    };
    if ((await missing()).length > 0) {
      const [lock] = await session.rows(`SELECT GET_LOCK(${LOCK_NAME}, ${LONGEST_WAIT}) AS taken`);
      if (lock?.taken !== 1)
        throw new Error(`Another process has been migrating this database for ${LONGEST_WAIT} seconds. Try again when it is done.`);
      for (const version of await missing()) await runAll(session, version);
      await session.rows(`SELECT RELEASE_LOCK(${LOCK_NAME}) AS released`);
    }
    await refuseOtherEngines(session);
  });
}
