import { email, type Mfa, totp } from "@nightlatch/core";
import { type ProblemCode, toProblem } from "@nightlatch/core/http";
import { createRateLimits, type LimitsBackend, memoryLimits } from "@nightlatch/core/limits";
import type { Request, Response } from "express";
import { expect, test } from "vitest";
import { rateLimit, send } from "../src/index.ts";
import { type Answer, type Host, startHost } from "./support/app.ts";
import { parseChallenge } from "./support/auth-params.ts";
import { authenticator, enrolled, pending } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";
import { BODY_ROUTES, CODE_ROUTES, MOUNT, routes } from "./support/routes.ts";
import { down } from "./support/watched-store.ts";

const ACR = "urn:nightlatch:acr:mfa";

/** A backend of rate limits that answers nothing of use. */
const noLimiter: LimitsBackend = { limiter: () => ({ consume: async () => {}, get: async () => {}, delete: async () => {} }) };

const limitsOn = (backend: LimitsBackend) => createRateLimits({ once: { points: 1, per: "1m" } }, backend, { onError: () => {} });

/** The host's own login, which answers with our problems. */
const login = (mfa: () => Mfa) => async (req: Request, res: Response) => {
  const answer = async () => {
    const step = await mfa().signIn({ id: String(req.query.user) }, { amr: ["pwd"], enrolled: req.query.enrolled === "yes" });
    return step.required ? toProblem(step) : { status: 200, headers: {}, body: {} };
  };
  const { status, headers, body } = await answer().catch(toProblem);
  res.status(status).set(headers).end(JSON.stringify(body));
};

/** A mailbox that takes everybody's codes but bob's. */
const byEmail = email(({ subject }) =>
  subject.id === "bob" ? Promise.reject(new Error("full")) : Promise.resolve({ to: "a•••@example.com" }),
);

const SECRET_URI = "otpauth://totp/Old?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/** Asks for a code by e-mail, as a user who is signed in. */
async function delivered({ mfa }: Host, id: string): Promise<unknown> {
  const { challenge } = await mfa.challenge({ id });
  return await mfa.deliver(challenge, "email").catch((error: unknown) => error);
}

async function hostWithLogin(): Promise<Host> {
  const host: Host = await startHost({
    mfaOptions: { factors: [totp(), byEmail] },
    routes(app, stepUp, run) {
      app.post(
        "/login",
        login(() => host.mfa),
      );
      // Routes of the host's own, for what the table has none for yet.
      app.post("/forget", async (_req, res) => send(res, toProblem(await host.mfa.devices.revoke({ id: "alice" }, "unknown"))));
      app.post("/import", async (_req, res) => send(res, toProblem(await host.mfa.factors.import({ id: "alice" }, SECRET_URI))));
      app.post("/reset", async (req, res) => {
        const actor = { id: "alice", session: "s1" };
        const grant = req.get("mfa-grant") ?? "";
        send(res, toProblem(await host.mfa.admin.reset({ id: "alice" }, { actor, grant, reason: "a test" })));
      });
      app.post("/deliver", async (req, res) => send(res, toProblem(await delivered(host, String(req.query.user)))));
      app.post("/rename", async (_req, res) => send(res, toProblem(await host.mfa.factors.rename({ id: "alice" }, "unknown", "Phone"))));
      app.post("/limited", rateLimit(limitsOn(memoryLimits()), "once", { by: "address" }), run);
      app.post("/uncounted", rateLimit(limitsOn(noLimiter), "once", { by: "address" }), run);
      app.post("/unbound", stepUp({ bind: () => [] }), run);
    },
  });
  return host;
}

const verify = (host: Host, as: string, code: string) => host.call("POST", "/auth/mfa/verify", { as, body: { code } });

