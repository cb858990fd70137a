import { hotp } from "@nightlatch/core";
import { fromBase32, hotp as hotpCode } from "@nightlatch/core/otp";
import { expect, test } from "vitest";
import { type Answer, type Host, startHost } from "./support/app.ts";
import { authenticator, enrolled, grantOf, pending } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";
import { CODE_ROUTES, MOUNT, PUBLIC_ROUTES, routes } from "./support/routes.ts";

/** Every answer that a route gives when all goes well, by its method and path. */
const ANSWERS: Record<string, (host: Host) => Promise<Answer>> = {
  "GET /status": (host) => withNothing(host, "GET", "/status"),
  "POST /setup": async (host) => (await pending(host, "alice:s1")).answer,
  "POST /enable": async (host) => {
    const { secret } = await pending(host, "alice:s1");
    return await host.call("POST", "/auth/mfa/enable", { as: "alice:s1", body: { code: authenticator(host, secret).code() } });
  },
  "POST /disable": (host) => withCode(host, "POST", "/disable"),
  "POST /challenge": (host) => withNothing(host, "POST", "/challenge"),
  "POST /verify": (host) => withCode(host, "POST", "/verify"),
  "POST /recovery-codes": (host) => withCode(host, "POST", "/recovery-codes"),
  "GET /factors": (host) => withNothing(host, "GET", "/factors"),
  "PATCH /factors/:id": async (host) => {
    const { as, factorId } = await enrolled(host, "alice");
    return await host.call("PATCH", `${MOUNT}/factors/${factorId}`, { as, body: { name: "Phone" } });
  },
  "DELETE /factors/:id": (host) => withCode(host, "DELETE", "/factors/:id"),
  "POST /factors/:id/resync": async (host) => {
    const { answer, secret } = await pending(host, "alice:s1");
    const { body } = answer;
    const key = fromBase32(secret);
    await host.call("POST", `${MOUNT}/enable`, { as: "alice:s1", body: { code: hotpCode(key, 0), factor_id: body.factor_id } });
    const codes = [hotpCode(key, 30), hotpCode(key, 31)];
    return await host.call("POST", `${MOUNT}/factors/${body.factor_id}/resync`, { as: "alice:s1", body: { codes } });
  },
  "GET /devices": (host) => withNothing(host, "GET", "/devices"),
  "DELETE /devices/:id": async (host) => {
    const alice = await enrolled(host, "alice");
    const step = await host.mfa.signIn({ id: "alice" }, { amr: ["pwd"] });
    if (!step.required) throw new Error("no second step");
    await host.mfa.verify({ challenge: step.challenge, code: alice.fresh(), device: { name: "Laptop" } });
    const [device] = await host.mfa.devices.list({ id: "alice" });
    return await host.call("DELETE", `${MOUNT}/devices/${device?.id}`, { as: alice.as });
  },
};

/** A host for them: the answer of a resync wants a token that counts. */
const hostFor = (name: string) =>
  startHost({ mfaOptions: { trustedDevices: { for: "1d" }, ...(name.endsWith("/resync") ? { factors: [hotp()] } : {}) } });

async function withNothing(host: Host, method: string, path: string): Promise<Answer> {
  return await host.call(method, MOUNT + path, { as: (await enrolled(host, "alice")).as });
}

async function withCode(host: Host, method: string, path: string): Promise<Answer> {
  const alice = await enrolled(host, "alice");
  return await host.call(method, MOUNT + path.replace(":id", alice.factorId), { as: alice.as, body: { code: alice.fresh() } });
}

test("A45 the answers below are those of every route there is that tells of somebody", () => {
  expect(Object.keys(ANSWERS).sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
});

test.each(PUBLIC_ROUTES)("A45 $path tells of nobody, so it may be kept", async ({ path }) => {
  const { status, headers } = await (await startHost()).call("GET", MOUNT + path);
  expect(status).toBe(200);
  expect(headers.get("cache-control")).toBe("public, max-age=300");
});

test.each(Object.entries(ANSWERS))("A45 R39 the answer of %s is no-store", async (name, meet) => {
  const { status, headers } = await meet(await hostFor(name));
  expect(status).toBe(200);
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
});

test.each(["GET", "POST"])("A45 R39 a guarded %s whose answer bears a grant is no-store", async (method) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const { headers } = await host.call(method, "/plain", { as: alice.as, headers: { "x-mfa-code": alice.fresh() } });
  expect(headers.get("mfa-grant")).not.toBeNull();
  expect(headers.get("cache-control")).toBe("no-store");
});

