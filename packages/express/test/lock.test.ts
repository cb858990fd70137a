import { expect, test } from "vitest";
import { type Answer, GUARDED, type Host, startHost } from "./support/app.ts";
import { enrolled, type Person } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";
import { ALL_CODE_ROUTES, CODE_ROUTES, MOUNT } from "./support/routes.ts";

/** A place that takes a code. */
type Door = (host: Host, person: Person, code: string) => Promise<Answer>;

const DOORS: readonly (readonly [string, Door])[] = [
  ...CODE_ROUTES.map(
    ({ method, path }) =>
      [path, (host: Host, { as }: Person, code: string) => host.call(method, MOUNT + path, { as, body: { code } })] as const,
  ),
  ["/verify with a challenge", answering],
  ["DELETE /factors/:id", (host, { as, factorId }, code) => host.call("DELETE", `${MOUNT}/factors/${factorId}`, { as, body: { code } })],
  ...GUARDED.map(
    ([method, path]) =>
      [
        `X-MFA-Code at ${method} ${path}`,
        (host: Host, { as }: Person, code: string) => host.call(method, path, { as, headers: { "x-mfa-code": code } }),
      ] as const,
  ),
];

async function answering(host: Host, { as }: Person, code: string): Promise<Answer> {
  const { challenge } = (await host.call("POST", "/auth/mfa/challenge", { as })).body;
  return await host.call("POST", "/auth/mfa/verify", { as, body: { code, challenge } });
}

test("A12 the table marks every route whose body has a place for a code, and no other", () => {
  expect(ALL_CODE_ROUTES.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
    "DELETE /factors/:id",
    "POST /disable",
    "POST /enable",
    "POST /factors/:id/resync",
    "POST /recovery-codes",
    "POST /setup",
    "POST /verify",
  ]);
});

test.each(DOORS)("A12 R20 %s locks after five wrong codes, by default and by itself", async (_name, door) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  for (const left of [4, 3, 2, 1, 0]) {
    const answer = await door(host, alice, alice.wrong());
    expectProblem(answer, "code_invalid", 401);
    expect(answer.body.attempts_left).toBe(left);
  }
  const locked = await door(host, alice, alice.fresh());
  expectProblem(locked, "locked", 429);
  expect(Number(locked.headers.get("retry-after"))).toBe(870);
  expect(host.ran).toEqual([]);
});

test.each(DOORS)("A12 R20 five wrong codes, each at another place, lock %s as well", async (_name, door) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const places = DOORS.filter(([, other]) => other !== door).slice(0, 5);
  const left = [];
  for (const [, other] of places) left.push((await other(host, alice, alice.wrong())).body.attempts_left);
  expect(left).toEqual([4, 3, 2, 1, 0]);
  expectProblem(await door(host, alice, alice.fresh()), "locked", 429);
  expect(host.ran).toEqual([]);
});

test("A12 each wrong code is counted exactly once, wherever it is given", async () => {
  const host = await startHost({ mfaOptions: { lockout: { failures: 10 } } });
  for (const [index, [, door]] of DOORS.entries()) {
    const person = await enrolled(host, `user-${index}`);
    const before = host.store.calls.length;
    await door(host, person, person.wrong());
    expect(host.store.calls.slice(before).filter((verb) => verb === "charge")).toHaveLength(1);
  }
});

test("A12 the codes of an unfinished set-up count in the same lane", async () => {
  const host = await startHost();
  for (let n = 0; n < 5; n += 1) await host.call("POST", "/auth/mfa/enable", { as: "alice:s1", body: { code: "123456" } });
  const answer = await host.call("POST", "/auth/mfa/verify", { as: "alice:s1", body: { code: "123456" } });
  expectProblem(answer, "locked", 429);
});

test("R17 the count spans sessions and challenges", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  for (const session of ["s2", "s3", "s4", "s5", "s6"]) await answering(host, { ...alice, as: `alice:${session}` }, alice.wrong());
  expectProblem(await answering(host, { ...alice, as: "alice:s7" }, alice.fresh()), "locked", 429);
});

