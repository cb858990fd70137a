import type { LaneRow } from "../lane.ts";
import type { AuditRow, CodeRow, DeviceRow, FactorRow, Lane } from "../store.ts";
import { IS_SET_UP } from "./connection.ts";

// Statements of a few columns each: a verb runs several within one transaction, and decides between them. Their rows
// bear the names of ../store.ts; a column has the same name, as SQL writes it.

const WHO = "tenant = ? AND subject = ?";

const columnOf = (name: string): string => `\`${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}\``;
const columnsOf = (names: readonly string[]): string => names.map(columnOf).join(", ");
const select = (names: readonly string[]): string => names.map((name) => `${columnOf(name)} AS \`${name}\``).join(", ");
const marks = (count: number): string => Array.from({ length: count }, () => "?").join(", ");
const insert = (table: string, names: readonly string[], rows = 1): string =>
  `INSERT INTO ${table} (${columnsOf(names)}) VALUES ${Array.from({ length: rows }, () => `(${marks(names.length)})`).join(", ")}`;

export const LANE: readonly (keyof LaneRow)[] = ["attempts", "forgiven", "tally", "tallyAt", "lockedUntil", "refusals"];
const lanes = (["authenticator", "recovery"] satisfies Lane[]).flatMap((lane) => LANE.map((name) => `${lane}_${name}`));

/** A code's row as it lies in its table. */
export interface StoredCode extends Omit<CodeRow, "used"> {
  createdAt: number;
  usedAt: number | null;
}

/** The columns that are read and written together. */
export const SUBJECT: readonly string[] = ["epoch", "erasedEpoch", "requiredSince", "switchedOff", ...lanes];
export const FACTOR: readonly (keyof FactorRow)[] = [
  "id",
  "type",
  "name",
  "algorithm",
  "digits",
  "period",
  "secret",
  "fingerprint",
  "position",
  "replaces",
  "createdAt",
  "confirmedAt",
  "expiresAt",
  "lastUsedAt",
];
export const CODE: readonly (keyof StoredCode)[] = ["type", "hash", "createdAt", "expiresAt", "usedAt"];
export const DEVICE: readonly (keyof DeviceRow)[] = ["id", "hash", "name", "createdAt", "expiresAt", "lastUsedAt"];
export const AUDIT: readonly (keyof AuditRow)[] = ["id", "at", "type", "tenant", "subject", "salt", "personal", "detail", "mac"];

const DATA_KEY = ["id", "use", "wrapped", "createdAt"];

/** Locks a subject's row: whoever else would do something to the subject waits for this transaction. */
export const LOCK_SUBJECT: string = `SELECT ${select(SUBJECT)}, ${IS_SET_UP} FROM nightlatch_subjects WHERE ${WHO} FOR UPDATE`;

/** Not `INSERT IGNORE`, which would cut off a name that is too long. */
export const ENSURE_SUBJECT = "INSERT INTO nightlatch_subjects (tenant, subject) VALUES (?, ?) ON DUPLICATE KEY UPDATE epoch = epoch";

export const SAVE_SUBJECT: string = `UPDATE nightlatch_subjects SET ${SUBJECT.map((name) => `${columnOf(name)} = ?`).join(", ")} WHERE ${WHO}`;

/** What a subject's rows lie in, by the `kind` that each row of an answer bears. */
export type Kind = "subject" | "factor" | "code" | "device";

const KINDS: Record<Kind, { table: string; columns: readonly string[] }> = {
  subject: { table: "nightlatch_subjects", columns: SUBJECT },
  factor: { table: "nightlatch_factors", columns: FACTOR },
  code: { table: "nightlatch_codes", columns: CODE },
  device: { table: "nightlatch_devices", columns: DEVICE },
};

/** A subject's rows of several kinds in one answer: of one moment, and in one round trip. Columns of other kinds are NULL. */
const rowsOf = (kinds: readonly Kind[]): string => {
  const all = [...new Set(kinds.flatMap((kind) => KINDS[kind].columns))];
  const parts = kinds.map((kind) => {
    const { table, columns } = KINDS[kind];
    const values = all.map((name) => (columns.includes(name) ? `${columnOf(name)} AS \`${name}\`` : `NULL AS \`${name}\``));
    return `SELECT '${kind}' AS kind, ${values.join(", ")} FROM ${table} WHERE ${WHO}`;
  });
  return parts.join("\nUNION ALL ");
};

/** All of a subject, without a lock. */
export const READ: string = rowsOf(["subject", "factor", "code", "device"]);
/** A subject's factors alone. */
export const FACTORS: string = rowsOf(["factor"]);
/** What a subject has enrolled. */
export const RECORD: string = rowsOf(["factor", "code"]);
/** All that a change may look at beside the subject's own row. */
export const BELONGINGS: string = rowsOf(["factor", "code", "device"]);

