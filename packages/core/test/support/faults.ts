import type { Fault } from "./broken.ts";
import { memoryFaults } from "./faults-memory.ts";
import { mysqlFaults } from "./faults-mysql.ts";
import { postgresFaults } from "./faults-postgres.ts";
import { sqliteFaults } from "./faults-sqlite.ts";

const engine = (name: string, file: string, edits: Fault["edits"], ...caughtBy: string[]): Fault => ({
  name,
  file,
  edits,
  caughtBy,
  on: "memory",
});

/** Engines that are broken on purpose, each in one way that real products have been. */
const engineFaults: Fault[] = [
  engine(
    "any truthy answer of a factor counts",
    "engine/road.ts",
    [
      [
        'if (typeof answer !== "object" || answer === null) return undefined;',
        "if (!answer) return undefined;\n if (answer) return { factor, claim: answer, row: rows.find(({ id }) => id === answer.factorId) };",
      ],
    ],
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
    "engine/verify.ts",
    [["if (engine.revokesAtOnce && (await", "if (engine.clock() < 0 && (await"]],
    "R34 A30 disabling",
  ),
  engine(
    "a grant is not bound to its session",
    "grants/grant.ts",
    [["claims.sid !== sessionDigest(bearer)", "claims.sub === undefined"]],
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
    "a demand that names nothing takes every grant",
    "grants/grant.ts",
    [["return grant.purpose === demand.purpose", "return demand.purpose === undefined || grant.purpose === demand.purpose"]],
    "A32 ",
    "R31 A29",
  ),
  engine(
    "a grant under once serves every guard",
    "grants/grant.ts",
    [["grant.once === true && demand.once !== true", "grant.acr === undefined"]],
    "A32 ",
  ),
  engine(
    "an answered change prolongs its grant",
    "engine/proof.ts",
    [['by: "grant", epoch, method, amr, authTime }', 'by: "grant", epoch, method, amr, authTime: Math.floor(engine.clock() / 1000) }']],
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
    "engine/challenges.ts",
    [
      ['claims?.use !== "step-up" || !isOf', "!claims || !isOf"],
      ['claims?.use === "sign-in" && (claims.enrol', "claims && (claims.enrol"],
    ],
    "A33 A22",
  ),
  engine("the row's MAC leaves out the detail", "audit/row.ts", [["row.personal, row.detail]", "row.personal]"]], "R41 an edited"),
  engine(
    "set-up wants no proof",
    "engine/enrol.ts",
    [["if (confirmed(record).length > 0 || engine.via", "if (confirmed(record).length > 99 || engine.via"]],
    "R31 A29",
    "R20 A12",
  ),
  engine("a sign-in takes anybody's challenge", "engine/verify.ts", [["claims?.sub !== signingIn.id || ", ""]], "A24 "),
  engine("missing rows switch MFA off", "engine/sign-in.ts", [["Boolean(enrolled || subject.enrolled)", "false"]], "A52 "),
  engine(
    "missing rows give leave in a session",
    "engine/mismatch.ts",
    [["if (!subject.enrolled) return", "if (subject.enrolled !== null) return"]],
    "A52 ",
  ),
  engine("whatever the log says is a removal", "engine/mismatch.ts", [["isIntact(audit, newest) && ", "audit.length > 0 && "]], "A52 "),
];

/** Stores and engines that are broken on purpose. */
export const faults: Fault[] = [...memoryFaults, ...postgresFaults, ...sqliteFaults, ...mysqlFaults, ...engineFaults];
