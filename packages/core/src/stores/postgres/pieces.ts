import type { LockoutSchedule } from "../../lockout/policy.ts";
import type { Lane } from "../store.ts";

// What statements are made of.

export const SUBJECT = { tenant: "text", subject: "text" } as const;

export const WHO = "tenant = :tenant AND subject = :subject";

/** One JSON object. Of a row it is made several times as fast as of keys and values. */
export const object = (fields: string): string => `(SELECT row_to_json(r) FROM (SELECT ${fields}) AS r)`;

const list = (rows: string, order = ""): string => `(SELECT coalesce(json_agg(r ${order}), '[]') FROM (${rows}) AS r)`;

/** A factor `f` of a subject `s`, in whose row the positions stand. */
export const FACTOR = `f.id, type, name, algorithm, digits, period, secret, fingerprint, (s.positions -> f.id ->> 0)::bigint AS position, replaces,
    created_at AS "createdAt", confirmed_at AS "confirmedAt", expires_at AS "expiresAt", (s.positions -> f.id ->> 1)::bigint AS "lastUsedAt"`;

const FACTORS = list(`SELECT ${FACTOR} FROM nightlatch_factors f WHERE ${WHO}`, 'ORDER BY r."createdAt", r.id');

/** One-time codes, of the types that a condition lets through. */
export const codesOf = (condition = "true"): string =>
  list(`SELECT type, hash, used_at IS NOT NULL AS used, created_at AS "createdAt", expires_at AS "expiresAt"
    FROM nightlatch_codes WHERE ${WHO} AND ${condition}`);

/** The fields of a subject's record, beside its epoch. */
export const RECORD: string = `${FACTORS} AS factors, ${codesOf()} AS codes`;

export const DEVICES: string = list(
  `SELECT id, hash, name, created_at AS "createdAt", expires_at AS "expiresAt", last_used_at AS "lastUsedAt"
    FROM nightlatch_devices WHERE ${WHO}`,
  'ORDER BY r."createdAt" DESC, r.id',
);

export const laneState = (lane: Lane): string =>
  object(`s.${lane}_attempts AS attempts, s.${lane}_forgiven AS forgiven, s.${lane}_tally AS tally,
    s.${lane}_tally_at AS "tallyAt", s.${lane}_locked_until AS "lockedUntil"`);

/** The first step of whatever decides on a subject's state: its row, locked, and as it is under the lock. */
export const lockedSubject = (...columns: string[]): string =>
  `s AS MATERIALIZED (SELECT ${columns.join(", ")} FROM nightlatch_subjects WHERE ${WHO} FOR UPDATE)`;

/** A whole number as SQL; anything else throws. */
export const constant = (number: number): string => `${BigInt(number)}::bigint`;

/** Milliseconds of lock that a schedule says for a run of failures. It stands in the statement, so that no call has to bring it. */
export const lockIn = ({ locks }: LockoutSchedule, run: string): string =>
  `('{${locks.map(BigInt).join(",")}}'::bigint[])[least(${run} + 1, ${locks.length})]`;

/** Appends the rows of a JSON text, in their order, to the log; with their personal columns where a condition lets them be told. */
export const appended = (json: string, from: string, named: string): string => `
  INSERT INTO nightlatch_audit (id, at, type, tenant, subject, salt, personal, detail, mac)
  SELECT r.id, r.at, r.type, ${["tenant", "subject", "salt"].map((column) => `CASE WHEN ${named} THEN r.${column} END`).join(", ")},
    r.personal, r.detail, r.mac
  FROM ${from}, ROWS FROM (json_to_recordset((${json})::json)
    AS (id text, at bigint, type text, tenant text, subject text, salt text, personal text, detail text, mac text))
    WITH ORDINALITY AS r(id, at, type, tenant, subject, salt, personal, detail, mac, place)
  ORDER BY r.place`;
