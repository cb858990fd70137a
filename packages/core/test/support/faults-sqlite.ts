import type { Fault } from "./broken.ts";

const inFile =
  (file: string) =>
  (name: string, edits: Fault["edits"], ...caughtBy: string[]): Fault => ({
    name: `${name}, on SQLite`,
    file: `stores/sqlite/${file}`,
    edits,
    caughtBy,
    on: "sqlite",
  });
const connection = inFile("connection.ts");
const store = inFile("sqlite-store.ts");
const audit = inFile("audit.ts");
const change = inFile("change.ts");
const conditions = inFile("../conditions.ts");
const statements = inFile("statements.ts");

const IN_ONE = (verb: string, value: string): string => `return await connection.write((session) => ${verb}In(session, ${value}));`;

/** Faults of the transactions on SQLite, and of their statements. */
export const sqliteFaults: Fault[] = [
  connection(
    "statements stand by themselves, without a transaction",
    [
      ["session.change(begin);", ""],
      ['session.change("COMMIT");', ""],
    ],
    "apply-halfway",
  ),
  connection("what fails halfway is committed", [["        rollBack();\n", '        session.change("COMMIT");\n']], "apply-halfway"),
  store(
    "an attempt is counted in one transaction and written in another",
    [
      [
        IN_ONE("charge", "charge"),
        `const before = await connection.read((session) => rowsOf(session, charge).lane(charge.lane));
        return await connection.write((session) => {
          rowsOf(session, charge).saveLane(charge.lane, before);
          return chargeIn(session, charge);
        });`,
      ],
    ],
    "charge-parallel",
  ),
  store(
    "a step is looked at in one transaction and taken in another",
    [
      [
        IN_ONE("settle", "settlement"),
        `const { claim, ...rest } = settlement;
        const rows = await connection.read((session) => rowsOf(session, settlement).factors());
        const isAhead = claim?.kind !== "position" || rows.some(({ id, position }) => id === claim.factorId && position < claim.position);
        return await connection.write((session) => {
          if (isAhead && claim?.kind === "position")
            session.change("UPDATE nightlatch_factors SET position = ? WHERE id = ?", claim.position - 1, claim.factorId);
          return settleIn(session, isAhead ? settlement : rest);
        });`,
      ],
    ],
    "claim-position-parallel",
  ),
  store(
    "a change is decided in one transaction and made in another",
    [
      [
        IN_ONE("apply", "change"),
        `const { can, epoch } = await connection.read((session) => {
          const rows = rowsOf(session, change);
          const before = { ...rows.marks(), factors: rows.factors(), codes: rows.codes(), devices: rows.devices() };
          return { can: canApply(before, change), epoch: before.epoch };
        });
        return can ? await connection.write((session) => applyIn(session, change)) : { applied: false, epoch };`,
      ],
      ["  if (!canApply(before, change)) return { applied: false, epoch: marks.epoch };\n", ""],
    ],
    "codes-not-since-parallel",
    "apply-epoch",
    "reseal-parallel",
    "switched-off",
  ),
  store(
    "a rotation forgets the key before it",
    [["session.change(RETIRE_DATA_KEY, use);", 'session.change("DELETE FROM nightlatch_data_keys WHERE use = ?", use);']],
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
    [["substr(secret, 1, length(?)) <> ?", "lower(substr(secret, 1, length(?))) <> lower(?)"]],
    "factors-not-under",
  ),
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
    [["session.change(sql.REMOVE_CODES_OF, tenant, subject, type);", "session.change(sql.REMOVE_CODES, tenant, subject);"]],
    "codes-by-type",
  ),
  conditions("a lapsed device is trusted", [["id === useDevice && expiresAt > now", "id === useDevice"]], "devices-use"),
  change("lapsed devices are kept", [["    session.change(sql.REMOVE_LAPSED_DEVICES, tenant, subject, now);\n", ""]], "devices-lapse"),
  change("trusted devices are without number", [["MOST_DEVICES - 1", "1000"]], "devices-cap", "devices-cap-parallel"),
  change(
    "trusted devices outlive the epoch",
    [["if (removeAll || raiseEpoch) session.change(sql.REMOVE_DEVICES", "if (removeAll) session.change(sql.REMOVE_DEVICES"]],
    "devices-epoch",
  ),
  conditions(
    "a secret is sealed anew over another",
    [["?.secret !== reseal.from", " === undefined"]],
    "reseal",
    "reseal-parallel",
    "apply-whole",
  ),
  change(
    "unlocking ends one lane's lock alone",
    [['of ["authenticator", "recovery"] as const', 'of ["authenticator"] as const']],
    "unlock",
  ),
  change(
    "the grace period begins anew each time",
    [["before.requiredSince ?? (require ? now : null)", "require ? now : before.requiredSince"]],
    "require-first",
  ),
  audit(
    "a note is written over whatever it was",
    [["SET value = ? WHERE key = ? AND value = ?", "SET value = ? WHERE key = ? AND ? <> ''"]],
    "audit-note-once",
  ),
  audit("the newest rows are the oldest", [['order === "newest" ? "DESC" : "ASC"', '"ASC"']], "audit-find"),
];
