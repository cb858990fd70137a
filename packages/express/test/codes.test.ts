import { expect, test } from "vitest";
import { startHost } from "./support/app.ts";
import { enrolled } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";

const digitsFrom = (zero: number) => (code: string) => code.replace(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit)));

/** The right code, written as no authenticator app shows it. */
const MISSPELT: readonly (readonly [string, (code: string) => string])[] = [
  ["in full-width digits", digitsFrom(0xff10)],
  ["in Arabic-Indic digits", digitsFrom(0x660)],
  ["in Devanagari digits", digitsFrom(0x966)],
  ["in mathematical digits", digitsFrom(0x1d7ce)],
  ["with one digit of another script", (code) => digitsFrom(0xff10)(code.slice(0, 1)) + code.slice(1)],
  ["with a line break behind it", (code) => `${code}\n`],
  ["with a tab before it", (code) => `\t${code}`],
  ["with a NUL behind it", (code) => `${code}\0`],
  ["with a zero-width space", (code) => `${code}\u200b`],
  ["with a no-break space", (code) => `${code.slice(0, 3)}\u00a0${code.slice(3)}`],
  ["with a sign", (code) => `+${code}`],
  ["with a point", (code) => `${code}.0`],
  ["with an exponent", (code) => `${code}e0`],
  ["as hexadecimal", (code) => `0x${Number(code).toString(16)}`],
  ["in a list", (code) => `${code},${code}`],
  ["with wildcards", (code) => `${code.slice(0, 5)}%`],
  ["as SQL", (code) => `${code}' OR '1'='1`],
  ["without its last digit", (code) => code.slice(0, 5)],
];

test.each(MISSPELT)("A38 the right code %s is refused, and neither charged nor spent", async (_how, misspell) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const code = alice.fresh();
  const charges = () => host.store.calls.filter((verb) => verb === "charge").length;
  const before = charges();
  for (const path of ["/enable", "/disable", "/verify", "/recovery-codes", "/setup"]) {
    const answer = await host.call("POST", `/auth/mfa${path}`, { as: alice.as, body: { code: misspell(code) } });
    expectProblem(answer, "code_invalid", 401);
  }
  expect(charges()).toBe(before);
  expect((await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code } })).status).toBe(200);
});

test.each([
  ["a digit more behind it", (code: string) => `${code}0`],
  ["a digit more before it", (code: string) => `0${code}`],
  ["two digits more", (code: string) => `${code}00`],
])("A38 the right code with %s is a wrong one", async (_how, misspell) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const answer = await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: misspell(alice.fresh()) } });
  expectProblem(answer, "code_invalid", 401);
});

test.each([
  ["spaces", (code: string) => ` ${code.slice(0, 3)} ${code.slice(3)} `],
  ["hyphens", (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
])("A38 %s in a code do not matter", async (_what, spell) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  expect((await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: spell(alice.fresh()) } })).status).toBe(200);
  const guarded = await host.call("POST", "/plain", { as: alice.as, headers: { "x-mfa-code": spell(alice.fresh()) } });
  expect(guarded.status).toBe(200);
});

test.each(["%", "*", "%%%%%%%%%%%%%%%%", "****************", "0", "1234567890123456789012", "' OR 1=1 --", "UUUU-UUUU-UUUU-UUUU", ".*"])(
  "A41 %s is no recovery code",
  async (code) => {
    const host = await startHost();
    const alice = await enrolled(host, "alice");
    expectProblem(await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code } }), "code_invalid", 401);
    expectProblem(await host.call("POST", "/plain", { as: alice.as, headers: { "x-mfa-code": code } }), "code_invalid", 401);
    expect((await host.call("GET", "/auth/mfa/status", { as: alice.as })).body.recovery_codes_left).toBe(10);
  },
);

test("A41 a recovery code in lower case and spaced otherwise is the same code, and works once", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const [first = "", second = ""] = alice.recoveryCodes;
  const verify = (code: string) => host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code } });
  const used = await verify(first.toLowerCase().replaceAll("-", " "));
  expect(used.status).toBe(200);
  expect(used.body).toMatchObject({ recovery_codes_left: 9, amr: ["recovery_code", "mfa"] });
  for (const spelling of [first, first.replaceAll("-", ""), first.toLowerCase()]) {
    expectProblem(await verify(spelling), "code_used", 401);
  }
  expect((await verify(second.replaceAll("-", ""))).body.recovery_codes_left).toBe(8);
});

test("A6 of 50 parallel uses of one recovery code exactly one passes", async () => {
  const host = await startHost({ mfaOptions: { lockout: { failures: 10 } } });
  const alice = await enrolled(host, "alice");
  const call = { as: alice.as, headers: { "x-mfa-code": String(alice.recoveryCodes[0]) } };
  await Promise.all(Array.from({ length: 50 }, () => host.call("POST", "/plain", call)));
  expect(host.ran).toHaveLength(1);
  expect((await host.call("GET", "/auth/mfa/status", { as: alice.as })).body.recovery_codes_left).toBe(9);
});
