import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { cors } from "hono/cors";
import * as oauth from "oauth4webapi";
import { expect, onTestFinished, test } from "vitest";
import { corsHeaders, deviceToken, type WebMfaOptions, webMfa, webStepUp } from "../src/http/index.ts";
import { ConfigError } from "../src/index.ts";
import { fromBase32, totp } from "../src/otp/index.ts";
import { type AuditGround, auditGround, testMfa } from "../src/testing/index.ts";

const CONSOLE = "https://console.example";

interface Host {
  url: string;
  ground: AuditGround;
  call(method: string, path: string, headers?: Record<string, string>, body?: object): Promise<Response>;
}

/** A Hono app on a live port, with guarded routes and CORS of its own. */
async function started(options: Partial<WebMfaOptions> = {}): Promise<Host> {
  const ground = await auditGround();
  const { handler, stepUp } = webMfa(ground.mfa, {
    subject: (request) => ground.subject(request.headers.get("authorization")),
    origins: ground.origins,
    signIn: ground.signIn,
    ...options,
  });
  const app = new Hono();
  app.use(
    "/api/*",
    cors({ origin: CONSOLE, allowHeaders: [...corsHeaders.allowed], exposeHeaders: [...corsHeaders.exposed], credentials: true }),
  );
  app.all("/auth/mfa/*", (c) => handler(c.req.raw));
  const done = () => Response.json({ done: true }, { headers: { "X-Own": "kept" } });
  const plain = stepUp({}, done);
  const approve = stepUp({ purpose: "payment.approve", bind: (_request: Request, id: string) => [id] }, done);
  app.all("/api/any", (c) => plain(c.req.raw));
  app.all("/api/approve/:id", (c) => approve(c.req.raw, c.req.param("id")));
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 });
  if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    ground,
    call: (method, path, headers = {}, body) =>
      fetch(url + path, {
        method,
        headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
  };
}

interface Person {
  as: Record<string, string>;
  grant: string;
  recoveryCodes: string[];
  fresh(): string;
}

async function enrolled({ call, ground }: Host, id = "alice"): Promise<Person & { enabled: Response }> {
  const as = { authorization: `Bearer ${id}:s1` };
  const { secret } = (await (await call("POST", "/auth/mfa/setup", as)).json()) as { secret: string };
  const code = () => totp(fromBase32(secret), ground.now());
  const enabled = await call("POST", "/auth/mfa/enable", as, { code: code() });
  const { grant, recovery_codes: recoveryCodes } = (await enabled.clone().json()) as { grant: string; recovery_codes: string[] };
  const fresh = () => {
    ground.advance(30);
    return code();
  };
  return { as, grant, recoveryCodes, fresh, enabled };
}

test("A51 what an approval is bound to is asked for no foreign page, and for nobody who is not signed in", async () => {
  const { mfa } = await testMfa();
  const asked: string[] = [];
  const bind = (_request: Request, id: string) => {
    asked.push(id);
    return [id];
  };
  const subject = ({ headers }: Request) => (headers.has("authorization") ? { id: "alice", session: "s1" } : undefined);
  const guarded = webStepUp(mfa, { subject })({ bind, ifNotEnrolled: "allow" }, () => new Response("done"));
  const call = async (id: string, headers: Record<string, string>) =>
    (await guarded(new Request("https://app.example/", { method: "POST", headers }), id)).status;
  expect(await call("1", { authorization: "alice", "sec-fetch-site": "cross-site" })).toBe(403);
  expect(await call("2", {})).toBe(401);
  expect(asked).toEqual([]);
  expect(await call("3", { authorization: "alice" })).toBe(200);
  expect(asked).toEqual(["3"]);
});

