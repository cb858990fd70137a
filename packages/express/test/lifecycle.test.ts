import { expect, test } from "vitest";
import { type Call, type Host, startHost } from "./support/app.ts";
import { authenticator, enrolled, grantOf, pending } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";
import { rawRequest } from "./support/raw.ts";
import { MOUNT } from "./support/routes.ts";

/** The changes that want a second factor as soon as one exists. */
const CHANGES = ["/disable", "/recovery-codes", "/setup"] as const;

const enabled = async (host: Host, as: string) => (await host.call("GET", "/auth/mfa/status", { as })).body.mfa_enabled;

test("A26 a set-up answers with a secret of its own every time, pending or enabled", async () => {
  const host = await startHost();
  const first = await pending(host, "alice:s1");
  const second = await pending(host, "alice:s1");
  const app = authenticator(host, second.secret);
  await host.call("POST", "/auth/mfa/enable", { as: "alice:s1", body: { code: app.code() } });
  const third = await pending(host, "alice:s1", app.fresh());
  expect(new Set([first.secret, second.secret, third.secret]).size).toBe(3);
  expect(third.answer.text).not.toContain(second.secret);
});

test.each([
  ["without proof", () => ({})],
  ["with a wrong code", (code: string) => ({ body: { code } })],
  ["with a grant that is none", () => ({ headers: { "mfa-grant": "none" } })],
])("A26 a set-up while enabled, %s, gives no secret away", async (_how, callOf: (code: string) => Call) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const answer = await host.call("POST", "/auth/mfa/setup", { as: alice.as, ...callOf(alice.wrong()) });
  expect(answer.status).toBe(401);
  for (const member of ["secret", "uri", "qr_code", "factor_id"]) expect(answer.body).not.toHaveProperty(member);
  expect(answer.text).not.toContain(alice.secret);
});

test("A27 two set-ups, both abandoned, leave the old authenticator as it was", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const abandoned = [await pending(host, alice.as, alice.fresh()), await pending(host, alice.as, alice.fresh())];
  for (const { secret } of abandoned) {
    const answer = await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: authenticator(host, secret).code() } });
    expectProblem(answer, "code_invalid", 401);
  }
  expect((await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.fresh() } })).status).toBe(200);
});

test.each(["secret", "uri", "algorithm", "digits", "period", "username", "issuer"])(
  "A27 a %s in the body of /setup is refused",
  async (field) => {
    const host = await startHost();
    const body = { [field]: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" };
    expectProblem(await host.call("POST", "/auth/mfa/setup", { as: "alice:s1", body }), "body_invalid", 400);
    expect(host.store.calls).not.toContain("apply");
  },
);

test.each(["recovery_code", "email", "sms", "hotp", "TOTP", "__proto__", "toString"])(
  "A33 %s can't be set up where the host does not offer it",
  async (type) => {
    const host = await startHost();
    expectProblem(await host.call("POST", "/auth/mfa/setup", { as: "alice:s1", body: { type } }), "unsupported", 404);
    expect(host.store.calls).not.toContain("apply");
    expect(host.faults).toEqual([]);
  },
);

test("A27 the code of a set-up that was begun anew enables nothing", async () => {
  const host = await startHost();
  const old = await pending(host, "alice:s1");
  await pending(host, "alice:s1");
  const code = authenticator(host, old.secret).code();
  expectProblem(await host.call("POST", "/auth/mfa/enable", { as: "alice:s1", body: { code } }), "code_invalid", 401);
  const named = { code, factor_id: old.factorId };
  expectProblem(await host.call("POST", "/auth/mfa/enable", { as: "alice:s1", body: named }), "code_invalid", 401);
});

test("A28 a set-up that was only begun asks nothing of the next sign-in", async () => {
  const host = await startHost();
  await pending(host, "alice:s1");
  expect(await host.mfa.signIn({ id: "alice" }, { amr: ["pwd"] })).toEqual({ required: false, amr: ["pwd"] });
  expect(await enabled(host, "alice:s2")).toBe(false);
});

test("A28 a set-up lapses after a quarter of an hour", async () => {
  const host = await startHost();
  const { secret } = await pending(host, "alice:s1");
  host.clock.advance(15 * 60);
  const code = authenticator(host, secret).code();
  expectProblem(await host.call("POST", "/auth/mfa/enable", { as: "alice:s1", body: { code } }), "code_invalid", 401);
});

test.each(CHANGES)("A29 R31 %s: a session alone is not enough", async (path) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  host.clock.advance(30);
  for (const as of [alice.as, "alice:stolen"]) {
    for (const call of [{}, { body: {} }]) expectProblem(await host.call("POST", MOUNT + path, { as, ...call }), "proof_needed", 401);
    for (const body of [{ password: "right" }, { current_password: "right", confirm: true }]) {
      expectProblem(await host.call("POST", MOUNT + path, { as, body }), "body_invalid", 400);
    }
  }
  expect(await enabled(host, alice.as)).toBe(true);
  expect((await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.recoveryCodes[0] } })).status).toBe(200);
});

test.each(CHANGES)("A29 %s: a grant that is another user's, another session's or too old is not enough", async (path) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const bob = await enrolled(host, "bob");
  const change = (as: string, grant: string) => host.call("POST", MOUNT + path, { as, headers: { "mfa-grant": grant } });
  expectProblem(await change(alice.as, await grantOf(host, bob)), "proof_needed", 401);
  expectProblem(await change("alice:s2", await grantOf(host, alice)), "proof_needed", 401);
  const old = await grantOf(host, alice);
  host.clock.advance(301);
  expectProblem(await change(alice.as, old), "proof_needed", 401);
  expect(await enabled(host, alice.as)).toBe(true);
});

