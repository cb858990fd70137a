import assert from "node:assert/strict";
import { fromBase32, hotp } from "../otp/index.ts";
import { type AuditCase, isDone, isProblem } from "./http-audits-kit.ts";

const isTime = (value: unknown): boolean => typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);

/** Answers that bear a secret or tell of somebody are kept by no cache. */
function isUncached(headers: Headers): void {
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("etag"), null);
}

/** From nothing to enabled and back, and what is refused on the way. */
export const lifecycleAudits: readonly AuditCase[] = [
  {
    level: "MUST",
    name: "R39 the answer of /setup has secret, key URI and QR picture, and no cache keeps it",
    async run({ mfa, someone }) {
      const { body, headers } = isDone(await mfa("POST", "/setup", { as: `${someone()}:s1`, body: { name: " Phone " } }));
      assert.match(String(body.secret), /^[A-Z2-7]{32,}$/);
      assert.ok(String(body.uri).includes(`secret=${body.secret}`), "the URI holds the secret");
      assert.match(String(body.qr_code), /^data:image\/png;base64,iVBOR/);
      assert.ok(isTime(body.expires_at), "expires_at");
      isUncached(headers);
    },
  },
  {
    level: "MUST",
    name: "a set-up without a body, or without a length, is one with the defaults",
    async run({ mfa, someone }) {
      isDone(await mfa("POST", "/setup", { as: `${someone()}:s1` }));
    },
  },
  {
    level: "MUST",
    name: "R39 /enable answers with a grant and ten recovery codes, and no cache keeps them",
    async run({ mfa, someone, authenticator }) {
      const as = `${someone()}:s1`;
      const { body: begun } = isDone(await mfa("POST", "/setup", { as }));
      const code = authenticator(begun.uri).code();
      const { body, headers } = isDone(await mfa("POST", "/enable", { as, body: { code, factor_id: begun.factor_id } }));
      assert.equal(body.mfa_enabled, true);
      assert.equal((body.recovery_codes as string[]).length, 10);
      assert.deepEqual(body.amr, ["otp", "mfa"]);
      assert.equal(headers.get("mfa-grant"), body.grant);
      isUncached(headers);
    },
  },
  {
    level: "MUST",
    name: "GET /status tells of factors, methods and recovery codes, and of no secret",
    async run({ mfa, enrolled }) {
      const { as, secret, factorId } = await enrolled();
      const { body, text, headers } = isDone(await mfa("GET", "/status", { as }));
      assert.equal(body.mfa_enabled, true);
      const [factor] = body.factors as Record<string, unknown>[];
      assert.equal(factor?.id, factorId);
      assert.ok(isTime(factor?.created_at), "created_at");
      assert.equal(body.recovery_codes_left, 10);
      assert.deepEqual((body.methods as string[]).slice(0, 2), ["totp", "recovery_code"]);
      assert.ok(!text.includes(secret), "no secret");
      isUncached(headers);
    },
  },
  {
    level: "MUST",
    name: "A32 GET /status says whose it is: another user's, another session's is told apart",
    async run({ mfa, someone }) {
      const [one, other] = [someone(), someone()];
      const askerOf = async (as: string): Promise<unknown> => isDone(await mfa("GET", "/status", { as })).body.asker;
      const asker = await askerOf(`${one}:s1`);
      assert.match(String(asker), /^[\w-]{43}$/);
      assert.equal(await askerOf(`${one}:s1`), asker);
      assert.notEqual(await askerOf(`${one}:s2`), asker);
      assert.notEqual(await askerOf(`${other}:s1`), asker);
    },
  },
  {
    level: "MUST",
    name: "R12 the code that enabled an authenticator is spent",
    async run({ mfa, someone, authenticator }) {
      const as = `${someone()}:s1`;
      const code = authenticator(isDone(await mfa("POST", "/setup", { as })).body.uri).code();
      isDone(await mfa("POST", "/enable", { as, body: { code } }));
      isProblem(await mfa("POST", "/verify", { as, body: { code } }), "code_used", 401);
    },
  },
  {
    level: "MUST",
    name: "R8 A1 a code verifies once, whichever session it comes from",
    async run({ mfa, enrolled }) {
      const { as, id, fresh } = await enrolled();
      const body = { code: fresh() };
      isDone(await mfa("POST", "/verify", { as, body }));
      isProblem(await mfa("POST", "/verify", { as: `${id}:s2`, body }), "code_used", 401);
    },
  },
  {
    level: "MUST",
    name: "A41 a recovery code works once, in lower case and without its hyphens, and /verify says how many are left",
    async run({ mfa, enrolled }) {
      const { as, recoveryCodes } = await enrolled();
      const code = String(recoveryCodes[0]).toLowerCase().replaceAll("-", "");
      const { body } = isDone(await mfa("POST", "/verify", { as, body: { code } }));
      assert.equal(body.recovery_codes_left, 9);
      isProblem(await mfa("POST", "/verify", { as, body: { code: recoveryCodes[0] } }), "code_used", 401);
    },
  },
  {
    level: "MUST",
    name: "A12 R46 five wrong codes lock, and the lock says for how long",
    async run({ mfa, enrolled }) {
      const { as, wrong, fresh } = await enrolled();
      for (const left of [4, 3, 2, 1, 0]) {
        const answer = await mfa("POST", "/verify", { as, body: { code: wrong() } });
        isProblem(answer, "code_invalid", 401);
        assert.equal(answer.body.attempts_left, left);
      }
      const locked = await mfa("POST", "/verify", { as, body: { code: fresh() } });
      isProblem(locked, "locked", 429);
      assert.equal(Number(locked.headers.get("retry-after")), locked.body.retry_after);
      assert.ok(isTime((await mfa("GET", "/status", { as })).body.locked_until), "locked_until");
    },
  },
  {
    level: "MUST",
    name: "A46 a wrong code and an absent authenticator are answered alike",
    async run({ mfa, enrolled, someone }) {
      const { as, wrong } = await enrolled();
      const one = await mfa("POST", "/verify", { as, body: { code: wrong() } });
      const other = await mfa("POST", "/verify", { as: `${someone()}:s1`, body: { code: "123456" } });
      assert.deepEqual([one.status, one.text], [other.status, other.text]);
    },
  },
  ...["/disable", "/recovery-codes", "/setup"].map(
    (path): AuditCase => ({
      level: "MUST",
      name: `A29 R31 ${path} wants proof of whoever has an authenticator, and brings a challenge for it`,
      async run({ mfa, enrolled }) {
        const { as, fresh } = await enrolled();
        const asked = await mfa("POST", path, { as });
        isProblem(asked, "proof_needed", 401);
        const body = { code: fresh(), challenge: asked.body.challenge };
        const { body: verified } = isDone(await mfa("POST", "/verify", { as, body }));
        isDone(await mfa("POST", path, { as, headers: { "mfa-grant": String(verified.grant) } }));
      },
    }),
  ),
  {
    level: "MUST",
    name: "R27 new recovery codes void the old ones and end earlier grants, and the answer bears a fresh grant",
    async run({ mfa, call, enrolled }) {
      const { as, fresh, recoveryCodes, grant } = await enrolled();
      const { body, headers } = isDone(await mfa("POST", "/recovery-codes", { as, body: { code: fresh() } }));
      assert.equal((body.recovery_codes as string[]).length, 10);
      isUncached(headers);
      isProblem(await mfa("POST", "/verify", { as, body: { code: recoveryCodes[1] } }), "code_invalid", 401);
      isProblem(await call("POST", "/any", { as, headers: { "mfa-grant": grant } }), "step_up_required", 401);
      isDone(await call("POST", "/any", { as, headers: { "mfa-grant": headers.get("mfa-grant") ?? "" } }));
    },
  },
  {
    level: "MUST",
    name: "disabling removes everything",
    async run({ mfa, enrolled }) {
      const { as, fresh } = await enrolled();
      assert.deepEqual(isDone(await mfa("POST", "/disable", { as, body: { code: fresh() } })).body, { mfa_enabled: false });
      assert.equal((await mfa("GET", "/status", { as })).body.mfa_enabled, false);
      isProblem(await mfa("POST", "/disable", { as, body: { code: "123456" } }), "code_invalid", 401);
      isProblem(await mfa("POST", "/disable", { as }), "enrolment_required", 403);
    },
  },
  {
    level: "MUST",
    name: "GET /factors lists the authenticators, and PATCH names one",
    async run({ mfa, enrolled }) {
      const { as, factorId } = await enrolled();
      const renamed = await mfa("PATCH", `/factors/${factorId}`, { as, body: { name: " Old phone " } });
      assert.deepEqual(isDone(renamed).body, { id: factorId, name: "Old phone" });
      const { factors } = isDone(await mfa("GET", "/factors", { as })).body;
      assert.deepEqual(
        (factors as { name: string }[]).map(({ name }) => name),
        ["Old phone"],
      );
    },
  },
  {
    level: "MUST",
    name: "a name with control characters is refused",
    async run({ mfa, enrolled }) {
      const { as, factorId } = await enrolled();
      for (const name of ["a\u0000b", "a\u001b[31m", "", " ", "x".repeat(65)]) {
        isProblem(await mfa("PATCH", `/factors/${factorId}`, { as, body: { name } }), "body_invalid", 400);
      }
    },
  },
  {
    level: "MUST",
    name: "A39 an id that no store can look for is the request's fault, in a path and in a body",
    async run({ mfa, enrolled }) {
      const { as, fresh } = await enrolled();
      for (const id of ["%00", "a%00b", "%EF%BF%BD", "%0A", "%20"]) {
        isProblem(await mfa("PATCH", `/factors/${id}`, { as, body: { name: "Phone" } }), "body_invalid", 400);
        isProblem(await mfa("DELETE", `/devices/${id}`, { as }), "body_invalid", 400);
      }
      for (const id of ["\0", "\ud800"])
        isProblem(await mfa("POST", "/verify", { as, body: { code: fresh(), factor_id: id } }), "body_invalid", 400);
    },
  },
  {
    level: "MUST",
    name: "A29 another user's authenticator can be neither named nor removed",
    async run({ mfa, enrolled }) {
      const alice = await enrolled();
      const bob = await enrolled();
      const path = `/factors/${alice.factorId}`;
      isProblem(await mfa("PATCH", path, { as: bob.as, body: { name: "Mine" } }), "factor_unknown", 404);
      isProblem(await mfa("DELETE", path, { as: bob.as, body: { code: bob.fresh() } }), "factor_unknown", 404);
      assert.equal(isDone(await mfa("GET", "/status", { as: alice.as })).body.mfa_enabled, true);
    },
  },
  {
    level: "MUST",
    name: "R31 R34 removing an authenticator wants proof, and the last one takes MFA with it",
    async run({ mfa, enrolled }) {
      const { as, factorId, fresh } = await enrolled();
      isProblem(await mfa("DELETE", `/factors/${factorId}`, { as }), "proof_needed", 401);
      const { body, headers } = isDone(await mfa("DELETE", `/factors/${factorId}`, { as, body: { code: fresh() } }));
      assert.equal(body.mfa_enabled, false);
      assert.equal(headers.get("mfa-grant"), body.grant);
      isUncached(headers);
    },
  },
  {
    level: "MUST",
    name: "a grant in MFA-Grant is proof enough to remove an authenticator, without a body",
    async run({ mfa, enrolled }) {
      const { as, factorId, grant } = await enrolled();
      isDone(await mfa("DELETE", `/factors/${factorId}`, { as, headers: { "mfa-grant": grant } }));
    },
  },
  {
    level: "MUST",
    name: "R15 a token that ran ahead comes back by two codes in a row, and by no other two",
    async run({ mfa, enrolled }) {
      const { as, fresh } = await enrolled();
      const { body } = isDone(await mfa("POST", "/setup", { as, body: { type: "hotp", code: fresh() } }));
      const key = fromBase32(String(body.secret));
      isDone(await mfa("POST", "/enable", { as, body: { code: hotp(key, 0), factor_id: body.factor_id } }));
      const path = `/factors/${body.factor_id}/resync`;
      isProblem(await mfa("POST", path, { as, body: { codes: [hotp(key, 40), hotp(key, 42)] } }), "code_invalid", 401);
      isProblem(await mfa("POST", path, { as, body: { codes: [hotp(key, 40)] } }), "body_invalid", 400);
      isDone(await mfa("POST", path, { as, body: { codes: [hotp(key, 40), hotp(key, 41)] } }));
      isDone(await mfa("POST", "/verify", { as, body: { code: hotp(key, 42), factor_id: body.factor_id } }));
    },
  },
  {
    level: "MUST",
    name: "A27 a secret that the client brings is refused",
    async run({ mfa, someone }) {
      const body = { secret: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" };
      isProblem(await mfa("POST", "/setup", { as: `${someone()}:s1`, body }), "body_invalid", 400);
    },
  },
  {
    level: "MUST",
    name: "what the host does not offer is a 404 that says so",
    async run({ mfa, someone }) {
      const as = `${someone()}:s1`;
      isProblem(await mfa("POST", "/setup", { as, body: { type: "carrier-pigeon" } }), "unsupported", 404);
      isProblem(await mfa("POST", "/challenge", { as, body: { type: "sms" } }), "unsupported", 404);
    },
  },
  {
    level: "MUST",
    name: "R29 a code by e-mail answers the challenge that it was sent for, and no other",
    async run({ mfa, enrolled, ground }) {
      const { as, id } = await enrolled();
      const { body } = isDone(await mfa("POST", "/challenge", { as, body: { type: "email" } }));
      assert.equal(body.sent_to, "a•••@example.com");
      const code = ground.mailbox(id);
      isProblem(await mfa("POST", "/verify", { as, body: { code } }), "code_invalid", 401);
      const { challenge: other } = isDone(await mfa("POST", "/challenge", { as })).body;
      isProblem(await mfa("POST", "/verify", { as, body: { code, challenge: other } }), "code_invalid", 401);
      const { amr } = isDone(await mfa("POST", "/verify", { as, body: { code, challenge: body.challenge } })).body;
      assert.deepEqual(amr, ["email", "mfa"]);
    },
  },
  {
    level: "MUST",
    name: "R46 a second code by e-mail within the half minute is a 429 that says when",
    async run({ mfa, enrolled }) {
      const { as } = await enrolled();
      isDone(await mfa("POST", "/challenge", { as, body: { type: "email" } }));
      const again = await mfa("POST", "/challenge", { as, body: { type: "email" } });
      isProblem(again, "too_soon", 429);
      assert.equal(Number(again.headers.get("retry-after")), 30);
    },
  },
];