test("R42 an OAuth client's own parser reads the refusal of a guard", async () => {
  const host = await started();
  await enrolled(host);
  const asked = oauth.protectedResourceRequest("alice:s1", "POST", new URL("/api/any", host.url), undefined, undefined, {
    [oauth.allowInsecureRequests]: true,
  });
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
  const { status, cause } = error as oauth.WWWAuthenticateChallengeError;
  expect(status).toBe(401);
  expect(cause).toEqual([
    {
      scheme: "bearer",
      parameters: {
        error: "insufficient_user_authentication",
        error_description: "This needs a fresh code from your authenticator app.",
        acr_values: "urn:nightlatch:acr:mfa",
        max_age: "300",
      },
    },
  ]);
});

test("a console on another origin asks first, sends its grant, and reads the new one", async () => {
  const host = await started();
  const { as, grant, fresh } = await enrolled(host);
  const preflight = {
    origin: CONSOLE,
    "access-control-request-method": "DELETE",
    "access-control-request-headers": "mfa-grant,x-mfa-code",
  };
  const asked = await host.call("OPTIONS", "/api/any", preflight);
  expect(asked.status).toBe(204);
  expect(asked.headers.get("access-control-allow-headers")).toContain("X-MFA-Code");
  const page = { origin: CONSOLE, "sec-fetch-site": "cross-site", ...as };
  const byGrant = await host.call("DELETE", "/api/any", { ...page, "mfa-grant": grant });
  expect(byGrant.status).toBe(200);
  expect(byGrant.headers.get("access-control-allow-origin")).toBe(CONSOLE);
  const byCode = await host.call("DELETE", "/api/any", { ...page, "x-mfa-code": fresh() });
  expect(byCode.headers.get("mfa-grant")).not.toBeNull();
  expect(byCode.headers.get("access-control-expose-headers")).toContain("MFA-Grant");
  expect(byCode.headers.get("x-own")).toBe("kept");
  const refused = await host.call("DELETE", "/api/any", page);
  expect(refused.headers.get("access-control-allow-origin")).toBe(CONSOLE);
  expect(await refused.json()).toMatchObject({ acr_values: "urn:nightlatch:acr:mfa", max_age: 300, challenge: expect.any(String) });
});

const cookieOf = (response: Response): string | undefined =>
  response.headers.getSetCookie().find((line) => line.startsWith("__Host-mfa-grant="));
const sent = (line: string | undefined): string => (line ?? "").split(";")[0] ?? "";

test("where the host wants it a grant is kept in a cookie that no script reads and no other site sends", async () => {
  const host = await started({ grantCookie: true });
  const { as, enabled, fresh } = await enrolled(host);
  const kept = cookieOf(enabled);
  expect(kept).toMatch(/^__Host-mfa-grant=[\w.-]+; Path=\/; Max-Age=900; Secure; HttpOnly; SameSite=Strict$/);
  const cookie = `theme=dark; ${sent(kept)}`;
  expect((await host.call("POST", "/api/any", { ...as, cookie })).status).toBe(200);
  expect((await host.call("POST", "/auth/mfa/recovery-codes", { ...as, cookie })).status).toBe(200);
  expect(cookieOf(await host.call("POST", "/api/any", { ...as, "x-mfa-code": fresh() }))).toBeDefined();
});

test("A32 no cookie holds a grant with a purpose or one that is good once, and one without passes no guard that has a purpose", async () => {
  const host = await started({ grantCookie: true });
  const { as, enabled, recoveryCodes } = await enrolled(host);
  const cookie = sent(cookieOf(enabled));
  const refused = await host.call("POST", "/api/approve/7", { ...as, cookie });
  expect(refused.status).toBe(401);
  const { challenge } = (await refused.json()) as { challenge: string };
  const answered = await host.call("POST", "/auth/mfa/verify", as, { code: String(recoveryCodes[0]), challenge });
  expect(answered.headers.get("mfa-grant")).not.toBeNull();
  expect(answered.headers.getSetCookie()).toEqual([]);
  const once = (await (await host.call("POST", "/auth/mfa/challenge", as, { once: true })).json()) as { challenge: string };
  const single = await host.call("POST", "/auth/mfa/verify", as, { code: String(recoveryCodes[2]), challenge: once.challenge });
  expect([single.status, single.headers.getSetCookie()]).toEqual([200, []]);
  const inline = await host.call("POST", "/api/approve/7", { ...as, "x-mfa-code": String(recoveryCodes[1]) });
  expect(inline.status).toBe(200);
  expect(inline.headers.getSetCookie()).toEqual([]);
});