test.each(CHANGES)("A29 %s: another user's code is not enough, and is not spent", async (path) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const bob = await enrolled(host, "bob");
  const code = bob.fresh();
  expectProblem(await host.call("POST", MOUNT + path, { as: alice.as, body: { code } }), "code_invalid", 401);
  const recovery = String(bob.recoveryCodes[0]);
  expectProblem(await host.call("POST", MOUNT + path, { as: alice.as, body: { code: recovery } }), "code_invalid", 401);
  for (const own of [code, recovery]) {
    expect((await host.call("POST", "/auth/mfa/verify", { as: bob.as, body: { code: own } })).status).toBe(200);
  }
});

test.each(CHANGES)("A29 A51 %s: a foreign page gets nowhere even with a right code or grant at hand", async (path) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const grant = await grantOf(host, alice);
  for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }, { origin: "null" }]) {
    const call = { as: alice.as, body: { code: alice.fresh() }, headers: { ...headers, "mfa-grant": grant } };
    expectProblem(await host.call("POST", MOUNT + path, call), "origin_refused", 403);
  }
  expect(await enabled(host, alice.as)).toBe(true);
});

test.each(CHANGES)("A29 %s: the id of another user in query, body or header changes nobody's factors but one's own", async (path) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const bob = await enrolled(host, "bob");
  const headers = { "x-user-id": "alice", "x-subject": "alice", cookie: "user=alice" };
  const code = bob.fresh();
  const meddled = { as: bob.as, headers, body: { code, user_id: "alice" } };
  expectProblem(await host.call("POST", MOUNT + path, meddled), "body_invalid", 400);
  expect((await host.call("POST", `${MOUNT}${path}?user=alice&id=alice`, { as: bob.as, headers, body: { code } })).status).toBe(200);
  expect(await enabled(host, alice.as)).toBe(true);
  expect((await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.recoveryCodes[0] } })).status).toBe(200);
});

test("A29 another user's pending authenticator is enabled by nobody else", async () => {
  const host = await startHost();
  const alice = await pending(host, "alice:s1");
  await pending(host, "bob:s1");
  const body = { code: authenticator(host, alice.secret).code(), factor_id: alice.factorId };
  expectProblem(await host.call("POST", "/auth/mfa/enable", { as: "bob:s1", body }), "code_invalid", 401);
  expect((await host.call("POST", "/auth/mfa/enable", { as: "alice:s1", body })).status).toBe(200);
});

test.each(CHANGES)("R31 %s: a fresh code will do, and so will a fresh grant of the session", async (path) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const bob = await enrolled(host, "bob");
  expect((await host.call("POST", MOUNT + path, { as: alice.as, body: { code: alice.fresh() } })).status).toBe(200);
  const headers = { "mfa-grant": await grantOf(host, bob) };
  expect((await host.call("POST", MOUNT + path, { as: bob.as, headers })).status).toBe(200);
});

test("R31 a wrong code beside a right grant is judged as a code", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const call = { as: alice.as, headers: { "mfa-grant": await grantOf(host, alice) }, body: { code: alice.wrong() } };
  expectProblem(await host.call("POST", "/auth/mfa/disable", call), "code_invalid", 401);
  expect(await enabled(host, alice.as)).toBe(true);
});

test("A29 two grants in two header lines are none", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const headers: [string, string][] = [
    ["Authorization", `Bearer ${alice.as}`],
    ["MFA-Grant", alice.grant],
    ["MFA-Grant", alice.grant],
  ];
  expect((await rawRequest(host, { method: "POST", path: "/auth/mfa/disable", headers })).status).toBe(401);
  expect((await rawRequest(host, { method: "POST", path: "/plain", headers })).status).toBe(401);
});

test("A38 two codes in two header lines are none, and neither is charged or spent", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const code = alice.fresh();
  const before = host.store.calls.filter((verb) => verb === "charge").length;
  for (const [first, second] of [
    [code, code],
    [code, alice.wrong()],
    [alice.wrong(), code],
  ] as const) {
    const headers: [string, string][] = [
      ["Authorization", `Bearer ${alice.as}`],
      ["X-MFA-Code", first],
      ["x-mfa-code", second],
    ];
    expect((await rawRequest(host, { method: "POST", path: "/plain", headers })).status).toBe(401);
  }
  expect(host.store.calls.filter((verb) => verb === "charge")).toHaveLength(before);
  expect((await host.call("POST", "/plain", { as: alice.as, headers: { "x-mfa-code": code } })).status).toBe(200);
});

test("R27 new recovery codes void the old ones at once", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const { body } = await host.call("POST", "/auth/mfa/recovery-codes", { as: alice.as, body: { code: alice.fresh() } });
  const verify = (code: unknown) => host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code } });
  expectProblem(await verify(alice.recoveryCodes[0]), "code_invalid", 401);
  expect((await verify((body.recovery_codes as string[])[0])).status).toBe(200);
});

test("R34 once disabled, app codes, recovery codes and the set-up's secret are all dead", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  expect((await host.call("POST", "/auth/mfa/disable", { as: alice.as, body: { code: alice.fresh() } })).body).toEqual({
    mfa_enabled: false,
  });
  for (const code of [alice.fresh(), alice.recoveryCodes[0]]) {
    expectProblem(await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code } }), "code_invalid", 401);
  }
  expectProblem(await host.call("POST", "/auth/mfa/enable", { as: alice.as, body: { code: alice.fresh() } }), "code_invalid", 401);
  expectProblem(await host.call("POST", "/plain", { as: alice.as }), "enrolment_required", 403);
});
