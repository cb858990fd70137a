import type { SignIn } from "@nightlatch/core";
import { expect, test } from "vitest";
import { type Answer, type Call, GUARDED, type Host, startHost } from "./support/app.ts";
import { authenticator, enrolled, grantOf, type Person, pending } from "./support/people.ts";
import { MOUNT, routes } from "./support/routes.ts";

/** A user with one of everything that somebody could hand in. */
interface Owner {
  host: Host;
  person: Person;
  things: Record<Thing, string>;
}

const THINGS = ["pendingCode", "activeCode", "recoveryCode", "grant", "challenge", "signInChallenge", "factorId", "secret"] as const;
type Thing = (typeof THINGS)[number];

async function signInChallenge(host: Host, id: string): Promise<string> {
  const step: SignIn = await host.mfa.signIn({ id }, { amr: ["pwd"] });
  if (!step.required) throw new Error("no second step");
  return step.challenge;
}

async function owner(): Promise<Owner> {
  const host = await startHost();
  const person = await enrolled(host, "alice");
  const waiting = await pending(host, person.as, person.fresh());
  const grant = await grantOf(host, person);
  host.clock.advance(30);
  const { challenge } = (await host.call("POST", "/auth/mfa/challenge", { as: person.as })).body;
  const things: Owner["things"] = {
    pendingCode: authenticator(host, waiting.secret).code(),
    activeCode: person.code(),
    recoveryCode: String(person.recoveryCodes[0]),
    grant,
    challenge: String(challenge),
    signInChallenge: await signInChallenge(host, "alice"),
    factorId: waiting.factorId,
    secret: person.secret,
  };
  return { host, person, things };
}

/** A place where a thing can be handed in, and what it takes. */
interface Place {
  name: string;
  takes: readonly Thing[];
  call(thing: string, owner: Owner): [method: string, path: string, call: Call];
}

const codeIn = (path: string, takes: readonly Thing[]): Place => ({
  name: `the code of ${path}`,
  takes,
  call: (code) => ["POST", MOUNT + path, { body: { code } }],
});
const inHeader = (header: string, method: string, path: string, takes: readonly Thing[]): Place => ({
  name: `${header} at ${method} ${path}`,
  takes,
  call: (thing) => [method, path, { headers: { [header]: thing } }],
});
const PROOF = ["activeCode", "recoveryCode"] as const;

const PLACES: readonly Place[] = [
  codeIn("/setup", PROOF),
  codeIn("/enable", ["pendingCode"]),
  codeIn("/disable", PROOF),
  codeIn("/verify", PROOF),
  codeIn("/recovery-codes", PROOF),
  {
    name: "the challenge of /verify",
    takes: ["challenge"],
    call: (challenge, { things }) => ["POST", "/auth/mfa/verify", { body: { code: things.activeCode, challenge } }],
  },
  {
    name: "the factor_id of /enable",
    takes: ["factorId"],
    call: (id, { things }) => ["POST", "/auth/mfa/enable", { body: { code: things.pendingCode, factor_id: id } }],
  },
  inHeader("mfa-grant", "POST", "/auth/mfa/setup", ["grant"]),
  inHeader("mfa-grant", "POST", "/auth/mfa/disable", ["grant"]),
  inHeader("mfa-grant", "POST", "/auth/mfa/recovery-codes", ["grant"]),
  inHeader("x-mfa-code", "POST", "/auth/mfa/disable", []),
  inHeader("x-mfa-code", "POST", "/auth/mfa/recovery-codes", []),
  inHeader("mfa-challenge", "POST", "/auth/mfa/disable", []),
  inHeader("mfa-grant", "GET", "/plain", ["grant"]),
  inHeader("mfa-grant", "POST", "/once", ["grant"]),
  inHeader("mfa-grant", "POST", "/now", []),
  inHeader("mfa-grant", "DELETE", "/bookings/7", []),
  inHeader("x-mfa-code", "GET", "/plain", PROOF),
  inHeader("x-mfa-code", "DELETE", "/bookings/7", PROOF),
  inHeader("x-mfa-code", "POST", "/app-only", ["activeCode"]),
  inHeader("mfa-challenge", "POST", "/plain", []),
];

test.each(PLACES.flatMap((place) => THINGS.map((thing) => [place.name, thing, place] as const)))(
  "A33 %s takes %s only if it is meant for it",
  async (_name, thing, place) => {
    const all = await owner();
    const [method, path, call] = place.call(all.things[thing], all);
    const { status } = await all.host.call(method, path, { as: all.person.as, ...call });
    if (place.takes.includes(thing)) expect(status).toBe(200);
    else expect([400, 401]).toContain(status);
  },
);