test("R17 of 40 parallel wrong codes five are judged, and all others are refused as locked", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) => (DOORS[n % DOORS.length]?.[1] ?? answering)(host, alice, alice.wrong())),
  );
  expect(answers.filter(({ body }) => body.code === "code_invalid")).toHaveLength(5);
  expect(answers.filter(({ body }) => body.code === "locked")).toHaveLength(35);
});

test("R17 one user's lock closes no other user's door, nor the same id's in another tenant", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const bob = await enrolled(host, "bob");
  const other = await enrolled(host, "alice", { tenant: "t2" });
  for (let n = 0; n < 6; n += 1) await answering(host, alice, alice.wrong());
  expect((await answering(host, bob, bob.fresh())).status).toBe(200);
  expect((await answering(host, other, other.fresh())).status).toBe(200);
});

test("R21 the lock ends, and the next run of wrong codes locks for twice as long", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const verify = (code: string) => host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code } });
  for (let n = 0; n < 5; n += 1) await verify(alice.wrong());
  host.clock.advance(900);
  for (const left of [4, 3, 2, 1, 0]) expect((await verify(alice.wrong())).body.attempts_left).toBe(left);
  expect((await verify(alice.wrong())).headers.get("retry-after")).toBe("1800");
});

test("R22 under a lock a recovery code is the owner's way back, and the lock stays for app codes", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  for (let n = 0; n < 5; n += 1) await answering(host, alice, alice.wrong());
  const back = await host.call("POST", "/plain", { as: alice.as, headers: { "x-mfa-code": String(alice.recoveryCodes[0]) } });
  expect(back.status).toBe(200);
  expectProblem(await answering(host, alice, alice.fresh()), "locked", 429);
});

test("R20 recovery codes have a lane of their own, under the same policy and shared by all places", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  // At /enable and /app-only a recovery code is no candidate, so it is refused without being counted.
  const doors = DOORS.filter(([name]) => !/enable|app-only/.test(name)).slice(0, 5);
  const left = [];
  for (const [, door] of doors) left.push((await door(host, alice, "ABCD-EFGH-JKMN-PQRS")).body.attempts_left);
  expect(left).toEqual([4, 3, 2, 1, 0]);
  expectProblem(await answering(host, alice, String(alice.recoveryCodes[0])), "locked", 429);
  expect((await answering(host, alice, alice.fresh())).status).toBe(200);
});

test("A19 a challenge from before a lock takes no code after it, even once the lock has ended", async () => {
  const host = await startHost({ mfaOptions: { lockout: { lock: "10s" } } });
  const alice = await enrolled(host, "alice");
  const { challenge } = (await host.call("POST", "/auth/mfa/challenge", { as: alice.as })).body;
  host.clock.advance(1);
  for (let n = 0; n < 5; n += 1) await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.wrong() } });
  host.clock.advance(30);
  const answer = await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.code(), challenge } });
  expectProblem(answer, "challenge_expired", 401);
});

test("A14 a right password between wrong codes takes nothing off the count", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const left = [];
  for (let n = 0; n < 5; n += 1) {
    const step = await host.mfa.signIn({ id: "alice" }, { amr: ["pwd"] });
    expect(step.required).toBe(true);
    left.push((await answering(host, alice, alice.wrong())).body.attempts_left);
  }
  expect(left).toEqual([4, 3, 2, 1, 0]);
});

test("R36 a lock does not end the grants that were earned before it", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  for (let n = 0; n < 6; n += 1) await answering(host, alice, alice.wrong());
  const headers = { "mfa-grant": alice.grant };
  expect((await host.call("POST", "/plain", { as: alice.as, headers })).status).toBe(200);
  expectProblem(await host.call("POST", "/plain", { as: alice.as, headers: { "x-mfa-code": alice.fresh() } }), "locked", 429);
});

test("R40 the status tells its owner when the lock ends, and nobody else", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  await enrolled(host, "bob");
  for (let n = 0; n < 5; n += 1) await answering(host, alice, alice.wrong());
  const until = new Date(host.clock.now() + 900_000).toISOString();
  expect((await host.call("GET", "/auth/mfa/status", { as: alice.as })).body.locked_until).toBe(until);
  expect((await host.call("GET", "/auth/mfa/status", { as: "bob:s1" })).body).not.toHaveProperty("locked_until");
});
