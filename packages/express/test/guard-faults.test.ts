import { createMfa, keyring, type Mfa, type Verification } from "@nightlatch/core";
import { memoryStore } from "@nightlatch/core/stores/memory";
import { expect, test } from "vitest";
import { GUARDED, type Host, startHost } from "./support/app.ts";
import { enrolled, grantOf, type Person } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";
import { CODE_ROUTES, MOUNT, routes } from "./support/routes.ts";
import { DRIVER_SECRET, down, type Fault, lostAnswer, type Verb } from "./support/watched-store.ts";

const throwsAtOnce: Fault = () => {
  throw new Error(DRIVER_SECRET);
};
const FAULTS: readonly (readonly [string, Fault])[] = [
  ["rejects", down],
  ["throws", throwsAtOnce],
  ["does it and loses the answer", lostAnswer],
];

/** Every request that makes the guard or a route ask the store for something. */
const withCode = async (host: Host, { as, fresh }: Person, method: string, path: string) =>
  await host.call(method, path, { as, headers: { "x-mfa-code": fresh() } });

test.each(FAULTS.flatMap(([how, fault]) => (["read", "charge", "settle"] as const).map((verb) => [verb, how, fault] as const)))(
  "R40 a store whose %s %s gets a 503 from every guard, and no handler runs",
  async (verb, _how, fault) => {
    const host = await startHost();
    const alice = await enrolled(host, "alice");
    // Each guard meets a user of its own: an attempt that the store lost sight of counts, and would lock.
    const people = await Promise.all(GUARDED.map((_guard, index) => enrolled(host, `user-${index}`)));
    host.store.break(verb, fault);
    for (const [index, [method, path]] of GUARDED.entries()) {
      expectProblem(await withCode(host, people[index] ?? alice, method, path), "unavailable", 503);
    }
    expect(host.ran).toEqual([]);
    expect(host.faults.map(({ name }) => name)).toEqual(GUARDED.map(() => "StoreError"));
    host.store.mend();
    expect((await withCode(host, alice, "POST", "/plain")).status).toBe(200);
  },
);

test.each(FAULTS)("R40 a store whose read %s gets a 503 for a grant, and no handler runs", async (_how, fault) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const headers = { "mfa-grant": await grantOf(host, alice) };
  host.store.break("read", fault);
  for (const [method, path] of GUARDED) expectProblem(await host.call(method, path, { as: alice.as, headers }), "unavailable", 503);
  expect(host.ran).toEqual([]);
});

test.each(FAULTS)("R40 a store whose spend %s gets a 503 from the one-time guard, and its handler does not run", async (_how, fault) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const headers = { "mfa-grant": await grantOf(host, alice) };
  host.store.break("spend", fault);
  expectProblem(await host.call("POST", "/once", { as: alice.as, headers }), "unavailable", 503);
  expect(host.ran).toEqual([]);
});

test("R40 who is not enrolled is not waved through while the store is down", async () => {
  const host = await startHost();
  host.store.break("read", down);
  expectProblem(await host.call("POST", "/choice", { as: "alice:s1" }), "unavailable", 503);
  expect(host.ran).toEqual([]);
});

test.each(
  routes.flatMap(({ method, path }) => (["read", "charge", "settle", "apply"] as const).map((verb) => [method, path, verb] as const)),
)("R40 %s %s is a 503 without the cause whenever the store's %s fails on its way", async (method, path, verb) => {
  for (const [, fault] of FAULTS) {
    const host = await startHost();
    const alice = await enrolled(host, "alice");
    const takesCode = CODE_ROUTES.some((route) => route.path === path);
    const call = { as: alice.as, ...(takesCode ? { body: { code: alice.fresh() } } : {}) };
    const before = host.store.calls.length;
    host.store.break(verb, fault);
    const answer = await host.call(method, MOUNT + path, call);
    if (!host.store.calls.slice(before).includes(verb)) continue;
    expectProblem(answer, "unavailable", 503);
    expect(answer.text).not.toContain(DRIVER_SECRET);
    expect(host.faults).toHaveLength(1);
  }
});

test("R40 a code whose settlement got lost is spent, and the next one works", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const code = alice.fresh();
  host.store.break("settle", lostAnswer);
  await host.call("POST", "/plain", { as: alice.as, headers: { "x-mfa-code": code } });
  host.store.mend();
  expectProblem(await host.call("POST", "/plain", { as: alice.as, headers: { "x-mfa-code": code } }), "code_used", 401);
  expect((await withCode(host, alice, "POST", "/plain")).status).toBe(200);
  expect(host.ran).toEqual(["POST /plain"]);
});

const NONSENSE: readonly unknown[] = [
  undefined,
  null,
  true,
  1,
  "yes",
  {},
  [],
  { ok: true },
  { admitted: true },
  { admitted: "true" },
  ["won"],
];

