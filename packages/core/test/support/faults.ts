import type { Fault } from "./broken.ts";

const onMemory =
  (file: string) =>
  (name: string, edits: Fault["edits"], ...caughtBy: string[]): Fault => ({ name, file, edits, caughtBy, on: "memory" });
const memory = onMemory("stores/memory.ts");
const lane = onMemory("stores/lane.ts");
const sql = (name: string, edits: Fault["edits"], ...caughtBy: string[]): Fault => ({
  name,
  file: "stores/postgres/statements.ts",
  edits,
  caughtBy,
  on: "postgres",
});
const engine = (name: string, file: string, edits: Fault["edits"], ...caughtBy: string[]): Fault =>
  onMemory(file)(name, edits, ...caughtBy);

/** Stores and engines that are broken on purpose, each in one way that real products have been. */
export const faults: Fault[] = [
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
    "claim-position-once",
    "R9 A3",
    "R9 a step",
    "A47 ",
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
  memory(
    "the epoch is ignored when factors change",
    [["if (epoch !== undefined && s.epoch !== epoch) return false;", ""]],
    "apply-epoch",
    "A27 a set-up decided",
  ),
  lane("a success forgives guesses in flight", [["Math.max(lane.forgiven, seen.attempt)", "lane.attempts"]], "forgive-what-was-seen"),
  lane("a success clears the tally", [["tally: Math.max(0, lane.tally - 1)", "tally: 0"]], "forgive-lock", "R19 ", "R16 R21"),
  memory(
    "a recovery code is never consumed",
    [["code.usedAt = now;", ""]],
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
  memory("a one-time id is forgotten", [["spent.set(id, expiresAt + 86_400_000);", ""]], "spend-once", "A7 a grant"),
  memory("a lapsed set-up can be enabled", [["(pending.expiresAt ?? 0) <= now", "now < 0"]], "apply-confirm-once"),

  sql(
    "the position is read before it is written",
    [["AND f.position < $6::bigint", "AND (SELECT n.position FROM nightlatch_factors n WHERE n.id = f.id) < $6::bigint"]],
    "claim-position-parallel",
  ),
  sql("the subject's row is not locked", [[" FOR UPDATE)`;", ")`;"]], "charge-parallel", "A9 "),
  sql(
    "a used recovery code counts",
    [["c.hash = $7 AND c.used_at IS NULL", "c.hash = $7"]],
    "claim-recovery-once",
    "claim-recovery-parallel",
    "A6 ",
  ),
  sql("a change works on an old snapshot", [[" AND n.revision = s.revision", ""]], "apply-parallel"),
  sql("blanking works on an old snapshot", [["$4::int >= s.erased_epoch AS named", "true AS named"]], "audit-blank-late"),
  sql("the epoch is ignored when factors change", [["WHERE ($4::int IS NULL OR epoch = $4)", "WHERE true"]], "apply-epoch", "R27 of two"),
  sql("the epoch is ignored when a code settles", [["s.epoch = $4::int AND NOT EXISTS", "NOT EXISTS"]], "settle-stale-epoch"),

  engine(
    "any truthy answer of a factor counts",
    "engine/road.ts",
    [["if (isClaim(claim, own, hashes)) return", "if (claim) return"]],
    "A25 a factor",
  ),
  engine(
    "any answer of a store counts",
    "engine/road.ts",
    [
      ['if (outcome !== "won" && outcome !== "lost" && outcome !== "stale") return { ok: false, reason: "invalid" };', ""],
      ["engine.tell(audit[outcome]);", ""],
    ],
    "A25 A13",
  ),
  engine(
    "a store's fault is taken for a yes",
    "engine/fail-closed.ts",
    [["const why =", 'if (verb === "settle") return "won";\n const why =']],
    "R40 A13",
  ),
  engine(
    "the additional data is empty",
    "engine/factor-aad.ts",
    [['["factor", tenant, subject, id, type, algorithm, String(digits), String(period)]', "[]"]],
    "A35 a ciphertext moved",
    "A37 ",
  ),
  engine(
    "the additional data leaves out the tenant",
    "engine/factor-aad.ts",
    [['"factor", tenant, subject, id,', '"factor", subject,']],
    "A35 a ciphertext moved",
  ),
  engine("the nonce is always the same", "secrets/aead.ts", [["randomBytes(NONCE_BYTES)", "Buffer.alloc(NONCE_BYTES)"]], "R37 "),
  engine(
    "the epoch of a grant is ignored",
    "engine/grants.ts",
    [["if (claims.epoch !== state.epoch) return undefined;", ""]],
    "R34 A30 disabling",
  ),
  engine(
    "a grant is not bound to its session",
    "grants/grant.ts",
    [["claims.sid === sessionDigest(bearer)", "true"]],
    "A32 ",
    "R36 ",
    "R31 A29",
  ),
  engine(
    "purpose and resource of a grant are ignored",
    "grants/grant.ts",
    [["grant.purpose === demand.purpose && grant.bind === bindDigest(demand.bind)", "true"]],
    "A32 ",
  ),
  engine("a grant's age is ignored", "grants/grant.ts", [["age > demand.maxAge ||", ""]], "R36 ", "R43 "),
  engine(
    "a grant for a purpose changes factors",
    "engine/lifecycle.ts",
    [["!claims || claims.purpose !== undefined || claims.bind !== undefined", "!claims"]],
    "R31 A29",
  ),
  engine(
    "an answered change prolongs its grant",
    "engine/lifecycle.ts",
    [["authTime: claims.auth_time", "authTime: Math.floor(engine.clock() / 1000)"]],
    "R31 the grant",
  ),
  engine(
    "a pending authenticator counts",
    "engine/engine.ts",
    [["record.factors.filter((row) => row.confirmedAt !== null)", "record.factors"]],
    "A28 ",
  ),
  engine(
    "recovery codes share the authenticators' lane",
    "factors/recovery-code.ts",
    [['lane: "recovery"', 'lane: "authenticator"']],
    "R20 A21",
    "R19 ",
  ),
  engine(
    "a sign-in challenge steps up",
    "engine/verify.ts",
    [
      ['return claims.use === "step-up" && isOf', "return isOf"],
      ['return claims.use === "sign-in";', "return true;"],
    ],
    "A33 A22",
  ),
  engine("the row's MAC leaves out the detail", "audit/row.ts", [["row.personal, row.detail]", "row.personal]"]], "R41 an edited"),
  engine(
    "set-up wants no proof",
    "engine/lifecycle.ts",
    [["if (confirmed(record).length > 0) {", "if (confirmed(record).length > 99) {"]],
    "R31 A29",
    "R20 A12",
  ),
  engine("a sign-in takes anybody's challenge", "engine/verify.ts", [["claims.sub !== signingIn.id || ", ""]], "A24 "),
  engine("missing rows switch MFA off", "engine/sign-in.ts", [["if (enrolled) {", "if (enrolled === undefined) {"]], "A52 "),
];
