/** "You may not" as databases say it: SQLSTATE 42501 (insufficient_privilege) of PostgreSQL, and the denials of MySQL and MariaDB. */
const LACKING: readonly string[] = [
  "42501",
  "ER_DBACCESS_DENIED_ERROR",
  "ER_TABLEACCESS_DENIED_ERROR",
  "ER_COLUMNACCESS_DENIED_ERROR",
  "ER_PROCACCESS_DENIED_ERROR",
  "ER_SPECIFIC_ACCESS_DENIED_ERROR",
];

const GRANT =
  "Grant the database's user SELECT, INSERT, UPDATE and DELETE on the tables nightlatch_*, and on PostgreSQL USAGE on their schema " +
  "and EXECUTE on nightlatch_blank. A migration runs under a user who may create tables.";

const OPEN_FILE =
  "Let the process write the SQLite file and its folder, where the journal lies, and open the file for writing (chown, chmod).";

/** SQLITE_READONLY and its extended codes, as better-sqlite3 and node:sqlite give them (https://www.sqlite.org/rescode.html). */
const isReadOnly = (code: unknown, errcode: unknown): boolean =>
  (typeof code === "string" && code.startsWith("SQLITE_READONLY")) || (typeof errcode === "number" && (errcode & 0xff) === 8);

/** How to mend that a driver's fault is a lack of rights; `undefined` where it is none. */
export function mendOfRights(fault: unknown): string | undefined {
  const { code, errcode } = Object(fault) as { code?: unknown; errcode?: unknown };
  if (isReadOnly(code, errcode)) return OPEN_FILE;
  return typeof code === "string" && LACKING.includes(code) ? GRANT : undefined;
}
