import type { Subject } from "@nightlatch/core";
import type { Request } from "express";
import { expect, test } from "vitest";
import { startHost, subjectOfBearer } from "./support/app.ts";
import { enrolled, grantOf } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";

test("R43 a grant passes until it is as old as the guard's maxAge, and not a second longer", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const call = { as: alice.as, headers: { "mfa-grant": await grantOf(host, alice) } };
  host.clock.advance(300);
  expect((await host.call("POST", "/plain", call)).status).toBe(200);
  host.clock.advance(1);
  expectProblem(await host.call("POST", "/plain", call), "step_up_required", 401);
});

test("R43 each guard judges the age by its own measure, whatever the grant was earned for", async () => {
  const host = await startHost({
    routes(app, stepUp, run) {
      app.post("/lax", stepUp({ maxAge: "15m" }), run);
      app.post("/strict", stepUp({ maxAge: 30 }), run);
    },
  });
  const alice = await enrolled(host, "alice");
  const { challenge } = (await host.call("POST", "/lax", { as: alice.as })).body;
  const { grant } = (await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.fresh(), challenge } })).body;
  const call = { as: alice.as, headers: { "mfa-grant": String(grant) } };
  host.clock.advance(31);
  expectProblem(await host.call("POST", "/strict", call), "step_up_required", 401);
  expect((await host.call("POST", "/lax", call)).status).toBe(200);
});

test("R43 no grant outlives its own end, however old the guard lets it be", async () => {
  const host = await startHost({ routes: (app, stepUp, run) => app.post("/day", stepUp({ maxAge: "1d" }), run) });
  const alice = await enrolled(host, "alice");
  const call = { as: alice.as, headers: { "mfa-grant": await grantOf(host, alice) } };
  host.clock.advance(15 * 60 - 1);
  expect((await host.call("POST", "/day", call)).status).toBe(200);
  host.clock.advance(1);
  expectProblem(await host.call("POST", "/day", call), "step_up_required", 401);
});

test("R43 maxAge 0 takes a code with this very request, and no grant however young", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const grant = await grantOf(host, alice);
  expectProblem(await host.call("POST", "/now", { as: alice.as, headers: { "mfa-grant": grant } }), "step_up_required", 401);
  expect((await host.call("POST", "/now", { as: alice.as, headers: { "x-mfa-code": alice.fresh() } })).status).toBe(200);
});

test("R43 maxAge 0 offers no challenge, since no grant that it could yield would do", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const { body } = await host.call("POST", "/now", { as: alice.as });
  expect(body).toMatchObject({ code: "step_up_required", max_age: 0 });
  expect(body).not.toHaveProperty("challenge");
});

test("R43 a grant earned with another method than the guard wants is refused", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const { grant } = (await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.recoveryCodes[0] } })).body;
  const headers = { "mfa-grant": String(grant) };
  expectProblem(await host.call("POST", "/app-only", { as: alice.as, headers }), "step_up_required", 401);
  expect((await host.call("POST", "/plain", { as: alice.as, headers })).status).toBe(200);
});

test("R43 a code of another method than the guard wants is refused and stays unused", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const code = String(alice.recoveryCodes[0]);
  const answer = await host.call("POST", "/app-only", { as: alice.as, headers: { "x-mfa-code": code } });
  expectProblem(answer, "code_invalid", 401);
  expect(host.ran).toEqual([]);
  expect((await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code } })).status).toBe(200);
});

test("R43 the challenge of a guard that wants a method takes a code of no other", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const { challenge, methods } = (await host.call("POST", "/app-only", { as: alice.as })).body;
  expect(methods).toEqual(["totp"]);
  const answer = await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.recoveryCodes[0], challenge } });
  expectProblem(answer, "code_invalid", 401);
});

test("R43 who is enrolled, but with none of the guard's methods, is refused even where enrolling is a choice", async () => {
  const host = await startHost({
    routes: (app, stepUp, run) => app.post("/key", stepUp({ methods: ["webauthn"], ifNotEnrolled: "allow" }), run),
  });
  const alice = await enrolled(host, "alice");
  expectProblem(await host.call("POST", "/key", { as: alice.as }), "enrolment_required", 403);
  const headers = { "mfa-grant": await grantOf(host, alice), "x-mfa-code": alice.fresh() };
  expectProblem(await host.call("POST", "/key", { as: alice.as, headers }), "enrolment_required", 403);
  expect(host.ran).toEqual([]);
});

