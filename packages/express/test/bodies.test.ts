import { expect, test } from "vitest";
import { type Host, startHost } from "./support/app.ts";
import { enrolled, pending } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";
import { BODY_ROUTES, CODE_ROUTES, MOUNT } from "./support/routes.ts";

const PARSERS = [
  ["read by the router", false],
  ["parsed by express.json()", true],
] as const;

/** What is no string that could hold a code. */
const NO_CODES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  123456,
  1e21,
  [],
  ["123456"],
  [123456],
  [["123456"]],
  ["1", "2", "3", "4", "5", "6"],
  {},
  { $ne: "" },
  { $gt: "" },
  { $regex: ".*" },
  { $where: "1" },
  { code: "123456" },
  { toString: "123456" },
  { length: 6, 0: "1" },
  { __proto__: null, valueOf: "123456" },
  "",
  "1".repeat(4097),
];

/** Counts what the store was asked while something was done. */
async function storeCalls(host: Host, act: () => Promise<unknown>): Promise<number> {
  const before = host.store.calls.length;
  await act();
  return host.store.calls.length - before;
}

test.each(PARSERS.flatMap(([how, json]) => CODE_ROUTES.map(({ method, path }) => [path, how, method, json] as const)))(
  "A39 %s, %s: a code that is no text is a 400 and reaches no store",
  async (path, _how, method, json) => {
    const host = await startHost({ json });
    const alice = await enrolled(host, "alice");
    const calls = await storeCalls(host, async () => {
      for (const code of NO_CODES)
        expectProblem(await host.call(method, MOUNT + path, { as: alice.as, body: { code } }), "body_invalid", 400);
    });
    expect(calls).toBe(0);
  },
);

test.each(PARSERS)("A39 any other field that is no text, %s, is a 400 and reaches no store", async (_how, json) => {
  const host = await startHost({ json });
  const alice = await enrolled(host, "alice");
  const calls = await storeCalls(host, async () => {
    for (const value of NO_CODES) {
      const bodies: [string, object][] = [
        ["/setup", { type: value }],
        ["/setup", { name: value }],
        ["/enable", { code: "123456", factor_id: value }],
        ["/verify", { code: "123456", challenge: value }],
      ];
      // These take any text up to a length, the empty one among them where it means nothing.
      for (const [path, body] of typeof value === "string" ? bodies.slice(0, 2) : bodies) {
        expectProblem(await host.call("POST", MOUNT + path, { as: alice.as, body }), "body_invalid", 400);
      }
    }
    const long: [string, object][] = [
      ["/enable", { code: "123456", factor_id: "x".repeat(65) }],
      ["/verify", { code: "123456", challenge: "x".repeat(4097) }],
      ["/setup", { name: "   " }],
    ];
    for (const [path, body] of long) expectProblem(await host.call("POST", MOUNT + path, { as: alice.as, body }), "body_invalid", 400);
  });
  expect(calls).toBe(0);
});

test.each(PARSERS.flatMap(([how, json]) => BODY_ROUTES.map(({ method, path }) => [path, how, method, json] as const)))(
  "A39 %s, %s: a body that is no object is a 400 and reaches no store",
  async (path, _how, method, json) => {
    const host = await startHost({ json });
    const alice = await enrolled(host, "alice");
    const calls = await storeCalls(host, async () => {
      for (const body of [
        "[]",
        '["123456"]',
        '[{"code":"123456"}]',
        "null",
        '"123456"',
        "123456",
        "true",
        "{",
        '{"code":}',
        "code=123456",
      ]) {
        expect((await host.call(method, MOUNT + path, { as: alice.as, body })).status).toBe(400);
      }
    });
    expect(calls).toBe(0);
  },
);

