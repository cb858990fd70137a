import type { Fault } from "./broken.ts";

const inFile =
  (file: string) =>
  (name: string, edits: Fault["edits"], ...caughtBy: string[]): Fault => ({
    name: `${name}, on PostgreSQL`,
    file: `stores/postgres/${file}`,
    edits,
    caughtBy,
    on: "postgres",
  });
const attempt = inFile("attempt.ts");
const change = inFile("change.ts");
const pieces = inFile("pieces.ts");
const statements = inFile("statements.ts");
const store = inFile("postgres-store.ts");

/** Faults of the statements on PostgreSQL. */
export const postgresFaults: Fault[] = [
  pieces("the subject's row is not locked", [[" FOR UPDATE)`;", ")`;"]], "charge-parallel", "A9 "),
  attempt(
    "the position is read before it is written",
    [["AND f.position < :position", "AND (SELECT n.position FROM nightlatch_factors n WHERE n.id = f.id) < :position"]],
    "claim-position-parallel",
  ),
  attempt("a used code counts", [["AND c.used_at IS NULL AND (", "AND ("]], "claim-recovery-once", "claim-recovery-parallel", "A6 "),
  attempt("a lapsed code counts", [[" AND (c.expires_at IS NULL OR c.expires_at > :now)", ""]], "codes-lapse"),
  attempt("blanking works on an old snapshot", [[":epoch >= s.erased_epoch AS named", "true AS named"]], "audit-blank-late"),
  attempt("the epoch is ignored when a code settles", [["WHERE s.epoch = :epoch$", "WHERE true$"]], "settle-stale-epoch"),
  attempt(
    "a success from before an unlocking revives challenges",
    [["CASE WHEN :attempt > s.forgiven THEN :lockSeen ELSE s.locked_until END", ":lockSeen"]],
    "unlock-challenges",
  ),
  attempt("a spent challenge is answered", [[" AND NOT EXISTS (SELECT FROM nightlatch_spent WHERE id = :once)", ""]], "settle-spends"),
  attempt("an id that was spent meanwhile is not seen", [[" AND n.revision = s.revision", ""]], "settle-spends-parallel"),
  change(
    "a change works on an old snapshot",
    [[" AND n.revision = s.revision", ""]],
    "apply-parallel",
    "codes-not-since-parallel",
    "devices-cap-parallel",
    "import-secret-once",
  ),
  change(
    "the epoch is ignored when factors change",
    [['holds("epoch", `epoch = :epoch`)', '"true"']],
    "apply-epoch",
    "apply-epoch-each",
    "R27 of two",
  ),
  change("codes are made however many were before", [["created_at > (:codes ->> 'notSince')::bigint", "false"]], "codes-not-since"),
  change("new codes void those of every type", [["(c.type = :codes ->> 'type') IS TRUE", ":codes IS NOT NULL"]], "codes-by-type"),
  change("a code that comes again stays used", [[", used_at = NULL", ""]], "codes-used"),
  change("a lapsed device is trusted", [["id = :useDevice AND expires_at > :now", "id = :useDevice"]], "devices-use"),
  change("lapsed devices are kept", [["d.expires_at <= :now OR", "false OR"]], "devices-lapse"),
  change("trusted devices are without number", [["MOST_DEVICES = 20", "MOST_DEVICES = 1000"]], "devices-cap", "devices-cap-parallel"),
  change("trusted devices outlive the epoch", [[":removeAll IS TRUE OR :raiseEpoch IS TRUE OR", ":removeAll IS TRUE OR"]], "devices-epoch"),
  change("a secret is sealed anew over another", [[" AND secret = :reseal ->> 'from'", ""]], "reseal", "reseal-parallel", "apply-whole"),
  change(
    "a pending authenticator outlives the epoch",
    [[":add IS NOT NULL OR :raiseEpoch IS TRUE", ":add IS NOT NULL"]],
    "apply-epoch-ends-pending",
  ),
  change("unlocking leaves the tally", [['tally: "0", ', ""]], "unlock"),
  change("unlocking revives challenges", [['locked_until: ":now"', 'locked_until: "NULL"']], "unlock-challenges"),
  change("the grace period begins anew each time", [["coalesce(t.required_since, :now)", ":now"]], "require-first"),
  change("MFA is switched off twice", [["(switched_off IS NULL) <> (:switchedOff = '')", "true"]], "switched-off", "apply-whole"),
  store("a rotation that was overtaken is lost", [["if (isRotated) return;", "return void isRotated;"]], "data-keys-rotate-parallel"),
  statements("a key is wrapped anew over another wrapping", [[" AND wrapped = :from", " AND :from <> ''"]], "data-keys-rewrap"),
  statements("a prefix is a pattern", [["NOT starts_with(secret, :prefix)", "secret NOT LIKE :prefix || '%'"]], "factors-not-under"),
];
