import { MOST_DEVICES } from "../conditions.ts";
import type { Change, Lane } from "../store.ts";
import { appended, lockedSubject, SUBJECT, WHO } from "./pieces.ts";
import { type Statement, statement } from "./statement.ts";

/** What a change brings, each field under the type that it has as a parameter; objects go as JSON. */
const CHANGE = {
  ...SUBJECT,
  now: "bigint",
  epoch: "integer",
  confirm: "text",
  add: "jsonb",
  rename: "jsonb",
  reseal: "jsonb",
  remove: "text",
  removeAll: "boolean",
  codes: "jsonb",
  addDevice: "jsonb",
  useDevice: "text",
  removeDevice: "text",
  unlock: "boolean",
  require: "boolean",
  switchedOff: "text",
  raiseEpoch: "boolean",
  blank: "boolean",
  audit: "text",
} as const satisfies Record<keyof Change, string>;

/** The values of a change by name. */
export const changeValues = (change: Change): Partial<Record<keyof Change, unknown>> =>
  Object.fromEntries(Object.entries(change).map(([field, value]) => [field, typeof value === "object" ? JSON.stringify(value) : value]));

const FACTOR_GOES = `(:removeAll IS TRUE OR (f.id = :remove) IS TRUE OR (
    f.confirmed_at IS NULL AND f.id IS DISTINCT FROM :confirm AND (:add IS NOT NULL OR :raiseEpoch IS TRUE)))`;

/** Those of the factors that stay, and of one that comes. */
const POSITIONS = `(t.positions - ARRAY(SELECT f.id FROM nightlatch_factors f WHERE f.tenant = :tenant AND f.subject = :subject AND ${FACTOR_GOES}))
      || CASE WHEN :add IS NULL THEN '{}' ELSE jsonb_build_object(:add ->> 'id', jsonb_build_array(:add -> 'position', :add -> 'lastUsedAt')) END`;

const DEVICE_GOES = `(:removeAll IS TRUE OR :raiseEpoch IS TRUE OR (d.id = :removeDevice) IS TRUE OR (
    :addDevice IS NOT NULL AND (d.expires_at <= :now OR d.id IN (
      SELECT id FROM nightlatch_devices WHERE ${WHO} AND expires_at > :now ORDER BY created_at DESC, id OFFSET ${MOST_DEVICES - 1}))))`;

/** Whether a condition holds, if the change brings the field that sets it. */
const holds = (field: keyof Change, condition: string): string => `(:${field} IS NULL OR ${condition})`;

const factorThat = (condition: string): string => `EXISTS (SELECT FROM nightlatch_factors WHERE ${WHO} AND ${condition})`;
const deviceThat = (condition: string): string => `EXISTS (SELECT FROM nightlatch_devices WHERE ${WHO} AND ${condition})`;

const unlocked = (lane: Lane): string =>
  Object.entries({ forgiven: `t.${lane}_attempts`, tally: "0", tally_at: ":now", locked_until: ":now", refusals: "0" })
    .map(([column, value]) => `${lane}_${column} = CASE WHEN :unlock THEN ${value} ELSE t.${lane}_${column} END`)
    .join(", ");

