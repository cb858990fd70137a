import type { Fault } from "./broken.ts";

const onMemory =
  (file: string) =>
  (name: string, edits: Fault["edits"], ...caughtBy: string[]): Fault => ({ name, file, edits, caughtBy, on: "memory" });
const memory = onMemory("stores/memory.ts");
const lane = onMemory("stores/lane.ts");
const conditions = onMemory("stores/conditions.ts");
const audit = onMemory("stores/memory-audit.ts");

/** Faults of the memory store, and of the lanes and conditions that other stores share with it. */
export const memoryFaults: Fault[] = [
  memory(
    "the charge reads, waits, then writes",
    [["s.lanes[charge.lane] = lane;", "await Promise.resolve();\n s.lanes[charge.lane] = lane;"]],
    "charge-parallel",
    "A9 ",
  ),
  memory("no last step is kept", [["row.position = claim.position;", ""]], "claim-position-once", "R8 A1", "R9 A3", "R10 A5", "R12 "),
  memory(
    "only the last code is remembered",
    [["!(row.position < claim.position)", "row.position === claim.position"]],
    // By itself the engine claims nothing that its charge showed as taken, so the store's own rule is seen by the contract alone.
    "claim-position-once",
  ),
  memory(
    "attempts are counted after they are compared",
    [
      ["s.lanes[charge.lane] = lane;", "void lane;"],
      [
        'if (outcome === "won") s.lanes[lane] = forgive(s.lanes[lane], settlement);',
        'if (outcome === "lost") {\n await Promise.resolve();\n const l = s.lanes[lane];\n s.lanes[lane] = { ...l, attempts: l.attempts + 1, tally: l.tally + 1 };\n }',
      ],
    ],
    "charge-counts",
    "charge-parallel",
    "A9 ",
  ),
  lane(
    "the lock is not read",
    [["if (until > now) {", "if (until > now && now < 0) {"]],
    "charge-locks",
    "charge-parallel",
    "A20 ",
    "R20 A12",
  ),
  memory("a lock's challenges live on", [["lockedUntil > challenge.issuedAt || ", ""]], "charge-ends-challenges", "A19 "),
  memory("the epoch is ignored when a code settles", [['if (s.epoch !== epoch) return "stale";', ""]], "settle-stale-epoch"),
  memory(
    "a dead challenge is charged",
    [[" || s.epoch !== challenge.epoch || spent.has(challenge.id)", ""]],
    "charge-dead-challenge",
    "A7 a challenge",
  ),
  memory(
    "a pending authenticator outlives the epoch",
    [["if (add || raiseEpoch) {", "if (add) {"]],
    "apply-epoch-ends-pending",
    "R34 A30 an authenticator",
  ),
  memory("a late attempt names an erased subject", [["epoch < s.erasedEpoch ?", "epoch < 0 ?"]], "audit-blank-late"),
  conditions(
    "the epoch is ignored when factors change",
    [["if (epoch !== undefined && before.epoch !== epoch) return false;", ""]],
    "apply-epoch",
    "A27 a set-up decided",
  ),
  lane("a success forgives guesses in flight", [["Math.max(lane.forgiven, seen.attempt)", "lane.attempts"]], "forgive-what-was-seen"),
  lane("a success clears the tally", [["tally: Math.max(0, lane.tally - 1)", "tally: 0"]], "forgive-lock", "R19 ", "R16 R21"),
  memory(
    "a recovery code is never consumed",
    [["code.used = true;", ""]],
    "claim-recovery-once",
    "claim-recovery-parallel",
    "R26 A8",
    "A6 ",
  ),
  memory(
    "a challenge can be answered twice",
    [['spend && !spendNow(spend, now) ? "stale" : "won"', '"won"']],
    "settle-spends",
    "A7 answers",
  ),
  memory("a one-time id is forgotten", [["spent.set(id, expiresAt + KEEP_SPENT);", ""]], "spend-once", "A7 a grant"),
  conditions("a lapsed set-up can be enabled", [["(pending.expiresAt ?? 0) <= now", "now < 0"]], "apply-confirm-once"),
  memory(
    "a lapsed code counts",
    [[" || (code.expiresAt ?? Number.POSITIVE_INFINITY) <= now", ""]],
    "codes-lapse",
    "R28 a delivered code that has lapsed",
  ),
  memory("new codes void those of every type", [["...s.codes.filter((code) => code.type !== type), ", ""]], "codes-by-type"),
  conditions(
    "codes are made however many were before",
    [["createdAt > notSince", "createdAt > now"]],
    "codes-not-since",
    "codes-not-since-parallel",
  ),
  conditions("a lapsed device is trusted", [["id === useDevice && expiresAt > now", "id === useDevice"]], "devices-use"),
  memory("lapsed devices are kept", [["s.devices.filter(({ expiresAt }) => expiresAt > now)", "s.devices"]], "devices-lapse"),
  memory("trusted devices are without number", [[".slice(0, MOST_DEVICES - 1)", ""]], "devices-cap", "devices-cap-parallel"),
  memory("trusted devices outlive the epoch", [["if (removeAll || raiseEpoch) s.devices", "if (removeAll) s.devices"]], "devices-epoch"),
  conditions(
    "a secret is sealed anew over another",
    [["?.secret !== reseal.from", " === undefined"]],
    "reseal",
    "reseal-parallel",
    "apply-whole",
  ),
  conditions(
    "a secret is imported twice",
    [["row.fingerprint === add.fingerprint", "add.confirmedAt === null && row.fingerprint === add.fingerprint"]],
    "import-secret-once",
  ),
  memory("raising the epoch drops what is added", [["if (add) s.factors.set", "if (add && !raiseEpoch) s.factors.set"]], "import-epoch"),
  lane(
    "unlocking leaves the tally",
    [
      ["unlocked({ attempts }", "unlocked({ attempts, tally }"],
      ["forgiven: attempts, tally: 0", "forgiven: attempts, tally"],
    ],
    "unlock",
    "R16 unlocking",
  ),
  lane(
    "unlocking revives challenges",
    [["tallyAt: now, lockedUntil: now", "tallyAt: now, lockedUntil: null"]],
    "unlock-challenges",
    "R22 an admin",
  ),
  lane(
    "a success from before an unlocking revives challenges",
    [["seen.attempt > lane.forgiven ? seen.lockedUntil : lane.lockedUntil", "seen.lockedUntil"]],
    "unlock-challenges",
  ),
  memory(
    "unlocking ends one lane's lock alone",
    [["recovery: unlocked(s.lanes.recovery, now)", "recovery: s.lanes.recovery"]],
    "unlock",
    "R22 an admin",
  ),
  memory("the grace period begins anew each time", [["s.requiredSince ??= now", "s.requiredSince = now"]], "require-first"),
  conditions(
    "MFA is switched off twice",
    [['if (switchedOff !== undefined && (before.switchedOff === null) === (switchedOff === "")) return false;', ""]],
    "switched-off",
    "apply-whole",
  ),
  memory("a rotated key waits its turn", [["dataKeys.unshift(", "dataKeys.push("]], "data-keys-rotate", "data-keys-rotate-parallel"),
  memory(
    "a rotation forgets the keys before it",
    [["dataKeys.unshift({ ...row });", "dataKeys.splice(0, 99, { ...row }, ...dataKeys.filter(({ use }) => use !== row.use));"]],
    "data-keys-rotate",
    "data-keys-rotate-parallel",
  ),
  memory("a key is wrapped anew over another wrapping", [[" && row.wrapped === from", ""]], "data-keys-rewrap"),
  memory("a prefix is looked for anywhere", [["!secret.startsWith(prefix)", "!secret.includes(prefix)"]], "factors-not-under"),
  audit("a note is written over whatever it was", [["if ((notes.get(key) ?? null) !== from) return false;", ""]], "audit-note-once"),
  audit("what is removed of the log is one row short", [["behind(to) - first", "behind(to - 1) - first"]], "audit-remove"),
  audit("a span of time is counted from its second row on", [["id < from ||", "id <= from ||"]], "audit-counts"),
];