test.each(PARSERS.flatMap(([how, json]) => BODY_ROUTES.map(({ method, path }) => [path, how, method, json] as const)))(
  "A39 %s, %s: a field that the route does not know is a 400 and reaches no store",
  async (path, _how, method, json) => {
    const host = await startHost({ json });
    const alice = await enrolled(host, "alice");
    const known = CODE_ROUTES.some((route) => route.path === path) ? '"code":"123456",' : "";
    const unknown = [
      ...(path === "/challenge" ? [] : ["purpose"]),
      "secret",
      "subject",
      "user_id",
      "tenant",
      "session",
      "maxAge",
      "amr",
      "digits",
      "Code",
      "code ",
      "code[]",
    ];
    const inherited = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];
    const calls = await storeCalls(host, async () => {
      for (const key of [...unknown, ...inherited]) {
        const body = `{${known}${JSON.stringify(key)}:"x"}`;
        expectProblem(await host.call(method, MOUNT + path, { as: alice.as, body }), "body_invalid", 400);
        const nested = `{${known}${JSON.stringify(key)}:{"code":"123456","ok":true}}`;
        expectProblem(await host.call(method, MOUNT + path, { as: alice.as, body: nested }), "body_invalid", 400);
      }
    });
    expect(calls).toBe(0);
  },
);

test.each(CODE_ROUTES)("A39 $path: a code inherited through __proto__ is none", async ({ method, path }) => {
  for (const json of [false, true]) {
    const host = await startHost({ json });
    const alice = await enrolled(host, "alice");
    const body = `{"__proto__":{"code":"${alice.fresh()}"}}`;
    expectProblem(await host.call(method, MOUNT + path, { as: alice.as, body }), "body_invalid", 400);
  }
});

test.each([
  ["the same key twice", (wrong: string, right: string) => `{"code":"${wrong}","code":"${right}"}`],
  ["the right one first", (wrong: string, right: string) => `{"code":"${right}","code":"${wrong}"}`],
  ["one of them escaped", (wrong: string, right: string) => `{"code":"${wrong}","\\u0063ode":"${right}"}`],
  ["both the same", (_wrong: string, right: string) => `{"code":"${right}","code":"${right}"}`],
  ["white space before the colon", (wrong: string, right: string) => `{"code" \n:"${wrong}","code"\t: "${right}"}`],
  [
    "a text that looks like a key between",
    (wrong: string, right: string) => `{"code":"${wrong}","challenge":"\\"code\\":","code":"${right}"}`,
  ],
])("A39 %s: a body read by the router is refused, and reaches no store", async (_what, bodyOf) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const body = bodyOf(alice.wrong(), alice.fresh());
  const calls = await storeCalls(host, async () => {
    expectProblem(await host.call("POST", "/auth/mfa/verify", { as: alice.as, body }), "body_invalid", 400);
  });
  expect(calls).toBe(0);
});

test("A39 a value that looks like a key is no duplicate", async () => {
  const host = await startHost();
  const name = '"name": "code": {"name":"x"}';
  const { factorId } = await pending(host, "alice:s1");
  expect(factorId).not.toBe("");
  expect((await host.call("POST", "/auth/mfa/setup", { as: "alice:s1", body: { name } })).status).toBe(200);
});

test("A39 the answer names the field and never repeats what was sent", async () => {
  const host = await startHost();
  const answer = await host.call("POST", "/auth/mfa/verify", { as: "alice:s1", body: { code: { canary: "CANARY" }, challenge: 5 } });
  expect(answer.body.errors).toEqual([
    { path: "code", message: expect.any(String) },
    { path: "challenge", message: expect.any(String) },
  ]);
  expect(answer.text).not.toContain("CANARY");
});

test("A39 a control character in an authenticator's name is a 400 and reaches no store", async () => {
  const host = await startHost();
  const calls = await storeCalls(host, async () => {
    for (const name of ["a\u0000b", "a\nb", "a\u001b[31mb", "a\u007fb", "a\u0085b"]) {
      expectProblem(await host.call("POST", "/auth/mfa/setup", { as: "alice:s1", body: { name } }), "body_invalid", 400);
    }
  });
  expect(calls).toBe(0);
});

test("R6 no route takes the time from the client: not in the body, and not from the Date header", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const later = host.clock.now() + 3_600_000;
  for (const key of ["time", "now", "timestamp", "date", "epoch", "clock", "step", "counter"]) {
    const answer = await host.call("POST", `${MOUNT}/verify`, { as: alice.as, body: { code: alice.fresh(), [key]: later } });
    expectProblem(answer, "body_invalid", 400);
  }
  const headers = { date: new Date(later).toUTCString() };
  const code = alice.fresh();
  expect((await host.call("POST", `${MOUNT}/verify`, { as: alice.as, body: { code }, headers })).status).toBe(200);
});
