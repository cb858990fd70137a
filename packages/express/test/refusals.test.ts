import type { Route } from "@nightlatch/core/http";
import { expect, test } from "vitest";
import { type Answer, type Host, startHost } from "./support/app.ts";
import { authenticator, enrolled, pending } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";
import { CODE_ROUTES, MOUNT, routes } from "./support/routes.ts";

const UNEQUAL_BY_NATURE = ["date", "keep-alive", "connection"];

/** All that a caller sees of an answer. */
const seen = ({ status, headers, text }: Answer) => ({
  status,
  headers: [...headers].filter(([name]) => !UNEQUAL_BY_NATURE.includes(name)),
  text,
});

/** A caller whose every code is refused, and the codes. */
interface Hopeless {
  as: string;
  code(): string;
}

/** Three reasons for which a code is refused that must not be told apart at this route. */
async function hopeless(host: Host, { path }: Route): Promise<Hopeless[]> {
  const wrong = await enrolled(host, "wrong");
  const old = await enrolled(host, "old");
  if (path !== "/enable") {
    return [
      { as: wrong.as, code: wrong.wrong },
      { as: old.as, code: old.old },
      ...(path === "/setup" ? [] : [{ as: "nobody:s1", code: () => "123456" }]),
    ];
  }
  const toEnable = async (as: string) => authenticator(host, (await pending(host, as)).secret);
  const late = await toEnable("late:s1");
  return [
    { as: "typo:s1", code: (await toEnable("typo:s1")).wrong },
    { as: "late:s1", code: late.old },
    { as: wrong.as, code: wrong.wrong },
    { as: "nobody:s1", code: () => "123456" },
  ];
}

test.each(CODE_ROUTES)("R40 A46 $path answers a wrong code, an old one and an absent factor alike, down to the lock", async (route) => {
  const host = await startHost();
  const callers = await hopeless(host, route);
  const call = ({ as, code }: Hopeless) => host.call(route.method, MOUNT + route.path, { as, body: { code: code() } });
  for (const left of [4, 3, 2, 1, 0]) {
    const [first, ...others] = await Promise.all(callers.map(call));
    if (!first) throw new Error("nobody called");
    expectProblem(first, "code_invalid", 401);
    expect(first.body.attempts_left).toBe(left);
    for (const other of others) expect(seen(other)).toEqual(seen(first));
  }
  const [first, ...others] = await Promise.all(callers.map(call));
  if (!first) throw new Error("nobody called");
  expectProblem(first, "locked", 429);
  for (const other of others) expect(seen(other)).toEqual(seen(first));
});

test("R40 A46 X-MFA-Code gets the same answer for a wrong code and an old one", async () => {
  const host = await startHost();
  const wrong = await enrolled(host, "wrong");
  const old = await enrolled(host, "old");
  for (const left of [4, 3, 2, 1, 0]) {
    const answers = [
      await host.call("POST", "/plain", { as: wrong.as, headers: { "x-mfa-code": wrong.wrong() } }),
      await host.call("POST", "/plain", { as: old.as, headers: { "x-mfa-code": old.old() } }),
    ] as const;
    expect(answers[0].body).toMatchObject({ code: "code_invalid", attempts_left: left });
    expect(seen(answers[1])).toEqual(seen(answers[0]));
  }
});

test("R40 A46 a recovery code that never was and one of another user are answered alike", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const bob = await enrolled(host, "bob");
  const invented = await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: "ABCD-EFGH-JKMN-PQRS" } });
  const foreign = await host.call("POST", "/auth/mfa/verify", { as: bob.as, body: { code: alice.recoveryCodes[0] } });
  expectProblem(invented, "code_invalid", 401);
  expect(seen(foreign)).toEqual(seen(invented));
});

test("R40 a lock is told before matching: right and wrong codes get the same 429", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const verify = (code: string) => host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code } });
  for (let n = 0; n < 5; n += 1) await verify(alice.wrong());
  const wrong = await verify(alice.wrong());
  host.clock.advance(30);
  const right = await verify(alice.code());
  expectProblem(wrong, "locked", 429);
  expectProblem(right, "locked", 429);
  expect([wrong.headers.get("retry-after"), right.headers.get("retry-after")]).toEqual(["900", "870"]);
  expect([wrong.body.retry_after, right.body.retry_after]).toEqual([900, 870]);
  expect(Object.keys(right.body)).toEqual(Object.keys(wrong.body));
});

test("R40 a code used before is told as such, and counts like a wrong one", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const code = alice.fresh();
  const verify = (text: string) => host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: text } });
  expect((await verify(code)).status).toBe(200);
  const again = await verify(code);
  expectProblem(again, "code_used", 401);
  expect(again.body.attempts_left).toBe(4);
  expect((await verify(alice.wrong())).body.attempts_left).toBe(3);
});

test("A1 a code given in one session is used in every other", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const body = { code: alice.fresh() };
  expect((await host.call("POST", "/auth/mfa/verify", { as: "alice:s1", body })).status).toBe(200);
  expectProblem(await host.call("POST", "/auth/mfa/verify", { as: "alice:s2", body }), "code_used", 401);
});

test("A2 a code used in its own step is used in the next one too", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const body = { code: alice.fresh() };
  await host.call("POST", "/auth/mfa/verify", { as: alice.as, body });
  host.clock.advance(30);
  expectProblem(await host.call("POST", "/auth/mfa/verify", { as: alice.as, body }), "code_used", 401);
});

test.each(routes)("A46 A21 $method $path tells a caller who is not signed in nothing, locked user or not", async ({ method, path }) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  for (let n = 0; n < 6; n += 1) await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.wrong() } });
  const before = host.store.calls.length;
  const withBody = method === "GET" ? {} : { body: { code: alice.code(), username: "alice" } };
  const answers = await Promise.all([
    host.call(method, MOUNT + path, withBody),
    host.call(method, MOUNT + path, { ...withBody, headers: { authorization: "Bearer alice" } }),
    host.call(method, MOUNT + path, { ...withBody, headers: { "mfa-grant": alice.grant } }),
  ]);
  for (const answer of answers) {
    expectProblem(answer, "unauthenticated", 401);
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    expect(answer.headers.has("retry-after")).toBe(false);
  }
  expect(host.store.calls).toHaveLength(before);
});