test("A45 a guarded route without a new grant keeps its own caching", async () => {
  const host = await startHost({
    routes: (app, stepUp) =>
      app.get("/report", stepUp(), (_req, res) => {
        res.set("Cache-Control", "private, max-age=60").json({});
      }),
  });
  const alice = await enrolled(host, "alice");
  const { headers } = await host.call("GET", "/report", { as: alice.as, headers: { "mfa-grant": alice.grant } });
  expect(headers.get("cache-control")).toBe("private, max-age=60");
});

test("R38 no route that takes a code is a GET, and no GET reads a body", () => {
  for (const { method, body } of routes.filter((route) => route.method === "GET" || route.takesCode)) {
    expect(body === undefined).toBe(method === "GET");
  }
  expect(CODE_ROUTES.map(({ method }) => method)).not.toContain("GET");
});

test.each(CODE_ROUTES)("R38 $path takes no code from its URL", async ({ method, path }) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const code = alice.fresh();
  const query = `?code=${code}&x-mfa-code=${code}&mfa-grant=${alice.grant}&grant=${alice.grant}`;
  const { status } = await host.call(method, `${MOUNT}${path}${query}`, { as: alice.as });
  expect([400, 401]).toContain(status);
  expect(host.store.calls.filter((verb) => verb === "charge")).toHaveLength(1);
});

test("R38 a guard takes no code or grant from its URL or a cookie", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const code = alice.fresh();
  const query = `?code=${code}&X-MFA-Code=${code}&mfa_grant=${alice.grant}&MFA-Grant=${alice.grant}`;
  const headers = { cookie: `MFA-Grant=${alice.grant}; mfa_grant=${alice.grant}; __Host-mfa-grant=${alice.grant}; X-MFA-Code=${code}` };
  expectProblem(await host.call("POST", `/plain${query}`, { as: alice.as, headers }), "step_up_required", 401);
  expect(host.ran).toEqual([]);
});

test("R38 no answer points to a URL with a secret in it, sets a cookie, or repeats a secret in a header", async () => {
  for (const [name, meet] of Object.entries(ANSWERS)) {
    const { headers, body } = await meet(await hostFor(name));
    expect(headers.get("location")).toBeNull();
    expect(headers.get("refresh")).toBeNull();
    expect(headers.getSetCookie()).toEqual([]);
    const known = [body.secret, ...((body.recovery_codes as string[] | undefined) ?? [])].filter((value) => typeof value === "string");
    const all = JSON.stringify([...headers]);
    for (const secret of known) expect(all).not.toContain(secret);
  }
});

test("A42 no refusal and no report to onError bears a code, a secret or a grant", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const grant = await grantOf(host, alice);
  const wrong = alice.wrong();
  const canaries = [alice.secret, ...alice.recoveryCodes, grant, wrong];
  const texts: string[] = [];
  const keep = async (answer: Promise<Answer>) => {
    const { text, headers } = await answer;
    texts.push(text, JSON.stringify([...headers]));
  };
  for (const verb of [undefined, "read", "charge", "settle"] as const) {
    if (verb) {
      host.store.break(verb, async () => {
        throw new Error("fault");
      });
    }
    for (const { method, path } of routes) {
      await keep(host.call(method, MOUNT + path, { as: alice.as, ...(method === "GET" ? {} : { body: { code: wrong } }) }));
    }
    await keep(host.call("DELETE", "/bookings/7", { as: alice.as, headers: { "mfa-grant": grant, "x-mfa-code": wrong } }));
    host.store.mend();
  }
  texts.push(...host.faults.map((error) => `${error.message} ${error.stack}`));
  expect(host.faults.length).toBeGreaterThan(0);
  // Without ids, whose random digits may happen to be those of a code.
  const said = texts.map((text) => text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, ""));
  for (const canary of canaries) expect(said.filter((text) => text.includes(canary))).toEqual([]);
});

test("R38 the status shows no secret of an authenticator, pending or enabled", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const second = await pending(host, alice.as, alice.fresh());
  const { body, text } = await host.call("GET", "/auth/mfa/status", { as: alice.as });
  expect(body).toEqual({
    mfa_enabled: true,
    username: "alice@example.com",
    asker: expect.stringMatching(/^[\w-]{43}$/),
    factors: [
      {
        id: expect.any(String),
        type: "totp",
        name: "Authenticator app",
        created_at: expect.stringMatching(/^\d{4}-.*Z$/),
        last_used_at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ],
    methods: ["totp", "recovery_code"],
    recovery_codes_left: 10,
  });
  for (const secret of [alice.secret, second.secret, ...alice.recoveryCodes]) expect(text).not.toContain(secret);
});