/** Changes what a subject has. */
export const APPLY: Statement<keyof Change> = statement(
  CHANGE,
  `
WITH ${lockedSubject("epoch", "revision", "switched_off")},
fresh AS ( -- the row under the lock is the one in the snapshot: no other change came in while this one waited
  SELECT s.* FROM s, nightlatch_subjects n WHERE n.tenant = :tenant AND n.subject = :subject AND n.revision = s.revision
),
going AS (
  SELECT FROM fresh WHERE ${holds("epoch", `epoch = :epoch`)}
    AND ${holds("confirm", factorThat(`id = :confirm AND confirmed_at IS NULL AND expires_at > :now`))}
    AND ${holds("add", `NOT ${factorThat(`confirmed_at IS NOT NULL AND fingerprint = :add ->> 'fingerprint'`)}`)}
    AND ${holds("rename", factorThat(`confirmed_at IS NOT NULL AND id = :rename ->> 'id'`))}
    AND ${holds("reseal", factorThat(`id = :reseal ->> 'id' AND secret = :reseal ->> 'from'`))}
    AND ${holds("remove", factorThat(`confirmed_at IS NOT NULL AND id = :remove`))}
    AND ${holds("codes", `NOT EXISTS (SELECT FROM nightlatch_codes WHERE ${WHO} AND type = :codes ->> 'type' AND created_at > (:codes ->> 'notSince')::bigint)`)}
    AND ${holds("useDevice", deviceThat(`id = :useDevice AND expires_at > :now`))}
    AND ${holds("removeDevice", deviceThat(`id = :removeDevice`))}
    AND ${holds("switchedOff", `(switched_off IS NULL) <> (:switchedOff = '')`)}
),
dropped AS (
  DELETE FROM nightlatch_factors f USING going WHERE f.tenant = :tenant AND f.subject = :subject AND ${FACTOR_GOES}
),
changed AS ( -- in one UPDATE, since a statement changes a row but once
  UPDATE nightlatch_factors f SET
    confirmed_at = CASE WHEN f.id = :confirm THEN :now ELSE f.confirmed_at END,
    expires_at = CASE WHEN f.id = :confirm THEN NULL ELSE f.expires_at END,
    name = CASE WHEN f.id = :rename ->> 'id' THEN :rename ->> 'name' ELSE f.name END,
    secret = CASE WHEN f.id = :reseal ->> 'id' THEN :reseal ->> 'to' ELSE f.secret END
  FROM going WHERE f.tenant = :tenant AND f.subject = :subject AND f.id IN (:confirm, :rename ->> 'id', :reseal ->> 'id')
    AND NOT ${FACTOR_GOES}
),
added AS (
  INSERT INTO nightlatch_factors (id, tenant, subject, type, name, algorithm, digits, period, secret, fingerprint,
    replaces, created_at, confirmed_at, expires_at)
  SELECT a.id, :tenant, :subject, a.type, a.name, a.algorithm, a.digits, a.period, a.secret, a.fingerprint,
    a.replaces, a."createdAt", a."confirmedAt", a."expiresAt"
  FROM going, jsonb_to_record(:add) AS a(id text, type text, name text, algorithm text, digits int, period int, secret text,
    fingerprint text, replaces text, "createdAt" bigint, "confirmedAt" bigint, "expiresAt" bigint)
  WHERE :add IS NOT NULL
),
voided AS (
  DELETE FROM nightlatch_codes c USING going
  WHERE c.tenant = :tenant AND c.subject = :subject AND (
    :removeAll IS TRUE OR (c.type = :codes ->> 'type') IS TRUE OR (
      :remove IS NOT NULL AND :confirm IS NULL AND :add ->> 'confirmedAt' IS NULL
      AND NOT ${factorThat(`confirmed_at IS NOT NULL AND id <> :remove`)}))
    AND c.hash NOT IN (SELECT jsonb_array_elements_text(:codes -> 'hashes'))
),
issued AS (
  INSERT INTO nightlatch_codes AS c (tenant, subject, type, hash, created_at, expires_at)
  SELECT :tenant, :subject, :codes ->> 'type', hash, :now, (:codes ->> 'expiresAt')::bigint
  FROM going, jsonb_array_elements_text(:codes -> 'hashes') AS hash
  ON CONFLICT (tenant, subject, hash) DO UPDATE
    SET type = excluded.type, created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = NULL
),
ended AS (
  DELETE FROM nightlatch_devices d USING going WHERE d.tenant = :tenant AND d.subject = :subject AND ${DEVICE_GOES}
),
used AS (
  UPDATE nightlatch_devices d SET last_used_at = :now FROM going
  WHERE d.tenant = :tenant AND d.subject = :subject AND d.id = :useDevice AND NOT ${DEVICE_GOES}
),
trusted AS (
  INSERT INTO nightlatch_devices (tenant, subject, id, hash, name, created_at, expires_at, last_used_at)
  SELECT :tenant, :subject, a.id, a.hash, a.name, a."createdAt", a."expiresAt", a."lastUsedAt"
  FROM going, jsonb_to_record(:addDevice) AS a(id text, hash text, name text, "createdAt" bigint, "expiresAt" bigint, "lastUsedAt" bigint)
  WHERE :addDevice IS NOT NULL
),
marked AS (
  UPDATE nightlatch_subjects t SET revision = t.revision + 1,
    epoch = CASE WHEN :raiseEpoch THEN t.epoch + 1 ELSE t.epoch END,
    erased_epoch = CASE WHEN :blank THEN t.epoch + 1 ELSE t.erased_epoch END,
    required_since = CASE WHEN :require THEN coalesce(t.required_since, :now) ELSE t.required_since END,
    switched_off = CASE WHEN :switchedOff IS NULL THEN t.switched_off ELSE nullif(:switchedOff, '') END,
    positions = ${POSITIONS},
    ${unlocked("authenticator")},
    ${unlocked("recovery")}
  FROM going WHERE t.tenant = :tenant AND t.subject = :subject
),
logged AS (${appended(":audit", "going", ":blank IS NOT TRUE")}),
blanked AS (SELECT count(nightlatch_blank(:tenant, :subject)) FROM going WHERE :blank)
SELECT CASE WHEN EXISTS (SELECT FROM fresh) THEN json_build_object(
  'applied', EXISTS (SELECT FROM going),
  'epoch', s.epoch + CASE WHEN :raiseEpoch AND EXISTS (SELECT FROM going) THEN 1 ELSE 0 END) END AS answer
FROM s, blanked`,
);
