import { email, totp } from "@nightlatch/core";
import { type ProblemCode, problem, routes } from "@nightlatch/core/http";
import { enrol, inbox, virtualAuthenticator } from "@nightlatch/core/testing";
import { served } from "@nightlatch/internal-services/served";
import { expect, expectTypeOf, onTestFinished, test } from "vitest";
import { createMfaClient, type MfaProblem, type MfaProblemCode, type MfaResult, problemOf as readProblem } from "../src/client/index.ts";
import { CODES } from "./support/codes.ts";
import { startHost } from "./support/host.ts";

const SUBJECT = { id: "ana", session: "s1", name: "ana@example.com" };

/** The answer, where all went well. */
function answerOf<T>(result: MfaResult<T>): T {
  if (!result.ok) throw new Error(`refused: ${result.problem.code}`);
  return result.answer;
}

function problemOf(result: MfaResult<unknown>): MfaProblem {
  if (result.ok) throw new Error("it went well");
  return result.problem;
}

/** A server that answers everything alike. */
async function answering(status: number, headers: Record<string, string>, body: string): Promise<string> {
  const { url, stop } = await served((_request, response) => response.writeHead(status, headers).end(body));
  onTestFinished(stop);
  return url;
}

test("the problems are those of the server and three of the client's own", () => {
  expectTypeOf<MfaProblemCode>().toEqualTypeOf<ProblemCode | "network" | "aborted" | "unexpected">();
});

test("there is a function for each route of the table", async () => {
  const { client, asked } = await startHost();
  const { endpoint, now, grant, keep, forget, ...calls } = client("ana:s1");
  expect(Object.keys(calls)).toHaveLength(routes.length);
  const withId = { rename: { name: "x" }, remove: {}, resync: { codes: ["000000", "000001"] }, revoke: undefined };
  for (const [name, call] of Object.entries(calls) as [string, (...args: unknown[]) => Promise<unknown>][]) {
    const body =
      name in withId
        ? ["f1", withId[name as keyof typeof withId]]
        : [name === "enable" || name === "verify" ? { code: "000000" } : undefined];
    await call(...body.filter((part) => part !== undefined));
  }
  expect([...asked].sort()).toEqual(routes.map(({ method, path }) => `${method} /auth/mfa${path.replace(":id", "f1")}`).sort());
});

test("a life with MFA: set up, enabled, verified, named, done without again, all by one client", async () => {
  const { client, clock } = await startHost();
  const mfa = client("ana:s1");
  const setup = answerOf(await mfa.setup({ name: "Phone" }));
  const phone = virtualAuthenticator({ qr: setup.qr_code, clock });
  const enabled = answerOf(await mfa.enable({ code: phone.code(), factor_id: setup.factor_id }));
  expect(enabled.recovery_codes).toHaveLength(10);
  expect(mfa.grant()).toBe(enabled.grant);
  answerOf(await mfa.rename(setup.factor_id, { name: "Ana’s phone" }));
  expect(answerOf(await mfa.status()).factors.map(({ name }) => name)).toEqual(["Ana’s phone"]);
  // The grant that enabling earned goes along, so no code is asked for.
  expect(answerOf(await mfa.recoveryCodes()).recovery_codes).toHaveLength(10);
  expect(answerOf(await mfa.disable())).toEqual({ mfa_enabled: false });
});

test("without a grant a change wants proof, and is told what may prove it", async () => {
  const { client, mfa, clock } = await startHost();
  const { authenticator } = await enrol(mfa, SUBJECT, { clock });
  const ours = client("ana:s1");
  expect(problemOf(await ours.disable())).toMatchObject({ code: "proof_needed", methods: expect.arrayContaining(["totp"]) });
  answerOf(await ours.verify({ code: authenticator.code() }));
  ours.forget();
  expect(problemOf(await ours.disable()).code).toBe("proof_needed");
  answerOf(await ours.disable({ code: authenticator.next() }));
});

test.each<[string, object]>([
  ["for a purpose", { purpose: "payment.approve", bind: ["7"] }],
  ["good once", { once: true }],
])("a grant %s is not kept: it would displace that of the session", async (_, body) => {
  const { client, mfa, clock } = await startHost();
  const { authenticator, grant } = await enrol(mfa, SUBJECT, { clock });
  const ours = client("ana:s1");
  ours.keep(grant);
  const { challenge } = answerOf(await ours.challenge(body));
  const verified = answerOf(await ours.verify({ code: authenticator.code(), challenge }));
  expect(verified.grant).not.toBe(grant);
  expect(ours.grant()).toBe(grant);
});