/** Everywhere that a sign-in challenge might pass for something better. */
const DISGUISES: readonly (readonly [string, (challenge: string) => Call])[] = [
  ["as the bearer of a session", (challenge) => ({ headers: { authorization: `Bearer ${challenge}` } })],
  ["as MFA-Grant", (challenge) => ({ headers: { "mfa-grant": challenge } })],
  ["as MFA-Challenge", (challenge) => ({ headers: { "mfa-challenge": challenge } })],
  ["as X-MFA-Code", (challenge) => ({ headers: { "x-mfa-code": challenge } })],
  ["as a cookie", (challenge) => ({ headers: { cookie: `session=${challenge}; mfa_grant=${challenge}` } })],
];

test.each(DISGUISES)("A22 who has only passed the first factor opens nothing with the sign-in challenge %s", async (_how, disguise) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const call = disguise(await signInChallenge(host, "alice"));
  for (const [method, path] of GUARDED) expect((await host.call(method, path, call)).status).toBe(401);
  for (const { method, path, takesCode } of routes) {
    const answer = await host.call(method, MOUNT + path, { ...call, ...(takesCode ? { body: { code: alice.fresh() } } : {}) });
    // A host that ends sign-ins by routes of its own offers nothing for the header, but a code by e-mail or SMS.
    expect([401, "unsupported", "body_invalid"]).toContain(answer.status === 401 ? 401 : answer.body.code);
  }
  expect(host.ran).toEqual([]);
});

test.each(DISGUISES.slice(1))("A22 in a full session the sign-in challenge %s is no proof either", async (_how, disguise) => {
  const host = await startHost();
  const { as } = await enrolled(host, "alice");
  const call = { as, ...disguise(await signInChallenge(host, "alice")) };
  for (const [method, path] of GUARDED) expect((await host.call(method, path, call)).status).toBe(401);
  for (const path of ["/disable", "/recovery-codes", "/setup"]) {
    expect((await host.call("POST", MOUNT + path, call)).status).toBe(401);
  }
  expect(host.ran).toEqual([]);
});

test("A22 posted to /verify with a right code, a sign-in challenge yields no grant, and the code stays unused", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const body = { code: alice.fresh(), challenge: await signInChallenge(host, "alice") };
  const signedIn = await host.call("POST", "/auth/mfa/verify", { as: alice.as, body });
  const nobody = await host.call("POST", "/auth/mfa/verify", { body });
  expect([signedIn.body.code, nobody.body.code]).toEqual(["challenge_expired", "unauthenticated"]);
  expect((await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: body.code } })).status).toBe(200);
});

test("A22 where the host has no session ids, a sign-in challenge is no step-up challenge either", async () => {
  const host = await startHost({ subject: (req) => ({ id: req.get("x-user") ?? "" }) });
  const headers = { "x-user": "alice" };
  const begun = await host.call("POST", "/auth/mfa/setup", { headers });
  const app = authenticator(host, String(begun.body.secret));
  await host.call("POST", "/auth/mfa/enable", { headers, body: { code: app.code() } });
  const body = { code: app.fresh(), challenge: await signInChallenge(host, "alice") };
  expect((await host.call("POST", "/auth/mfa/verify", { headers, body })).body.code).toBe("challenge_expired");
  expect((await host.call("POST", "/auth/mfa/verify", { headers, body: { code: body.code } })).status).toBe(200);
});

test("A22 a step-up challenge completes no sign-in", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const { challenge } = (await host.call("POST", "/auth/mfa/challenge", { as: alice.as })).body;
  const verification = await host.mfa.verify({ challenge: String(challenge), code: alice.fresh(), session: "s9" });
  expect(verification).toEqual({ ok: false, reason: "expired" });
});

/** Grants that nobody signed. */
function forgeries(grant: string): string[] {
  const [head = "", payload = "", signature = ""] = grant.split(".");
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const decode = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString()) as Record<string, unknown>;
  const with_ = (change: object) => `${head}.${encode({ ...decode(payload), ...change })}.${signature}`;
  const unsigned = encode({ ...decode(head), alg: "none" });
  return [
    `${unsigned}.${payload}.`,
    `${unsigned}.${payload}.${signature}`,
    with_({ sub: "bob" }),
    with_({ exp: 9_999_999_999, auth_time: 9_999_999_999 }),
    with_({ purpose: "booking.cancel" }),
    `${head}.${payload}.`,
    `${head}.${payload}.${signature.slice(0, -1)}`,
    `${head}.${payload}`,
    ` ${grant} ${grant}`,
    `Bearer ${grant}`,
    `${grant},${grant}`,
    encode({ grant }),
  ];
}

test("A33 a grant that is edited, unsigned, cut or doubled opens nothing", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const bob = await enrolled(host, "bob");
  const answers: Answer[] = [];
  for (const grant of forgeries(alice.grant)) {
    for (const { as } of [alice, bob]) answers.push(await host.call("POST", "/plain", { as, headers: { "mfa-grant": grant } }));
  }
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
  expect(host.ran).toEqual([]);
});