/** How to be answered with each problem. */
const SITUATIONS: Record<ProblemCode, [status: number, meet: (host: Host) => Promise<Answer>]> = {
  unauthenticated: [401, (host) => host.call("GET", "/auth/mfa/status")],
  mfa_required: [
    401,
    async (host) => {
      await enrolled(host, "alice");
      return await host.call("POST", "/login?user=alice");
    },
  ],
  step_up_required: [401, async (host) => host.call("POST", "/plain", { as: (await enrolled(host, "alice")).as })],
  proof_needed: [401, async (host) => host.call("POST", "/auth/mfa/disable", { as: (await enrolled(host, "alice")).as })],
  code_invalid: [401, (host) => verify(host, "alice:s1", "123456")],
  code_used: [
    401,
    async (host) => {
      const alice = await enrolled(host, "alice");
      return await verify(host, alice.as, alice.code());
    },
  ],
  challenge_expired: [
    401,
    (host) => host.call("POST", "/auth/mfa/verify", { as: "alice:s1", body: { code: "123456", challenge: "none" } }),
  ],
  locked: [
    429,
    async (host) => {
      for (let n = 0; n < 5; n += 1) await verify(host, "alice:s1", "123456");
      return await verify(host, "alice:s1", "123456");
    },
  ],
  enrolment_required: [403, (host) => host.call("POST", "/plain", { as: "alice:s1" })],
  enrolment_mismatch: [403, (host) => host.call("POST", "/login?user=alice&enrolled=yes")],
  origin_refused: [403, (host) => host.call("POST", "/plain", { as: "alice:s1", headers: { origin: "null" } })],
  body_invalid: [400, (host) => host.call("POST", "/auth/mfa/verify", { as: "alice:s1", body: {} })],
  body_too_large: [413, (host) => host.call("POST", "/auth/mfa/verify", { as: "alice:s1", body: " ".repeat(20_000) })],
  media_type_unsupported: [
    415,
    (host) => host.call("POST", "/auth/mfa/verify", { as: "alice:s1", body: {}, headers: { "content-type": "text/plain" } }),
  ],
  unsupported: [404, (host) => host.call("POST", "/auth/mfa/setup", { as: "alice:s1", body: { type: "carrier-pigeon" } })],
  binding_invalid: [400, (host) => host.call("POST", "/unbound", { as: "alice:s1" })],
  factor_unknown: [404, (host) => host.call("POST", "/rename")],
  method_not_allowed: [405, (host) => host.call("DELETE", "/auth/mfa/status", { as: "alice:s1" })],
  factor_limit: [
    409,
    async (host) => {
      const alice = await enrolled(host, "alice");
      const { secret } = await pending(host, alice.as, alice.fresh());
      await host.call("POST", "/auth/mfa/enable", { as: alice.as, body: { code: authenticator(host, secret).code() } });
      return await host.call("POST", "/auth/mfa/setup", { as: alice.as, body: { code: alice.fresh() } });
    },
  ],
  device_unknown: [404, (host) => host.call("POST", "/forget")],
  already_enrolled: [
    409,
    async (host) => {
      await host.mfa.factors.import({ id: "alice" }, SECRET_URI);
      return await host.call("POST", "/import");
    },
  ],
  rate_limited: [
    429,
    async (host) => {
      await host.call("POST", "/limited");
      return await host.call("POST", "/limited");
    },
  ],
  limiter_unavailable: [503, (host) => host.call("POST", "/uncounted")],
  own_account: [
    403,
    async (host) => {
      const { grant } = await enrolled(host, "alice");
      return await host.call("POST", "/reset", { headers: { "mfa-grant": grant } });
    },
  ],
  too_soon: [
    429,
    async (host) => {
      await enrolled(host, "alice");
      await delivered(host, "alice");
      const answer = await host.call("POST", "/deliver?user=alice");
      expect(answer.headers.get("retry-after")).toBe("30");
      return answer;
    },
  ],
  delivery_failed: [
    503,
    async (host) => {
      await enrolled(host, "bob");
      return await host.call("POST", "/deliver?user=bob");
    },
  ],
  unavailable: [
    503,
    (host) => {
      host.store.break("read", down);
      return host.call("GET", "/auth/mfa/status", { as: "alice:s1" });
    },
  ],
  internal: [500, (host) => host.call("GET", "/auth/mfa/status", { as: `${"a".repeat(300)}:s1` })],
};

test.each(Object.entries(SITUATIONS))("R45 %s is problem+json whose status is the response's own", async (code, [status, meet]) => {
  const answer = await meet(await hostWithLogin());
  expectProblem(answer, code as ProblemCode, status);
  expect(answer.headers.has("www-authenticate")).toBe(status === 401);
});

test.each(Object.entries(SITUATIONS).filter(([, [status]]) => status === 401))(
  "R42 the challenge of %s is well formed and names no more than the standard's members",
  async (code, [, meet]) => {
    const { headers } = await meet(await hostWithLogin());
    const { scheme, params } = parseChallenge(headers.get("www-authenticate") ?? "");
    expect(scheme).toBe("Bearer");
    if (code === "unauthenticated") {
      expect(params).toEqual({});
      return;
    }
    const { max_age: maxAge, ...others } = params;
    expect(others).toEqual({
      error: "insufficient_user_authentication",
      error_description: expect.stringMatching(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/),
      acr_values: ACR,
    });
    expect(maxAge).toBe(code === "step_up_required" ? "300" : undefined);
  },
);