test("wrong codes count down, and a lock says when it ends by the clock", async () => {
  const { client, mfa, clock } = await startHost();
  const { authenticator } = await enrol(mfa, SUBJECT, { clock });
  const ours = client("ana:s1");
  const problems: MfaProblem[] = [];
  for (let tries = 0; tries < 6; tries++) problems.push(problemOf(await ours.verify({ code: authenticator.wrongCode() })));
  expect(problems[0]).toMatchObject({ code: "code_invalid", attemptsLeft: 4 });
  expect(problems[5]).toMatchObject({ code: "locked", retryAt: clock.now() + 900_000 });
});

test("a sign-in's challenge is read off the host's refusal and answered in its header", async () => {
  const { client, mfa, clock, url } = await startHost({ mfa: { trustedDevices: { for: "30d" } } });
  const { authenticator } = await enrol(mfa, SUBJECT, { clock });
  const anybody = client(undefined);
  const login = await fetch(`${url}/login/ana`, { method: "POST" });
  const required = readProblem(await login.json(), login.status, clock.now());
  if (required?.code !== "mfa_required") throw new Error("no second step");
  expect(required).toMatchObject({ enrol: false, methods: expect.arrayContaining(["totp"]), expiresAt: expect.any(Number) });
  const { signal } = new AbortController();
  const signedIn = answerOf(
    await anybody.verify({ code: authenticator.code(), trust_device: "Firefox on Linux" }, { signal, signIn: required.challenge }),
  );
  expect(signedIn).toMatchObject({ token: "ana:s9", device: { id: expect.any(String) } });
});

test("a delivered code is said to have been sent, and not again at once", async () => {
  const mail = inbox();
  const { client, mfa, clock } = await startHost({ mfa: { factors: [totp(), email(mail.deliver)] } });
  await enrol(mfa, SUBJECT, { clock });
  const ours = client("ana:s1");
  expect(answerOf(await ours.challenge({ type: "email" }))).toMatchObject({ sent_to: expect.any(String), expires_at: expect.any(String) });
  expect(problemOf(await ours.challenge({ type: "email" }))).toMatchObject({ code: "too_soon", retryAt: expect.any(Number) });
});

test("each of the server's codes is decoded as itself", async () => {
  for (const code of Object.keys(CODES) as ProblemCode[]) {
    const { status, headers, body } = problem(code, { body: { retry_after: 60 } });
    const endpoint = await answering(status, { ...headers }, JSON.stringify(body));
    const told = problemOf(await createMfaClient({ endpoint, clock: () => 1_000 }).status());
    expect(told).toMatchObject({ code, status });
    if (status === 429) expect(told).toMatchObject({ retryAt: 61_000 });
  }
});

test.each([
  ["seconds", "90", 91_000],
  ["an HTTP date", "Fri, 01 Jan 2027 12:00:00 GMT", Date.UTC(2027, 0, 1, 12)],
  ["nothing at all to wait", "0", 1_000],
  ["nothing that can be read", "soon", 31_000],
])("Retry-After as %s is an instant", async (_what, retryAfter, at) => {
  const { status, headers, body } = problem("rate_limited", { headers: { "Retry-After": retryAfter } });
  const endpoint = await answering(status, { ...headers }, JSON.stringify(body));
  expect(problemOf(await createMfaClient({ endpoint, clock: () => 1_000 }).status())).toMatchObject({ code: "rate_limited", retryAt: at });
});

test.each([
  ["a page of a proxy's", 502, "<h1>Bad gateway</h1>"],
  ["JSON of somebody else's", 401, '{"error":"no"}'],
  ["JSON that looks like ours", 418, '{"type":"urn:nightlatch:error:x","code":"brewing tea"}'],
  ["a page where an answer should be", 200, "<h1>Hello</h1>"],
  ["nothing", 204, ""],
])("%s is unexpected", async (_what, status, body) => {
  const endpoint = await answering(status, { "content-type": "text/html" }, body);
  expect(problemOf(await createMfaClient({ endpoint }).status())).toEqual({ code: "unexpected", status });
});

test("no answer is a problem of the network's, and an end by the caller is told apart", async () => {
  expect(problemOf(await createMfaClient({ endpoint: "http://127.0.0.1:1" }).status()).code).toBe("network");
  const { client } = await startHost();
  const controller = new AbortController();
  const asking = client("ana:s1").status({ signal: controller.signal });
  controller.abort();
  expect(problemOf(await asking)).toEqual({ code: "aborted" });
});
