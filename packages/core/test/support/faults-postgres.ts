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
const charge = inFile("charge.ts");
const settle = inFile("settle.ts");
const change = inFile("change.ts");
const pieces = inFile("pieces.ts");
const statements = inFile("statements.ts");
const store = inFile("postgres-store.ts");
const audit = inFile("audit.ts");

/** Faults of the statements on PostgreSQL. */
export const postgresFaults: Fault[] = [
  charge(
    "the lock is not read",
    [["_locked_until, 0) <= :now AND", "_locked_until, 0) <= :now + 999999999 AND"]],
    "charge-locks",
    "charge-parallel",
    "A9 ",
  ),
  charge(
    "a spent challenge is charged",
    [[" AND NOT EXISTS (SELECT FROM nightlatch_spent WHERE id = :challenge)", ""]],
    "charge-dead-challenge",
  ),
  charge(
    "a lock's challenges live on",
    [["_locked_until, 0) <= :issuedAt", "_locked_until, 0) <= :issuedAt + 999999999"]],
    "charge-ends-challenges",
  ),
  charge("a tally leaks backwards", [["`greatest(0, (:now - ", "`abs((:now - "]], "tally-clock-back"),
  pieces("the subject's row is not locked", [[" FOR UPDATE)`;", ")`;"]], "apply-parallel"),
  settle(
    "the position is read before it is written",
    [
      [
        "(positions -> :factorId",
        "((SELECT n.positions FROM nightlatch_subjects n WHERE n.tenant = :tenant AND n.subject = :subject) -> :factorId",
      ],
    ],
    "claim-position-parallel",
  ),
  settle("a used code counts", [["AND c.used_at IS NULL AND (", "AND ("]], "claim-recovery-once", "claim-recovery-parallel", "A6 "),
  settle("a lapsed code counts", [[" AND (c.expires_at IS NULL OR c.expires_at > :now)", ""]], "codes-lapse"),
  settle("blanking works on an old snapshot", [[".erased_epoch AS named", ".erased_epoch IS NOT NULL AS named"]], "audit-blank-late"),
  settle(
    "the epoch is ignored when a code settles",
    [
      [".epoch = :epoch$", ".epoch >= 0$"],
      ["AND epoch = :epoch AND $", "AND epoch >= 0 AND $"],
    ],
    "settle-stale-epoch",
  ),
  settle(
    "a success from before an unlocking revives challenges",
    [["CASE WHEN :attempt > t.", "CASE WHEN :attempt >= 0 THEN :lockSeen WHEN :attempt > t."]],
    "unlock-challenges",
  ),
  settle(
    "a spent challenge is answered",
    [["EXISTS (SELECT FROM nightlatch_spent WHERE id = :once)", "(:once IS NULL)"]],
    "settle-spends-parallel",
  ),
  settle("an id that was spent meanwhile is not seen", [[" AND n.revision = s.revision", ""]], "settle-spends-parallel"),
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
  change("trusted devices are without number", [["{MOST_DEVICES - 1}", "{1000}"]], "devices-cap", "devices-cap-parallel"),
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
  audit(
    "a note is written over whatever it was",
    [["SET value = :to WHERE key = :key AND value = :from", "SET value = :to WHERE key = :key AND :from <> ''"]],
    "audit-note-once",
  ),
  audit("a page of the log begins with the row before it", [["id > :above AND", "id >= :above AND"]], "audit-find"),
];