test.each(["charge", "settle", "read", "spend"] satisfies Verb[])("A25 a store whose %s answers nonsense opens no guard", async (verb) => {
  for (const nonsense of verb === "spend" ? NONSENSE.filter((value) => value !== true) : NONSENSE) {
    const host = await startHost();
    const alice = await enrolled(host, "alice");
    const headers = { "mfa-grant": await grantOf(host, alice) };
    host.store.break(verb, async () => nonsense);
    const answers = [];
    if (verb === "read" || verb === "spend") answers.push(await host.call("POST", "/once", { as: alice.as, headers }));
    if (verb !== "spend") answers.push(await withCode(host, alice, "POST", "/plain"), await withCode(host, alice, "POST", "/choice"));
    expect(answers.every(({ status }) => status >= 401)).toBe(true);
    expect(host.ran).toEqual([]);
  }
});

const FORGED: readonly (readonly [string, unknown])[] = [
  ["undefined", undefined],
  ["null", null],
  ["true", true],
  ["1", 1],
  ['"yes"', "yes"],
  ['"route"', "route"],
  ["[]", []],
  ["{}", {}],
  ["{ ok: 1 }", { ok: 1 }],
  ['{ ok: "true" }', { ok: "true" }],
  ["{ ok: {} }", { ok: {} }],
  ["[{ ok: true }]", [{ ok: true }]],
];
const forged = (method: "verify" | "verifyGrant" | "status", answer: () => unknown) => (mfa: Mfa) =>
  ({ ...mfa, [method]: answer }) as unknown as Mfa;
const BREAKS: readonly (readonly [string, () => unknown])[] = [
  ...FORGED.map(([name, value]) => [`answers ${name}`, async () => value] as const),
  ["rejects", () => Promise.reject(new Error("verifier"))],
  ["rejects with nothing", () => Promise.reject()],
  [
    "throws",
    () => {
      throw new Error("verifier");
    },
  ],
];

test.each(
  (["verify", "verifyGrant", "status"] as const).flatMap((method) => BREAKS.map(([how, answer]) => [method, how, answer] as const)),
)("A25 a guard whose %s %s runs no handler", async (method, _how, answer) => {
  const host = await startHost({
    wrap: forged(method, answer),
    routes: (app, stepUp, run) => app.post("/day", stepUp({ maxAge: "1d" }), run),
  });
  const alice = await enrolled(host, "alice");
  // Refused in earnest by the real engine: only the forged answer could open the guard.
  const headers = { "mfa-grant": "no.real.grant", "x-mfa-code": alice.wrong() };
  for (const [verb, path] of [...GUARDED, ["POST", "/day"] as const]) {
    const { status } = await host.call(verb, path, { as: alice.as, headers });
    expect(status).toBeGreaterThanOrEqual(401);
  }
  expect(host.ran).toEqual([]);
});

test("R43 a verifier that answers with another method than the guard wants opens nothing", async () => {
  const host = await startHost({
    wrap: (mfa) => ({ ...mfa, verify: async (answer) => ({ ...(await mfa.verify(answer)), method: "sms" }) as Verification }),
  });
  const alice = await enrolled(host, "alice");
  const call = () => ({ as: alice.as, headers: { "x-mfa-code": alice.fresh() } });
  expectProblem(await host.call("POST", "/app-only", call()), "step_up_required", 401);
  expect((await host.call("POST", "/plain", call())).status).toBe(200);
  expect(host.ran).toEqual(["POST /plain"]);
});

test.each(BREAKS)("A25 a guard that needs no enrolment runs no handler when the status %s", async (_how, answer) => {
  const host = await startHost({ wrap: forged("status", answer) });
  const alice = await enrolled(host, "alice");
  for (const as of [alice.as, "bob:s1"]) expect((await host.call("POST", "/choice", { as })).status).toBeGreaterThanOrEqual(401);
  expect(host.ran).toEqual([]);
});

test("A13 a store without the verb that counts stops the start", () => {
  const { charge: _, ...store } = memoryStore();
  const keys = keyring(`k1:${Buffer.alloc(32, 1).toString("base64")}`);
  expect(() => createMfa({ issuer: "Example", keys, store: store as ReturnType<typeof memoryStore> })).toThrow("charge()");
});

test.each([
  ["throws", () => Promise.reject(new Error("session store"))],
  ["answers a subject without an id", () => ({ id: "" })],
  ["answers a number for an id", () => ({ id: 7 }) as unknown as { id: string }],
  ["answers true", () => true as unknown as { id: string }],
])("A25 a host whose subject %s runs no handler", async (_how, subject) => {
  const host = await startHost({ subject });
  for (const [method, path] of GUARDED) expect((await host.call(method, path)).status).toBe(500);
  for (const { method, path } of routes) expect((await host.call(method, MOUNT + path)).status).toBeGreaterThanOrEqual(400);
  expect(host.ran).toEqual([]);
});