test.each([
  ["/plain", 300],
  ["/now", 0],
  ["/hour", 3600],
  ["/seconds", 90],
])("R42 %s says its max_age as a whole number of seconds, in the header and the body", async (path, seconds) => {
  const host = await startHost({
    routes(app, stepUp, run) {
      app.post("/hour", stepUp({ maxAge: "1h" }), run);
      app.post("/seconds", stepUp({ maxAge: 90 }), run);
    },
  });
  const { as } = await enrolled(host, "alice");
  const { headers, body } = await host.call("POST", path, { as });
  expect(parseChallenge(headers.get("www-authenticate") ?? "").params.max_age).toBe(String(seconds));
  expect(body).toMatchObject({ max_age: seconds, acr_values: ACR });
});

test("R42 the header is the same whatever the user sent: nothing of it is echoed", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const plain = await host.call("POST", "/plain", { as: alice.as });
  const sly = await host.call("POST", '/plain?max_age=1&error="x"', { as: alice.as, headers: { "mfa-grant": 'x", acr_values="none' } });
  expect(sly.headers.get("www-authenticate")).toBe(plain.headers.get("www-authenticate"));
});

test("R42 the parser that these tests trust refuses what RFC 9110 does not allow", () => {
  expect(parseChallenge('Bearer a="b\\"c", d=e')).toEqual({ scheme: "Bearer", params: { a: 'b"c', d: "e" } });
  for (const malformed of [
    "",
    "Bearer ",
    "Bearer a",
    'Bearer a="b',
    'Bearer a="b",',
    'Bearer a="b" c=d',
    'Bearer a="b", a="c"',
    'Bearer a="é"',
  ]) {
    expect(() => parseChallenge(malformed)).toThrow(SyntaxError);
  }
});

test("R45 every refusal of every route holds to the same form", async () => {
  const host = await startHost();
  const { as } = await enrolled(host, "alice");
  const wrongMethod = routes.map(({ path }) => host.call("PUT", MOUNT + path, { as }));
  const nobody = routes.map(({ method, path }) => host.call(method, MOUNT + path));
  const foreign = BODY_ROUTES.map(({ method, path }) => host.call(method, MOUNT + path, { as, headers: { origin: "null" } }));
  const notJson = BODY_ROUTES.map(({ method, path }) => host.call(method, MOUNT + path, { as, body: "{" }));
  const tooLarge = BODY_ROUTES.map(({ method, path }) => host.call(method, MOUNT + path, { as, body: " ".repeat(20_000) }));
  const plain = { as, body: "{}", headers: { "content-type": "text/plain" } };
  const notText = BODY_ROUTES.map(({ method, path }) => host.call(method, MOUNT + path, plain));
  const wrongCode = CODE_ROUTES.map(({ method, path }) => host.call(method, MOUNT + path, { as, body: { code: "12345" } }));
  const groups: [ProblemCode, number, Promise<Answer>[]][] = [
    ["method_not_allowed", 405, wrongMethod],
    ["unauthenticated", 401, nobody],
    ["origin_refused", 403, foreign],
    ["body_invalid", 400, notJson],
    ["body_too_large", 413, tooLarge],
    ["media_type_unsupported", 415, notText],
    ["code_invalid", 401, wrongCode],
  ];
  for (const [code, status, answers] of groups) for (const answer of await Promise.all(answers)) expectProblem(answer, code, status);
});

test("R45 a refusal for want of proof brings the challenge that one could answer", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  for (const path of ["/disable", "/recovery-codes", "/setup"]) {
    const { body } = await host.call("POST", MOUNT + path, { as: alice.as });
    expect(body).toMatchObject({ code: "proof_needed", methods: ["totp", "recovery_code"], challenge: expect.any(String) });
  }
  const { challenge } = (await host.call("POST", "/auth/mfa/recovery-codes", { as: alice.as })).body;
  const { grant } = (await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.fresh(), challenge } })).body;
  const done = await host.call("POST", "/auth/mfa/recovery-codes", { as: alice.as, headers: { "mfa-grant": String(grant) } });
  expect(done.status).toBe(200);
});

test("R45 asking for recovery codes where the host has none is the caller's fault, not the server's", async () => {
  const host = await startHost({ mfaOptions: { recoveryCodes: false } });
  const alice = await enrolled(host, "alice");
  const { status } = await host.call("POST", "/auth/mfa/recovery-codes", { as: alice.as, body: { code: alice.fresh() } });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(host.faults).toEqual([]);
});

test("R45 setting up an app where the host offers none is the caller's fault, not the server's", async () => {
  const { enrol: _, ...key } = totp();
  const host = await startHost({ mfaOptions: { factors: [{ ...key, type: "key" }] } });
  const { status } = await host.call("POST", "/auth/mfa/setup", { as: "alice:s1" });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(host.faults).toEqual([]);
});
