import assert from "node:assert/strict";
import { routes } from "../http/index.ts";
import { auditRoutes } from "./http-audits-ground.ts";
import { type AuditCase, isDone, isProblem } from "./http-audits-kit.ts";

/** The value of a cookie that an answer sets, and how. */
function cookieIn(headers: Headers, name: string): { value: string; attributes: string } | undefined {
  const line = headers.getSetCookie().find((cookie) => cookie.startsWith(`${name}=`));
  const [pair = "", ...attributes] = line?.split("; ") ?? [];
  return line === undefined ? undefined : { value: pair.slice(name.length + 1), attributes: attributes.join("; ") };
}

/** What stands between the password and the session, over HTTP. */
const signInAudits: readonly AuditCase[] = [
  {
    level: "MUST",
    name: "/verify with MFA-Challenge ends a sign-in: the host's session starts, and the grant belongs to it",
    async run({ call, mfa, enrolled, challenge }) {
      const { id, fresh } = await enrolled();
      const headers = { "mfa-challenge": await challenge(id) };
      const done = isDone(await mfa("POST", "/verify", { headers, body: { code: fresh() } }));
      assert.deepEqual(done.body.amr, ["pwd", "otp", "mfa"]);
      assert.equal(cookieIn(done.headers, "session")?.attributes, "HttpOnly");
      const as = String(done.body.token);
      // The session's, which the host says, and not the grant's.
      assert.equal(done.body.expires_in, 1800);
      assert.ok(as.startsWith(`${id}:`), "the session is of who answered");
      isDone(await call("POST", "/any", { as, headers: { "mfa-grant": String(done.body.grant) } }));
      isProblem(await mfa("POST", "/verify", { headers, body: { code: fresh() } }), "challenge_expired", 401);
    },
  },
  {
    level: "MUST",
    name: "A24 MFA-Challenge goes before a session that happens to be there: it is the challenge's user who signs in",
    async run({ mfa, enrolled, challenge }) {
      const alice = await enrolled();
      const bob = await enrolled();
      const headers = { "mfa-challenge": await challenge(bob.id) };
      isProblem(await mfa("POST", "/verify", { as: alice.as, headers, body: { code: alice.fresh() } }), "code_invalid", 401);
      const { body } = isDone(await mfa("POST", "/verify", { as: alice.as, headers, body: { code: bob.fresh() } }));
      assert.ok(String(body.token).startsWith(`${bob.id}:`), "bob");
    },
  },
  {
    level: "MUST",
    name: "A22 the challenge of a sign-in opens nothing but the second step",
    async run({ call, mfa, enrolled, challenge }) {
      const { id, factorId } = await enrolled();
      const headers = { "mfa-challenge": await challenge(id) };
      for (const { path } of auditRoutes) isProblem(await call("POST", path.replace(":id", "7"), { headers }), "unauthenticated", 401);
      for (const { method, path, access } of routes.filter((route) => route.access !== "public")) {
        const body = path === "/verify" || path === "/enable" ? { code: "000000" } : {};
        const answer = await mfa(method, path.replace(":id", factorId), { headers, ...(method === "GET" ? {} : { body }) });
        assert.ok(answer.status >= 400 && answer.status < 500, `${method} ${path}: ${answer.status}`);
        if (access === "session") isProblem(answer, "unauthenticated", 401);
      }
    },
  },
  {
    level: "MUST",
    name: "A22 who must enrol sets up and enables by MFA-Challenge, which ends the sign-in, and may do nothing else",
    async run({ call, mfa, someone, challenge, authenticator }) {
      const id = someone("must");
      const headers = { "mfa-challenge": await challenge(id) };
      isProblem(await mfa("POST", "/verify", { headers, body: { code: "123456" } }), "challenge_expired", 401);
      isProblem(await mfa("GET", "/status", { headers }), "unauthenticated", 401);
      const { body: begun } = isDone(await mfa("POST", "/setup", { headers, body: {} }));
      const code = authenticator(begun.uri).code();
      const { body } = isDone(await mfa("POST", "/enable", { headers, body: { code } }));
      assert.equal((body.recovery_codes as string[]).length, 10);
      const as = String(body.token);
      assert.equal(body.expires_in, 1800);
      isDone(await call("POST", "/any", { as, headers: { "mfa-grant": String(body.grant) } }));
      isProblem(await mfa("POST", "/setup", { headers, body: {} }), "challenge_expired", 401);
    },
  },
  {
    level: "MUST",
    name: "A33 the challenge of a guard ends no sign-in, and that of a sign-in earns no grant in a session",
    async run({ mfa, enrolled, challenge }) {
      const { as, id, fresh } = await enrolled();
      const { challenge: stepUp } = isDone(await mfa("POST", "/challenge", { as })).body;
      const code = fresh();
      const headers = { "mfa-challenge": String(stepUp) };
      isProblem(await mfa("POST", "/verify", { headers, body: { code } }), "challenge_expired", 401);
      isProblem(await mfa("POST", "/verify", { as, body: { code, challenge: await challenge(id) } }), "challenge_expired", 401);
      isDone(await mfa("POST", "/verify", { as, body: { code } }));
    },
  },
  {
    level: "MUST",
    name: "R29 a code by e-mail is sent for the challenge of a sign-in, and ends it",
    async run({ mfa, enrolled, challenge, ground }) {
      const { id } = await enrolled();
      const headers = { "mfa-challenge": await challenge(id) };
      isProblem(await mfa("POST", "/challenge", { headers, body: {} }), "body_invalid", 400);
      isDone(await mfa("POST", "/challenge", { headers, body: { type: "email" } }));
      isDone(await mfa("POST", "/verify", { headers, body: { code: ground.mailbox(id) } }));
    },
  },
  {
    level: "MUST",
    name: "A34 a device that is trusted at sign-in needs no second step there, and nowhere for anybody else, until it is revoked",
    async run({ mfa, enrolled, challenge, ground }) {
      const alice = await enrolled();
      const bob = await enrolled();
      const headers = { "mfa-challenge": await challenge(alice.id) };
      const body = { code: alice.fresh(), trust_device: "Laptop" };
      const done = isDone(await mfa("POST", "/verify", { headers, body }));
      const cookie = cookieIn(done.headers, "__Host-mfa-device");
      assert.match(cookie?.attributes ?? "", /^Path=\/; Max-Age=\d+; Secure; HttpOnly; SameSite=Strict$/);
      assert.ok(!done.text.includes(cookie?.value ?? ""), "scripts can't read the token");
      assert.equal((await ground.afterPassword(alice.id, cookie?.value)).required, false);
      assert.equal((await ground.afterPassword(bob.id, cookie?.value)).required, true);
      const { devices } = isDone(await mfa("GET", "/devices", { as: alice.as })).body;
      const [device] = devices as { id: string; name: string }[];
      assert.equal(device?.name, "Laptop");
      isProblem(await mfa("DELETE", `/devices/${device?.id}`, { as: bob.as }), "device_unknown", 404);
      assert.deepEqual(isDone(await mfa("DELETE", `/devices/${device?.id}`, { as: alice.as })).body, { revoked: true });
      assert.equal((await ground.afterPassword(alice.id, cookie?.value)).required, true);
    },
  },
  {
    level: "MUST",
    name: "A34 a device is trusted at sign-in alone",
    async run({ mfa, enrolled }) {
      const { as, fresh } = await enrolled();
      isProblem(await mfa("POST", "/verify", { as, body: { code: fresh(), trust_device: "Laptop" } }), "body_invalid", 400);
    },
  },
  {
    level: "MUST",
    name: "A34 disabling MFA ends the trust in every device, for whoever enrols anew too",
    async run({ mfa, enrolled, challenge, ground, authenticator }) {
      const { as, id, fresh } = await enrolled();
      const headers = { "mfa-challenge": await challenge(id) };
      const done = isDone(await mfa("POST", "/verify", { headers, body: { code: fresh(), trust_device: "Laptop" } }));
      const token = cookieIn(done.headers, "__Host-mfa-device")?.value;
      isDone(await mfa("POST", "/disable", { as, body: { code: fresh() } }));
      assert.deepEqual(isDone(await mfa("GET", "/devices", { as })).body, { devices: [] });
      const { body } = isDone(await mfa("POST", "/setup", { as, body: {} }));
      isDone(await mfa("POST", "/enable", { as, body: { code: authenticator(body.uri).code() } }));
      assert.equal((await ground.afterPassword(id, token)).required, true);
    },
  },
  {
    level: "MUST",
    name: "A34 new recovery codes end the trust in every device",
    async run({ mfa, enrolled, challenge, ground }) {
      const { as, id, fresh } = await enrolled();
      const headers = { "mfa-challenge": await challenge(id) };
      const done = isDone(await mfa("POST", "/verify", { headers, body: { code: fresh(), trust_device: "Laptop" } }));
      const token = cookieIn(done.headers, "__Host-mfa-device")?.value;
      isDone(await mfa("POST", "/recovery-codes", { as, body: { code: fresh() } }));
      assert.equal((await ground.afterPassword(id, token)).required, true);
    },
  },
];

