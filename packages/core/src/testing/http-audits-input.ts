import assert from "node:assert/strict";
import { type AuditCase, isDone, isProblem } from "./http-audits-kit.ts";

/** What is no code, though JavaScript may take it for one. */
const NO_CODES: readonly (readonly [string, unknown])[] = [
  ["an array", ["123456"]],
  ["an object", { $ne: "" }],
  ["a number", 123_456],
  ["null", null],
  ["a boolean", true],
  ["nothing", ""],
  ["4097 characters", "1".repeat(4097)],
];

/** Text that is no code of any factor: refused as a wrong one, and not counted. */
const OTHER_SCRIPTS: readonly (readonly [string, (code: string) => string])[] = [
  ["full-width digits", (code) => code.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))],
  ["Arabic-Indic digits", (code) => code.replace(/\d/g, (digit) => String.fromCodePoint(0x0660 + Number(digit)))],
  ["a line break behind it", (code) => `${code}\n`],
  ["wildcards", () => "%_____"],
  ["more characters than any of its factors takes", (code) => code.padStart(65, "0")],
];

const noCodes = NO_CODES.map(
  ([what, code]): AuditCase => ({
    level: "MUST",
    name: `A39 A38 ${what} for a code is a 400, and counts nothing`,
    async run({ mfa, enrolled }) {
      const { as, wrong } = await enrolled();
      for (const path of ["/verify", "/disable", "/enable", "/setup", "/recovery-codes"]) {
        isProblem(await mfa("POST", path, { as, body: { code } }), "body_invalid", 400);
      }
      assert.equal((await mfa("POST", "/verify", { as, body: { code: wrong() } })).body.attempts_left, 4);
    },
  }),
);

const otherScripts = OTHER_SCRIPTS.map(
  ([what, written]): AuditCase => ({
    level: "MUST",
    name: `A38 a code with ${what} is refused, and neither counted nor spent`,
    async run({ mfa, enrolled }) {
      const { as, fresh } = await enrolled();
      const code = fresh();
      const answer = await mfa("POST", "/verify", { as, body: { code: written(code) } });
      isProblem(answer, "code_invalid", 401);
      isDone(await mfa("POST", "/verify", { as, body: { code } }));
    },
  }),
);

/** How a body and its values are judged. */
export const inputAudits: readonly AuditCase[] = [
  ...noCodes,
  ...otherScripts,
  {
    level: "MUST",
    name: "spaces and hyphens in a code do not matter",
    async run({ mfa, enrolled }) {
      const { as, fresh } = await enrolled();
      isDone(await mfa("POST", "/verify", { as, body: { code: fresh().replace(/(...)(...)/, " $1-$2 ") } }));
    },
  },
  {
    level: "MUST",
    name: "A39 a body that is no JSON object is a 400",
    async run({ mfa, enrolled, host }) {
      const { as } = await enrolled();
      for (const body of ["[]", "null", '"123456"', "123456", "{", '{"code":}']) {
        const answer = await mfa("POST", "/verify", { as, body });
        assert.equal(answer.status, 400, `${body}: ${answer.text}`);
        if (!host.parsesBodies) isProblem(answer, "body_invalid", 400);
      }
    },
  },
  {
    level: "SHOULD",
    name: "A39 the same key twice is a 400 (where a parser of the host's reads the body, the last one counts)",
    async run({ mfa, enrolled, host }) {
      const { as, wrong, fresh } = await enrolled();
      const body = `{"code":"${wrong()}","\\u0063ode":"${fresh()}"}`;
      const answer = await mfa("POST", "/verify", { as, body });
      if (host.parsesBodies) isDone(answer);
      else isProblem(answer, "body_invalid", 400);
    },
  },
  {
    level: "MUST",
    name: "A39 a code inherited through __proto__ is none",
    async run({ mfa, enrolled }) {
      const { as, fresh } = await enrolled();
      const { status } = await mfa("POST", "/verify", { as, body: `{"__proto__":{"code":"${fresh()}"}}` });
      assert.equal(status, 400);
    },
  },
  {
    level: "MUST",
    name: "a body that says it is compressed is a 4xx, and is not inflated past 16 KiB",
    async run({ mfa, enrolled }) {
      const { as } = await enrolled();
      const answer = await mfa("POST", "/verify", { as, body: '{"code":"123456"}', headers: { "content-encoding": "gzip" } });
      assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status));
    },
  },
  {
    level: "MUST",
    name: "R38 a code in the query is no code",
    async run({ mfa, enrolled }) {
      const { as, fresh } = await enrolled();
      const code = fresh();
      isProblem(await mfa("POST", `/verify?code=${code}`, { as, body: {} }), "body_invalid", 400);
      isDone(await mfa("POST", "/verify", { as, body: { code } }));
    },
  },
  {
    level: "MUST",
    name: "R6 the time comes from no client",
    async run({ mfa, enrolled }) {
      const { as, fresh } = await enrolled();
      isProblem(await mfa("POST", "/verify", { as, body: { code: fresh(), time: 0 } }), "body_invalid", 400);
      isDone(await mfa("POST", "/verify", { as, body: { code: fresh() }, headers: { date: "Thu, 01 Jan 1970 00:00:00 GMT" } }));
    },
  },
];
