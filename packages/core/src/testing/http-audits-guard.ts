import assert from "node:assert/strict";
import { type AuditCase, isDone, isProblem } from "./http-audits-kit.ts";

const ACR = "urn:nightlatch:acr:mfa";

/** The members of a Bearer challenge (RFC 9110 §11.6.1); each is a quoted string here. */
function membersOf(header: string | null): Record<string, string> {
  assert.match(header ?? "", /^Bearer (\w+="[^"\\]*")(, \w+="[^"\\]*")*$/);
  return Object.fromEntries([...(header ?? "").matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
}

/** What the step-up guard does. */
export const guardAudits: readonly AuditCase[] = [
  {
    level: "MUST",
    name: "R42 a guard refuses as RFC 9470 says, with the same facts and a challenge in the body",
    async run({ call, enrolled }) {
      const { as } = await enrolled();
      const answer = await call("POST", "/any", { as });
      isProblem(answer, "step_up_required", 401);
      const { error_description: description, ...members } = membersOf(answer.headers.get("www-authenticate"));
      assert.deepEqual(members, { error: "insufficient_user_authentication", acr_values: ACR, max_age: "300" });
      assert.ok(description, "error_description");
      assert.deepEqual({ acr: answer.body.acr_values, age: answer.body.max_age }, { acr: ACR, age: 300 });
      assert.equal(typeof answer.body.challenge, "string");
    },
  },
  {
    level: "MUST",
    name: "R36 the grant that answers a guard's challenge passes that guard",
    async run({ call, mfa, enrolled }) {
      const { as, fresh } = await enrolled();
      const { challenge, purpose } = (await call("POST", "/approve/7", { as })).body;
      assert.equal(purpose, "audit.approve");
      const { grant } = isDone(await mfa("POST", "/verify", { as, body: { code: fresh(), challenge } })).body;
      const answer = await call("POST", "/approve/7", { as, headers: { "mfa-grant": String(grant) } });
      assert.deepEqual(isDone(answer).body, { done: true });
    },
  },
  {
    level: "MUST",
    name: "A32 a grant passes for its user, session, purpose and resource alone",
    async run({ call, mfa, enrolled }) {
      const alice = await enrolled();
      const bob = await enrolled();
      const { challenge } = (await call("POST", "/approve/7", { as: alice.as })).body;
      const { grant } = isDone(await mfa("POST", "/verify", { as: alice.as, body: { code: alice.fresh(), challenge } })).body;
      const headers = { "mfa-grant": String(grant) };
      for (const [as, path] of [
        [alice.as, "/approve/8"],
        [alice.as, "/any"],
        [alice.as, "/once"],
        [`${alice.id}:s2`, "/approve/7"],
        [bob.as, "/approve/7"],
      ] as const) {
        isProblem(await call("POST", path, { as, headers }), "step_up_required", 401);
      }
      isProblem(await call("POST", "/approve/7", { as: alice.as, headers: { "mfa-grant": alice.grant } }), "step_up_required", 401);
      isDone(await call("POST", "/approve/7", { as: alice.as, headers }));
    },
  },
  {
    level: "MUST",
    name: "a code in X-MFA-Code passes, and earns a grant for the next time",
    async run({ call, enrolled }) {
      const { as, fresh } = await enrolled();
      const passed = isDone(await call("POST", "/any", { as, headers: { "x-mfa-code": fresh() } }));
      const grant = passed.headers.get("mfa-grant") ?? "";
      assert.match(grant, /^[\w-]+\.[\w-]+\.[\w-]+$/);
      assert.equal(passed.headers.get("cache-control"), "no-store");
      isDone(await call("POST", "/any", { as, headers: { "mfa-grant": grant } }));
    },
  },
  {
    level: "MUST",
    name: "a wrong code in X-MFA-Code is refused and counted, and a used one told as such",
    async run({ call, enrolled }) {
      const { as, fresh, wrong } = await enrolled();
      const answer = await call("POST", "/any", { as, headers: { "x-mfa-code": wrong() } });
      isProblem(answer, "code_invalid", 401);
      assert.equal(answer.body.attempts_left, 4);
      const code = fresh();
      isDone(await call("POST", "/any", { as, headers: { "x-mfa-code": code } }));
      isProblem(await call("POST", "/any", { as, headers: { "x-mfa-code": code } }), "code_used", 401);
    },
  },
  {
    level: "MUST",
    name: "A7 under once a grant passes a single time, also of ten at once",
    async run({ call, enrolled }) {
      const { as, grant } = await enrolled();
      const answers = await Promise.all(Array.from({ length: 10 }, () => call("POST", "/once", { as, headers: { "mfa-grant": grant } })));
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    },
  },
  {
    level: "MUST",
    name: "A32 a grant that answers the challenge of a guard under once passes that guard, and none that names nothing",
    async run({ call, mfa, enrolled }) {
      const { as, fresh } = await enrolled();
      const { challenge } = (await call("POST", "/once", { as })).body;
      const { grant } = isDone(await mfa("POST", "/verify", { as, body: { code: fresh(), challenge } })).body;
      const headers = { "mfa-grant": String(grant) };
      isProblem(await call("POST", "/any", { as, headers }), "step_up_required", 401);
      isDone(await call("POST", "/once", { as, headers }));
      isProblem(await call("POST", "/any", { as, headers }), "step_up_required", 401);
      isProblem(await call("POST", "/once", { as, headers }), "step_up_required", 401);
    },
  },
  {
    level: "MUST",
    name: "with maxAge 0 no grant will do, and no challenge is offered: the code comes with the request",
    async run({ call, enrolled }) {
      const { as, grant, fresh } = await enrolled();
      const answer = await call("POST", "/now", { as, headers: { "mfa-grant": grant } });
      isProblem(answer, "step_up_required", 401);
      assert.deepEqual({ age: answer.body.max_age, challenge: answer.body.challenge }, { age: 0, challenge: undefined });
      isDone(await call("POST", "/now", { as, headers: { "x-mfa-code": fresh() } }));
    },
  },
  {
    level: "MUST",
    name: "R43 a recovery code does not pass where only the app will do",
    async run({ call, enrolled }) {
      const { as, recoveryCodes, fresh } = await enrolled();
      const answer = await call("POST", "/app-only", { as, headers: { "x-mfa-code": String(recoveryCodes[0]) } });
      assert.equal(answer.status, 401);
      isDone(await call("POST", "/app-only", { as, headers: { "x-mfa-code": fresh() } }));
    },
  },
  {
    level: "MUST",
    name: "R43 a grant that is too old is refused",
    async run({ call, enrolled, ground }) {
      const { as, grant } = await enrolled();
      ground.advance(299);
      isDone(await call("POST", "/any", { as, headers: { "mfa-grant": grant } }));
      ground.advance(2);
      isProblem(await call("POST", "/any", { as, headers: { "mfa-grant": grant } }), "step_up_required", 401);
    },
  },
  {
    level: "MUST",
    name: "who has no authenticator is refused, but where the route leaves it to them",
    async run({ call, someone }) {
      const as = `${someone()}:s1`;
      isProblem(await call("POST", "/any", { as }), "enrolment_required", 403);
      isDone(await call("POST", "/choice", { as }));
    },
  },
  {
    level: "MUST",
    name: "A52 who is enrolled in the host's eyes, and whose rows are gone, passes no guard and sets up nothing",
    async run({ call, mfa, someone }) {
      const as = `${someone("known")}:s1`;
      for (const answer of [
        await call("POST", "/choice", { as }),
        await call("POST", "/any", { as }),
        await call("POST", "/choice", { as, headers: { "x-mfa-code": "123456" } }),
        await mfa("POST", "/setup", { as }),
        await mfa("GET", "/status", { as }),
        await mfa("POST", "/disable", { as }),
      ]) {
        isProblem(answer, "enrolment_mismatch", 403);
      }
    },
  },
  {
    level: "MUST",
    name: "a guard wants to know who is asking",
    async run({ call }) {
      isProblem(await call("POST", "/any"), "unauthenticated", 401);
      isProblem(await call("POST", "/choice"), "unauthenticated", 401);
    },
  },
  {
    level: "MUST",
    name: "A51 a guard refuses a page of another site before it looks at code or grant",
    async run({ call, mfa, enrolled }) {
      const { as, grant, wrong, fresh } = await enrolled();
      for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }]) {
        isProblem(await call("POST", "/any", { as, headers: { ...headers, "x-mfa-code": fresh() } }), "origin_refused", 403);
        isProblem(await call("POST", "/any", { as, headers: { ...headers, "mfa-grant": grant } }), "origin_refused", 403);
      }
      assert.equal((await mfa("POST", "/verify", { as, body: { code: wrong() } })).body.attempts_left, 4);
    },
  },
  {
    level: "MUST",
    name: "A33 a challenge, an edited grant and an unsigned one pass no guard",
    async run({ call, mfa, enrolled }) {
      const { as, grant } = await enrolled();
      const { challenge } = isDone(await mfa("POST", "/challenge", { as })).body;
      const [head = "", payload = ""] = grant.split(".");
      const unsigned = Buffer.from('{"alg":"none","typ":"mfa-grant+jwt"}').toString("base64url");
      for (const forged of [String(challenge), `${head}.${payload}.`, `${unsigned}.${payload}.`, `${grant}x`, "x".repeat(9000)]) {
        const { status } = await call("POST", "/any", { as, headers: { "mfa-grant": forged } });
        assert.ok(status === 401 || status === 431, String(status));
      }
    },
  },
  {
    level: "MUST",
    name: "R38 a guard takes no code or grant from the query or a cookie",
    async run({ call, enrolled }) {
      const { as, grant, fresh } = await enrolled();
      const headers = { cookie: `__Host-mfa-grant=${grant}; MFA-Grant=${grant}` };
      isProblem(await call("POST", `/any?mfa_grant=${grant}&code=${fresh()}`, { as, headers }), "step_up_required", 401);
    },
  },
  {
    level: "MUST",
    name: "a challenge for a purpose, asked for at /challenge, earns the grant of that purpose",
    async run({ call, mfa, enrolled }) {
      const { as, fresh } = await enrolled();
      const body = { purpose: "audit.approve", bind: ["9"] };
      const { challenge } = isDone(await mfa("POST", "/challenge", { as, body })).body;
      const { grant } = isDone(await mfa("POST", "/verify", { as, body: { code: fresh(), challenge } })).body;
      isDone(await call("POST", "/approve/9", { as, headers: { "mfa-grant": String(grant) } }));
      isProblem(await call("POST", "/approve/8", { as, headers: { "mfa-grant": String(grant) } }), "step_up_required", 401);
    },
  },
];