test("A51 a page of another site gets nowhere with the cookie, on GET neither; the address bar does", async () => {
  const host = await started({ grantCookie: true });
  const { as, enabled } = await enrolled(host);
  const headers = { ...as, cookie: sent(cookieOf(enabled)) };
  for (const site of ["cross-site", "same-site"]) {
    for (const method of ["GET", "POST"]) {
      expect((await host.call(method, "/api/any", { ...headers, "sec-fetch-site": site })).status).toBe(403);
    }
  }
  expect((await host.call("GET", "/api/any", { ...headers, "sec-fetch-site": "none" })).status).toBe(200);
});

test("A32 another user's cookie, and one of another session, opens nothing", async () => {
  const host = await started({ grantCookie: true });
  const alice = await enrolled(host);
  const bob = await enrolled(host, "bob");
  const cookie = sent(cookieOf(alice.enabled));
  for (const as of [bob.as, { authorization: "Bearer alice:s2" }]) {
    expect((await host.call("POST", "/api/any", { ...as, cookie })).status).toBe(401);
  }
});

test("A34 the device's cookie is read by its name alone", () => {
  const read = (cookie?: string | string[]) => deviceToken({ headers: { cookie } });
  expect(read("a=1; __Host-mfa-device=abc; b=2")).toBe("abc");
  expect(read("__Host-mfa-device=a=b")).toBe("a=b");
  for (const none of [undefined, "", "x__Host-mfa-device=abc", "mfa-device=abc", ["__Host-mfa-device=abc"]])
    expect(read(none)).toBeUndefined();
});

/** Bytes that JavaScript takes for space, and browsers for part of a cookie's name: what such a name begins with is no prefix. */
const SPACES = ["\u00a0", "\ufeff", "\u2000", "\u2028", "\v", "\f"];

test("A34 a cookie that a sibling domain sets under a name that only looks like ours is not read, and hides none of ours", () => {
  const read = (cookie: string) => deviceToken({ headers: { cookie } });
  for (const space of SPACES) {
    for (const name of [`${space}__Host-mfa-device`, `__Host-mfa-device${space}`]) {
      expect(read(`${name}=theirs`)).toBeUndefined();
      expect(read(`${name}=theirs; __Host-mfa-device=ours`)).toBe("ours");
    }
  }
  expect(read("a=1;\t__Host-mfa-device=ours ;b=2")).toBe("ours");
});

test("a request outside the base path, and one whose host no header tells, are answered rightly", async () => {
  const ground = await auditGround();
  const { handler } = webMfa(ground.mfa, { subject: (request) => ground.subject(request.headers.get("authorization")), basePath: "" });
  const answered = async (url: string, init?: RequestInit) => (await handler(new Request(url, init))).status;
  const as = { authorization: "Bearer alice:s1" };
  expect(await answered("https://app.example/status", { headers: as })).toBe(200);
  expect(await answered("https://app.example/auth/mfa/status", { headers: as })).toBe(404);
  const headers = { ...as, origin: "https://app.example" };
  expect(await answered("https://app.example/setup", { method: "POST", headers })).toBe(200);
  expect(await answered("https://other.example/setup", { method: "POST", headers })).toBe(403);
});

test.each<[what: string, options: object]>([
  ["no subject", {}],
  ["a base path with a slash at its end", { subject: () => undefined, basePath: "/auth/" }],
  ["a base path that is none", { subject: () => undefined, basePath: "auth" }],
  ["a misspelt option", { subject: () => undefined, bassPath: "/auth" }],
  ["a cookie that is neither wanted nor not", { subject: () => undefined, grantCookie: "yes" }],
])("A13 %s stops the start", async (_what, options) => {
  const { mfa } = await auditGround();
  expect(() => webMfa(mfa, options as never)).toThrow(ConfigError);
});
