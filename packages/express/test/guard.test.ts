import { ConfigError } from "@nightlatch/core";
import { expect, test } from "vitest";
import { expressMfa } from "../src/index.ts";
import { GUARDED, startHost, subjectOfBearer } from "./support/app.ts";
import { enrolled, grantOf, pending } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";

test.each(GUARDED)("R36 %s %s without proof is refused and its handler does not run", async (method, path) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  expectProblem(await host.call(method, path, { as: alice.as }), "step_up_required", 401);
  expect(host.ran).toEqual([]);
});

test.each(GUARDED)("R36 %s %s passes with a code in X-MFA-Code", async (method, path) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const answer = await host.call(method, path, { as: alice.as, headers: { "x-mfa-code": alice.fresh() } });
  expect(answer.status).toBe(200);
  expect(host.ran).toEqual([`${method} ${path}`]);
});

test("R36 the grant that a code earned passes the next guard of the same session, and not of another", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const first = await host.call("POST", "/plain", { as: alice.as, headers: { "x-mfa-code": alice.fresh() } });
  const headers = { "mfa-grant": first.headers.get("mfa-grant") ?? "" };
  expect((await host.call("GET", "/plain", { as: alice.as, headers })).status).toBe(200);
  expectProblem(await host.call("GET", "/plain", { as: "alice:s2", headers }), "step_up_required", 401);
});

test.each(GUARDED)("%s %s lets pass while MFA is switched off, and nothing but a subject", async (method, path) => {
  const host = await startHost({ mfaOptions: { switchedOff: true } });
  const alice = await enrolled(host, "alice");
  expect((await host.call(method, path, { as: alice.as })).status).toBe(200);
  expect((await host.call(method, path, { as: "bob:s1" })).status).toBe(200);
  expectProblem(await host.call(method, path), "unauthenticated", 401);
});

test("MFA switched off for one subject lets that one pass, and keeps on asking the others", async () => {
  const host = await startHost();
  const [alice, bob] = [await enrolled(host, "alice"), await enrolled(host, "bob")];
  const actor = { id: "bob", session: "s1" };
  await host.mfa.admin.switchOff({ id: "alice" }, { actor, grant: bob.grant, reason: "a test" });
  expect((await host.call("POST", "/plain", { as: alice.as })).status).toBe(200);
  expectProblem(await host.call("POST", "/plain", { as: bob.as }), "step_up_required", 401);
});

test("R36 with a grant that will do, a code beside it is not spent", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const grant = await grantOf(host, alice);
  const code = alice.fresh();
  await host.call("POST", "/plain", { as: alice.as, headers: { "mfa-grant": grant, "x-mfa-code": code } });
  expect((await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code } })).status).toBe(200);
});

test("R36 the challenge of a refusal, answered at /verify, yields the grant that this very guard takes", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const refusal = await host.call("DELETE", "/bookings/7", { as: alice.as });
  expect(refusal.body).toMatchObject({ methods: ["totp", "recovery_code"], purpose: "booking.cancel", max_age: 300 });
  const body = { code: alice.fresh(), challenge: refusal.body.challenge };
  const verified = await host.call("POST", "/auth/mfa/verify", { as: alice.as, body });
  expect(verified.status).toBe(200);
  expect(verified.headers.get("mfa-grant")).toBe(verified.body.grant);
  const headers = { "mfa-grant": String(verified.body.grant) };
  expectProblem(await host.call("DELETE", "/bookings/8", { as: alice.as, headers }), "step_up_required", 401);
  expect((await host.call("DELETE", "/bookings/7", { as: alice.as, headers })).status).toBe(200);
  expect(host.ran).toEqual(["DELETE /bookings/7"]);
});

test.each([
  ["/teapot", 418],
  ["/throws", 500],
])("R36 %s fails with %i by itself, and the grant has been given all the same", async (path, status) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const answer = await host.call("POST", path, { as: alice.as, headers: { "x-mfa-code": alice.fresh() } });
  expect(answer.status).toBe(status);
  const headers = { "mfa-grant": answer.headers.get("mfa-grant") ?? "" };
  expect((await host.call("POST", "/plain", { as: alice.as, headers })).status).toBe(200);
});

test("A7 of 50 parallel uses of a one-time grant exactly one passes", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const call = { as: alice.as, headers: { "mfa-grant": await grantOf(host, alice) } };
  const answers = await Promise.all(Array.from({ length: 50 }, () => host.call("POST", "/once", call)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
  expect(host.ran).toHaveLength(1);
});

test("A5 of 50 parallel uses of a code at a guard exactly one passes", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const call = { as: alice.as, headers: { "x-mfa-code": alice.fresh() } };
  await Promise.all(Array.from({ length: 50 }, () => host.call("POST", "/plain", call)));
  expect(host.ran).toHaveLength(1);
});

test("A7 a code given to a one-time guard leaves no grant over", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const answer = await host.call("POST", "/once", { as: alice.as, headers: { "x-mfa-code": alice.fresh() } });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("mfa-grant")).toBeNull();
});

test("R8 a code that passed one guard is told as used by the next", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const call = { as: alice.as, headers: { "x-mfa-code": alice.fresh() } };
  await host.call("POST", "/plain", call);
  expectProblem(await host.call("POST", "/now", call), "code_used", 401);
  expect(host.ran).toEqual(["POST /plain"]);
});

test("R12 the code that confirmed the enrolment passes no guard", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  expectProblem(await host.call("POST", "/plain", { as: alice.as, headers: { "x-mfa-code": alice.code() } }), "code_used", 401);
});

test("A24 the guard asks for this user's proof, whoever else is verified", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const bob = await enrolled(host, "bob");
  const headers = { "mfa-grant": await grantOf(host, alice) };
  expectProblem(await host.call("POST", "/plain", { as: bob.as, headers }), "step_up_required", 401);
  const code = { "x-mfa-code": alice.fresh() };
  expectProblem(await host.call("POST", "/plain", { as: bob.as, headers: code }), "code_invalid", 401);
});

test.each(GUARDED)("R36 %s %s tells whoever is not signed in to sign in, grant or not", async (method, path) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const headers = { "mfa-grant": await grantOf(host, alice), "x-mfa-code": alice.fresh() };
  const before = host.store.calls.length;
  expectProblem(await host.call(method, path, { headers }), "unauthenticated", 401);
  expect(host.store.calls).toHaveLength(before);
  expect(host.ran).toEqual([]);
});

test("R36 who has no authenticator is refused, unless the route says allow in so many words", async () => {
  const host = await startHost();
  expectProblem(await host.call("POST", "/plain", { as: "alice:s1" }), "enrolment_required", 403);
  expect((await host.call("POST", "/choice", { as: "alice:s1" })).status).toBe(200);
  expect(host.ran).toEqual(["POST /choice"]);
});

test("A28 an authenticator that is only pending is none to the guard", async () => {
  const host = await startHost();
  await pending(host, "alice:s1");
  expectProblem(await host.call("POST", "/plain", { as: "alice:s1" }), "enrolment_required", 403);
  expect((await host.call("POST", "/choice", { as: "alice:s1" })).status).toBe(200);
});

test("A13 a guard whose options make no sense stops the start", async () => {
  const { mfa } = await startHost();
  const { stepUp } = expressMfa(mfa, { subject: subjectOfBearer });
  const nonsense: object[] = [{ maxAge: -1 }, { maxAge: "5 minutes" }, { purpose: "" }, { purpose: "a b" }, { ifNotEnrolled: "maybe" }];
  for (const options of nonsense) expect(() => stepUp(options)).toThrow(ConfigError);
});
