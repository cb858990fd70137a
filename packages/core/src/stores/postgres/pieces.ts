import type { Lane } from "../store.ts";

// What statements are made of. $1 is the tenant and $2 the subject in all of them.

export const WHO = "tenant = $1 AND subject = $2";

const FACTOR = `'id', id, 'type', type, 'name', name, 'algorithm', algorithm, 'digits', digits, 'period', period,
    'secret', secret, 'fingerprint', fingerprint, 'position', position, 'replaces', replaces, 'createdAt', created_at,
    'confirmedAt', confirmed_at, 'expiresAt', expires_at, 'lastUsedAt', last_used_at`;

export const OWNED_FACTOR: string = `json_build_object(${FACTOR}, 'tenant', tenant, 'subject', subject)`;

const FACTORS = `(SELECT coalesce(json_agg(json_build_object(${FACTOR}) ORDER BY created_at, id), '[]')
  FROM nightlatch_factors WHERE ${WHO})`;

const CODES = `(SELECT coalesce(json_agg(json_build_object('type', type, 'hash', hash, 'used', used_at IS NOT NULL, 'expiresAt', expires_at)), '[]')
  FROM nightlatch_codes WHERE ${WHO})`;

/** A subject's record; `s` is its row. */
export const RECORD: string = `'epoch', s.epoch, 'factors', ${FACTORS}, 'codes', ${CODES}`;

export const DEVICES: string = `(SELECT coalesce(json_agg(json_build_object('id', id, 'hash', hash, 'name', name, 'createdAt', created_at,
    'expiresAt', expires_at, 'lastUsedAt', last_used_at) ORDER BY created_at DESC, id), '[]')
  FROM nightlatch_devices WHERE ${WHO})`;

export const laneJson = (lane: Lane): string =>
  `json_build_object('attempts', s.${lane}_attempts, 'forgiven', s.${lane}_forgiven, 'tally', s.${lane}_tally, 'tallyAt', s.${lane}_tally_at, 'lockedUntil', s.${lane}_locked_until)`;

/** The first step of whatever decides on a subject's state: its row, locked, and as it is under the lock. */
export const lockedSubject = (...columns: string[]): string =>
  `s AS MATERIALIZED (SELECT ${columns.join(", ")} FROM nightlatch_subjects WHERE ${WHO} FOR UPDATE)`;

/** The rows of a JSON array in their order, as the audit table wants them. */
export const auditRows = (json: string): string => `ROWS FROM (jsonb_to_recordset(${json})
    AS (id text, at bigint, type text, tenant text, subject text, salt text, personal text, detail text, mac text))
    WITH ORDINALITY AS r(id, at, type, tenant, subject, salt, personal, detail, mac, place)`;

/** A row's personal columns, where a condition lets them be told. */
export const namedIf = (condition: string): string =>
  ["tenant", "subject", "salt"].map((column) => `CASE WHEN ${condition} THEN r.${column} END`).join(", ");
