import type { Fault } from "./broken.ts";

const inFile =
  (file: string) =>
  (name: string, edits: Fault["edits"], ...caughtBy: string[]): Fault => ({
    name: `${name}, on MariaDB`,
    file: `stores/mysql/${file}`,
    edits,
    caughtBy,
    on: "mysql",
  });
const connection = inFile("connection.ts");
const store = inFile("mysql-store.ts");
const audit = inFile("audit.ts");
const subject = inFile("subject.ts");
const change = inFile("change.ts");
const conditions = inFile("../conditions.ts");
const statements = inFile("statements.ts");

/** Faults of the transactions on MySQL and MariaDB, and of their statements. */
export const mysqlFaults: Fault[] = [
  connection(
    "statements stand by themselves, without a transaction",
    [['await session.plainly("START TRANSACTION");', ""]],
    "apply-halfway",
    "charge-parallel",
  ),
  connection(
    "what fails halfway is committed",
    [
      [
        "if (!isPassing(error)) connection.destroy();",
        'if (!isPassing(error)) await session.plainly("COMMIT").then(() => connection.release());',
      ],
    ],
    "apply-halfway",
  ),
  statements(
    "the subject's row is looked at without a lock",
    [[" FOR UPDATE`;\n\n/** Not `INSERT IGNORE`", "`;\n\n/** Not `INSERT IGNORE`"]],
    "charge-parallel",
    "apply-epoch",
  ),
  subject(
    "what a subject has is read before its row is locked",
    [
      [
        "const known = await session.locked(sql.LOCK_SUBJECT, [tenant, subject]);",
        `const [known] = await session.rows(sql.LOCK_SUBJECT.replace("FOR UPDATE", ""), [tenant, subject]);
  await session.locked(sql.LOCK_SUBJECT, [tenant, subject]);`,
      ],
    ],
    "charge-parallel",
    "apply-epoch",
  ),
  statements("data keys are changed without a lock", [["WHERE version = 1 FOR UPDATE", "WHERE version = 1"]], "data-keys-rotate-parallel"),
  store(
    "a rotation forgets the key before it",
    [
      [
        "await session.change(sql.RETIRE_DATA_KEY, [use]);",
        'await session.change("DELETE FROM nightlatch_data_keys WHERE active_use = ?", [use]);',
      ],
    ],
    "data-keys-rotate",
  ),
  statements(
    "a step counts again",
    [[" AND id = ? AND position < ?`", " AND id = ? AND ? > 0`"]],
    "claim-position-once",
    "claim-position-parallel",
  ),
  statements("a used code counts", [["AND used_at IS NULL AND (", "AND ("]], "claim-recovery-once", "codes-used"),
  statements("a lapsed code counts", [["(expires_at IS NULL OR expires_at > ?)", "(expires_at IS NULL OR ? > 0)"]], "codes-lapse"),
  statements(
    "a key is wrapped anew over another wrapping",
    [["WHERE id = ? AND wrapped = ?", "WHERE id = ? AND ? <> ''"]],
    "data-keys-rewrap",
  ),
  statements(
    "a prefix is of any case",
    [["LEFT(secret, LENGTH(?)) <> ?", "LOWER(LEFT(CONVERT(secret USING utf8mb4), LENGTH(?))) <> LOWER(?)"]],
    "factors-not-under",
  ),
  store("an answered challenge charges", [[" || isAnswered)", ")"]], "challenge-spent"),
  store("a dead subject's name comes back", [["epoch >= subject.erasedEpoch", "true"]], "audit-blank-late"),
  conditions(
    "codes are made however many were before",
    [["createdAt > notSince", "createdAt < 0"]],
    "codes-not-since",
    "codes-not-since-parallel",
  ),
  conditions(
    "the epoch is ignored when factors change",
    [["if (epoch !== undefined && before.epoch !== epoch) return false;", ""]],
    "apply-epoch",
    "apply-epoch-each",
  ),
  change(
    "new codes void those of every type",
    [["await session.change(sql.REMOVE_CODES_OF, [tenant, subject, type]);", "await session.change(sql.REMOVE_CODES, [tenant, subject]);"]],
    "codes-by-type",
  ),
  change(
    "the last factor leaves its codes behind",
    [["remove !== undefined && !isEnrolledAfter(before, change)", "false"]],
    "apply-remove",
  ),
  conditions("a lapsed device is trusted", [["id === useDevice && expiresAt > now", "id === useDevice"]], "devices-use"),
  change("lapsed devices are kept", [["(!addDevice || expiresAt > now)", "true"]], "devices-lapse"),
  change("trusted devices are without number", [["MOST_DEVICES - 1", "1000"]], "devices-cap", "devices-cap-parallel"),
  change(
    "trusted devices outlive the epoch",
    [["const areAllGone = removeAll || raiseEpoch;", "const areAllGone = removeAll;"]],
    "devices-epoch",
  ),
  conditions(
    "a secret is sealed anew over another",
    [["?.secret !== reseal.from", " === undefined"]],
    "reseal",
    "reseal-parallel",
    "apply-whole",
  ),
  change("unlocking ends one lane's lock alone", [["recovery: unlocked(lanes.recovery, now)", "recovery: lanes.recovery"]], "unlock"),
  change(
    "the grace period begins anew each time",
    [["requiredSince ?? (require ? now : null)", "require ? now : requiredSince"]],
    "require-first",
  ),
  audit("a note is looked at without a lock", [[" WHERE name = ? FOR UPDATE", " WHERE name = ?"]], "audit-note-once"),
  audit("a note is written over whatever it was", [["if ((found?.value ?? null) !== from) return false;", ""]], "audit-note-once"),
];
