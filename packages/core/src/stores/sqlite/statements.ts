// Statements of a few columns each: a verb runs several within one transaction, and decides between them.

const WHO = "tenant = ? AND subject = ?";

const FACTOR = `id, type, name, algorithm, digits, period, secret, fingerprint, position, replaces,
  created_at AS createdAt, confirmed_at AS confirmedAt, expires_at AS expiresAt, last_used_at AS lastUsedAt`;

const AUDIT_ROW = "seq, id, at, type, tenant, subject, salt, personal, detail, mac";

export const MARKS: string = `SELECT epoch, erased_epoch AS erasedEpoch, required_since AS requiredSince, switched_off AS switchedOff
  FROM nightlatch_subjects WHERE ${WHO}`;

export const SAVE_MARKS: string = `INSERT INTO nightlatch_subjects (tenant, subject, epoch, erased_epoch, required_since, switched_off)
  VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET epoch = excluded.epoch, erased_epoch = excluded.erased_epoch,
    required_since = excluded.required_since, switched_off = excluded.switched_off`;

export const LANE: string = `SELECT attempts, forgiven, tally, tally_at AS tallyAt, locked_until AS lockedUntil, refusals
  FROM nightlatch_lanes WHERE ${WHO} AND lane = ?`;

export const SAVE_LANE: string = `INSERT INTO nightlatch_lanes (tenant, subject, lane, attempts, forgiven, tally, tally_at, locked_until, refusals)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET attempts = excluded.attempts, forgiven = excluded.forgiven, tally = excluded.tally,
    tally_at = excluded.tally_at, locked_until = excluded.locked_until, refusals = excluded.refusals`;

export const FACTORS: string = `SELECT ${FACTOR} FROM nightlatch_factors WHERE ${WHO} ORDER BY created_at, id`;

/** Takes a step or counter: once, and none before it again (RFC 6238 §5.2, RFC 4226 §7.2). */
export const TAKE_POSITION: string = `UPDATE nightlatch_factors SET position = ?, last_used_at = ? WHERE ${WHO} AND id = ? AND position < ?`;

export const CONFIRM_FACTOR: string = `UPDATE nightlatch_factors SET confirmed_at = ?, expires_at = NULL WHERE ${WHO} AND id = ?`;

export const ADD_FACTOR: string = `INSERT INTO nightlatch_factors (tenant, subject, id, type, name, algorithm, digits, period, secret, fingerprint,
    position, replaces, created_at, confirmed_at, expires_at, last_used_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export const RENAME_FACTOR: string = `UPDATE nightlatch_factors SET name = ? WHERE ${WHO} AND id = ?`;

export const RESEAL_FACTOR: string = `UPDATE nightlatch_factors SET secret = ? WHERE ${WHO} AND id = ?`;

export const REMOVE_FACTOR: string = `DELETE FROM nightlatch_factors WHERE ${WHO} AND id = ?`;

export const REMOVE_PENDING: string = `DELETE FROM nightlatch_factors WHERE ${WHO} AND confirmed_at IS NULL`;

export const REMOVE_FACTORS: string = `DELETE FROM nightlatch_factors WHERE ${WHO}`;

export const FACTORS_NOT_UNDER: string = `SELECT tenant, subject, ${FACTOR} FROM nightlatch_factors
  WHERE id > ? AND substr(secret, 1, length(?)) <> ? ORDER BY id LIMIT ?`;

export const CODES: string = `SELECT type, hash, created_at AS createdAt, expires_at AS expiresAt, used_at AS usedAt
  FROM nightlatch_codes WHERE ${WHO}`;

export const TAKE_CODE: string = `UPDATE nightlatch_codes SET used_at = ?
  WHERE ${WHO} AND hash = ? AND used_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`;

export const ADD_CODE: string =
  "INSERT INTO nightlatch_codes (tenant, subject, type, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)";

export const REMOVE_CODES_OF: string = `DELETE FROM nightlatch_codes WHERE ${WHO} AND type = ?`;

export const REMOVE_CODES: string = `DELETE FROM nightlatch_codes WHERE ${WHO}`;

export const DEVICES: string = `SELECT id, hash, name, created_at AS createdAt, expires_at AS expiresAt, last_used_at AS lastUsedAt
  FROM nightlatch_devices WHERE ${WHO} ORDER BY created_at DESC, id`;

export const ADD_DEVICE: string = `INSERT INTO nightlatch_devices (tenant, subject, id, hash, name, created_at, expires_at, last_used_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

export const USE_DEVICE: string = `UPDATE nightlatch_devices SET last_used_at = ? WHERE ${WHO} AND id = ?`;

export const REMOVE_DEVICE: string = `DELETE FROM nightlatch_devices WHERE ${WHO} AND id = ?`;

export const REMOVE_LAPSED_DEVICES: string = `DELETE FROM nightlatch_devices WHERE ${WHO} AND expires_at <= ?`;

/** Leaves so many of the newest. */
export const REMOVE_OLDEST_DEVICES: string = `DELETE FROM nightlatch_devices WHERE ${WHO} AND id IN (
  SELECT id FROM nightlatch_devices WHERE ${WHO} ORDER BY created_at DESC, id LIMIT -1 OFFSET ?)`;

export const REMOVE_DEVICES: string = `DELETE FROM nightlatch_devices WHERE ${WHO}`;

export const IS_SPENT: string = "SELECT 1 AS spent FROM nightlatch_spent WHERE id = ?";

export const SPEND: string = "INSERT INTO nightlatch_spent (id, keep_until) VALUES (?, ?) ON CONFLICT DO NOTHING";

/** Whoever spends an id sweeps a few that are long past their time. */
export const SWEEP: string =
  "DELETE FROM nightlatch_spent WHERE id IN (SELECT id FROM nightlatch_spent WHERE keep_until < ? ORDER BY keep_until LIMIT 10)";

export const APPEND: string = `INSERT INTO nightlatch_audit (id, at, type, tenant, subject, salt, personal, detail, mac)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export const BLANK: string = `UPDATE nightlatch_audit SET tenant = NULL, subject = NULL, salt = NULL WHERE ${WHO}`;

export const AUDIT_PAGE: string = `SELECT ${AUDIT_ROW} FROM nightlatch_audit WHERE seq > ? ORDER BY seq LIMIT ?`;

export const AUDIT_PAGE_OF: string = `SELECT ${AUDIT_ROW} FROM nightlatch_audit WHERE ${WHO} AND seq > ? ORDER BY seq LIMIT ?`;

export const DATA_KEYS: string =
  "SELECT id, use, wrapped, created_at AS createdAt FROM nightlatch_data_keys ORDER BY active DESC, created_at DESC, id";

export const ADD_DATA_KEY: string =
  "INSERT INTO nightlatch_data_keys (id, use, wrapped, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";

export const RETIRE_DATA_KEY: string = "UPDATE nightlatch_data_keys SET active = 0 WHERE use = ? AND active";

export const ADD_ACTIVE_DATA_KEY: string = "INSERT INTO nightlatch_data_keys (id, use, wrapped, created_at) VALUES (?, ?, ?, ?)";

export const REWRAP_DATA_KEY: string = "UPDATE nightlatch_data_keys SET wrapped = ? WHERE id = ? AND wrapped = ?";