test("R43 a choice not to enrol ends with the enrolment: then the route wants proof", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  expectProblem(await host.call("POST", "/choice", { as: alice.as }), "step_up_required", 401);
});

test("A32 two bindings that run together to the same text are not the same", async () => {
  const host = await startHost({
    routes: (app, stepUp, run) =>
      app.post("/pay/:from/:to", stepUp({ bind: ({ params }) => [String(params.from), String(params.to)] }), run),
  });
  const alice = await enrolled(host, "alice");
  const paid = await host.call("POST", "/pay/ab/c", { as: alice.as, headers: { "x-mfa-code": alice.fresh() } });
  const call = { as: alice.as, headers: { "mfa-grant": paid.headers.get("mfa-grant") ?? "" } };
  expectProblem(await host.call("POST", "/pay/a/bc", call), "step_up_required", 401);
  expectProblem(await host.call("POST", "/pay/c/ab", call), "step_up_required", 401);
  expect((await host.call("POST", "/pay/ab/c", call)).status).toBe(200);
});

test.each([
  ["nothing", () => undefined, 400],
  ["null", () => null, 400],
  ["an empty list", () => [], 400],
  ["a hole", () => [undefined], 400],
  ["a number", () => [7], 400],
  ["a text", () => "7", 400],
  ["a promise of nothing", async () => undefined, 400],
  ["an error", () => JSON.parse(""), 500],
])("A32 a binding that turns out to be %s opens nothing", async (_what, bind, status) => {
  const host = await startHost({
    routes: (app, stepUp, run) => app.post("/bound", stepUp({ bind: bind as unknown as () => string[] }), run),
  });
  const alice = await enrolled(host, "alice");
  const grant = await grantOf(host, alice);
  const withGrant = await host.call("POST", "/bound", { as: alice.as, headers: { "mfa-grant": grant } });
  const withCode = await host.call("POST", "/bound", { as: alice.as, headers: { "x-mfa-code": alice.fresh() } });
  expect(host.ran).toEqual([]);
  expect([withGrant.status, withCode.status]).toEqual([status, status]);
});

test("A51 what an approval is bound to is asked for no foreign page, and for nobody who is not signed in", async () => {
  const asked: string[] = [];
  const bind = async ({ params }: Request) => {
    asked.push(String(params.id));
    return [String(params.id)];
  };
  const host = await startHost({ routes: (app, stepUp, run) => app.post("/bound/:id", stepUp({ bind }), run) });
  const alice = await enrolled(host, "alice");
  const foreign = { "sec-fetch-site": "cross-site", "x-mfa-code": alice.fresh() };
  expectProblem(await host.call("POST", "/bound/1", { as: alice.as, headers: foreign }), "origin_refused", 403);
  expectProblem(await host.call("POST", "/bound/2"), "unauthenticated", 401);
  expect(asked).toEqual([]);
  expect((await host.call("POST", "/bound/3", { as: alice.as, headers: { "x-mfa-code": alice.fresh() } })).status).toBe(200);
  expect(asked).toEqual(["3"]);
});

test("R43 a list of methods that is changed once the route is made changes nothing of what it demands", async () => {
  const methods = ["hotp"];
  const host = await startHost({ routes: (app, stepUp, run) => app.post("/listed", stepUp({ methods }), run) });
  const alice = await enrolled(host, "alice");
  methods.push("totp");
  const call = { as: alice.as, headers: { "mfa-grant": await grantOf(host, alice) } };
  expectProblem(await host.call("POST", "/listed", call), "enrolment_required", 403);
});

type Said = Subject | undefined | null | false;

test.each<[string, (who: Said) => Said | Promise<Said>]>([
  ["at once", (who) => who],
  ["by a promise", async (who) => who],
  // biome-ignore lint/suspicious/noThenProperty: what a query builder gives
  ["by a query that is no promise", (who) => ({ then: (give: (who: Said) => void) => give(who) }) as Promise<Said>],
])("A24 a host that says who is asking %s is understood, and so is that nobody is", async (_how, say) => {
  const host = await startHost({ subject: (req) => say(subjectOfBearer(req)) });
  const alice = await enrolled(host, "alice");
  const headers = { "mfa-grant": await grantOf(host, alice) };
  expect((await host.call("POST", "/plain", { as: alice.as, headers })).status).toBe(200);
  expectProblem(await host.call("POST", "/plain", { headers }), "unauthenticated", 401);
  expectProblem(await host.call("POST", "/plain", { as: "bob:b1", headers }), "enrolment_required", 403);
});