/** What a page on a trusted origin needs, and what every other one is denied. */
const corsAudits: readonly AuditCase[] = [
  {
    level: "MUST",
    name: "a page of a trusted origin may ask first, and is told what it may send",
    async run({ mfa, ground }) {
      const [origin = ""] = ground.origins;
      const headers = { origin, "access-control-request-method": "DELETE", "access-control-request-headers": "mfa-grant,content-type" };
      const answer = await mfa("OPTIONS", "/factors/7", { headers });
      assert.equal(answer.status, 204);
      assert.equal(answer.text, "");
      assert.equal(answer.headers.get("access-control-allow-origin"), origin);
      assert.match(answer.headers.get("access-control-allow-methods") ?? "", /DELETE/);
      assert.match(answer.headers.get("access-control-allow-headers") ?? "", /MFA-Grant/);
    },
  },
  {
    level: "MUST",
    name: "a page of a trusted origin can read an answer with its grant, and a refusal too",
    async run({ mfa, enrolled, ground }) {
      const { as, fresh } = await enrolled();
      const [origin = ""] = ground.origins;
      const headers = { origin, "sec-fetch-site": "cross-site" };
      for (const code of [fresh(), "wrong"]) {
        const answer = await mfa("POST", "/verify", { as, headers, body: { code } });
        assert.equal(answer.headers.get("access-control-allow-origin"), origin);
        assert.equal(answer.headers.get("access-control-allow-credentials"), "true");
        assert.match(answer.headers.get("access-control-expose-headers") ?? "", /MFA-Grant/);
        assert.match(answer.headers.get("vary") ?? "", /Origin/);
      }
    },
  },
  {
    level: "MUST",
    name: "A51 no other page may ask, or read anything",
    async run({ mfa, enrolled }) {
      const { as } = await enrolled();
      const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };
      const asked = await mfa("OPTIONS", "/verify", { headers });
      assert.ok(asked.status >= 400, String(asked.status));
      for (const answer of [asked, await mfa("GET", "/status", { as, headers })]) {
        assert.equal(answer.headers.get("access-control-allow-origin"), null);
      }
    },
  },
];

/** Sign-in, devices and pages from elsewhere. */
export const entranceAudits: readonly AuditCase[] = [...signInAudits, ...corsAudits];
