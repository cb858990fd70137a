import { expect, test } from "vitest";
import { type Answer, type Host, startHost } from "./support/app.ts";
import { authenticator, enrolled, grantOf, pending } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";
import { CODE_ROUTES, MOUNT, routes } from "./support/routes.ts";

/** Every answer that a route gives when all goes well, by its path, and the guard's. */
const ANSWERS: Record<string, (host: Host) => Promise<Answer>> = {
  "/status": async (host) => host.call("GET", "/auth/mfa/status", { as: (await enrolled(host, "alice")).as }),
  "/setup": async (host) => (await pending(host, "alice:s1")).answer,
  "/enable": async (host) => {
    const { secret } = await pending(host, "alice:s1");
    return await host.call("POST", "/auth/mfa/enable", { as: "alice:s1", body: { code: authenticator(host, secret).code() } });
  },
  "/disable": (host) => withCode(host, "/disable"),
  "/challenge": async (host) => host.call("POST", "/auth/mfa/challenge", { as: (await enrolled(host, "alice")).as }),
  "/verify": (host) => withCode(host, "/verify"),
  "/recovery-codes": (host) => withCode(host, "/recovery-codes"),
};

async function withCode(host: Host, path: string): Promise<Answer> {
  const alice = await enrolled(host, "alice");
  return await host.call("POST", MOUNT + path, { as: alice.as, body: { code: alice.fresh() } });
}

test("A45 the answers below are those of every route there is", () => {
  expect(Object.keys(ANSWERS).sort()).toEqual(routes.map(({ path }) => path).sort());
});

test.each(Object.entries(ANSWERS))("A45 R39 the answer of %s is no-store", async (_path, meet) => {
  const { status, headers } = await meet(await startHost());
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
    expect(method === "GET" ? body === undefined : body !== undefined).toBe(true);
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
  for (const meet of Object.values(ANSWERS)) {
    const { headers, body } = await meet(await startHost());
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
    factors: [
      {
        id: expect.any(String),
        type: "totp",
        name: "Authenticator app",
        created_at: expect.stringMatching(/^\d{4}-.*Z$/),
        last_used_at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ],
    recovery_codes_left: 10,
  });
  for (const secret of [alice.secret, second.secret, ...alice.recoveryCodes]) expect(text).not.toContain(secret);
});