/** Takes a step or counter: once, and none before it again (RFC 6238 §5.2, RFC 4226 §7.2). */
export const TAKE_POSITION: string = `UPDATE nightlatch_factors SET position = ?, last_used_at = ? WHERE ${WHO} AND id = ? AND position < ?`;

export const CONFIRM_FACTOR: string = `UPDATE nightlatch_factors SET confirmed_at = ?, expires_at = NULL WHERE ${WHO} AND id = ?`;

export const ADD_FACTOR: string = insert("nightlatch_factors", ["tenant", "subject", ...FACTOR]);

export const RENAME_FACTOR: string = `UPDATE nightlatch_factors SET name = ? WHERE ${WHO} AND id = ?`;

export const RESEAL_FACTOR: string = `UPDATE nightlatch_factors SET secret = ? WHERE ${WHO} AND id = ?`;

export const REMOVE_FACTOR: string = `DELETE FROM nightlatch_factors WHERE ${WHO} AND id = ?`;

export const REMOVE_PENDING: string = `DELETE FROM nightlatch_factors WHERE ${WHO} AND confirmed_at IS NULL`;

export const REMOVE_FACTORS: string = `DELETE FROM nightlatch_factors WHERE ${WHO}`;

export const FACTORS_NOT_UNDER: string = `SELECT ${select(["tenant", "subject", ...FACTOR])} FROM nightlatch_factors
  WHERE id > ? AND LEFT(secret, LENGTH(?)) <> ? ORDER BY id LIMIT `;

export const TAKE_CODE: string = `UPDATE nightlatch_codes SET used_at = ?
  WHERE ${WHO} AND hash = ? AND used_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`;

export const addCodes = (count: number): string =>
  insert("nightlatch_codes", ["tenant", "subject", "type", "hash", "createdAt", "expiresAt"], count);

export const REMOVE_CODES_OF: string = `DELETE FROM nightlatch_codes WHERE ${WHO} AND type = ?`;

export const REMOVE_CODES: string = `DELETE FROM nightlatch_codes WHERE ${WHO}`;

export const ADD_DEVICE: string = insert("nightlatch_devices", ["tenant", "subject", ...DEVICE]);

export const USE_DEVICE: string = `UPDATE nightlatch_devices SET last_used_at = ? WHERE ${WHO} AND id = ?`;

export const removeDevices = (count: number): string => `DELETE FROM nightlatch_devices WHERE ${WHO} AND id IN (${marks(count)})`;

export const REMOVE_DEVICES: string = `DELETE FROM nightlatch_devices WHERE ${WHO}`;

export const IS_SPENT: string = "SELECT 1 AS spent FROM nightlatch_spent WHERE id = ?";

/** Fails as a duplicate for all but one. */
export const SPEND: string = insert("nightlatch_spent", ["id", "keepUntil"]);

/** At most so many ids that are past their time go at once, lest their locks add up. */
export const SWEPT_AT_ONCE = 500;

export const SWEEP: string = `DELETE FROM nightlatch_spent WHERE keep_until < ? ORDER BY keep_until LIMIT ${SWEPT_AT_ONCE}`;

export const append = (count: number): string => insert("nightlatch_audit", AUDIT, count);

export const BLANK: string = `UPDATE nightlatch_audit SET tenant = NULL, subject = NULL, salt = NULL WHERE ${WHO}`;

export const AUDIT_PAGE: string = `SELECT ${select(["seq", ...AUDIT])} FROM nightlatch_audit WHERE seq > ? ORDER BY seq LIMIT `;

export const AUDIT_PAGE_OF: string = `SELECT ${select(["seq", ...AUDIT])} FROM nightlatch_audit WHERE ${WHO} AND seq > ? ORDER BY seq LIMIT `;

export const DATA_KEYS: string = `SELECT ${select(DATA_KEY)} FROM nightlatch_data_keys
  ORDER BY active_use IS NULL, created_at DESC, id`;

/** A row that is always there, for a lock that sets of data keys added at once wait for. */
export const LOCK_DATA_KEYS: string = `SELECT version, ${IS_SET_UP} FROM nightlatch_migrations WHERE version = 1 FOR UPDATE`;

export const ACTIVE_USES = "SELECT active_use AS `use` FROM nightlatch_data_keys WHERE active_use IS NOT NULL";

export const RETIRE_DATA_KEY = "UPDATE nightlatch_data_keys SET active_use = NULL WHERE active_use = ?";

export const ADD_DATA_KEY: string = insert("nightlatch_data_keys", [...DATA_KEY, "activeUse"]);

export const REWRAP_DATA_KEY = "UPDATE nightlatch_data_keys SET wrapped = ? WHERE id = ? AND wrapped = ?";
