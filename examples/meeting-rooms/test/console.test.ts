import { createServer, request } from "node:http";
import { freePort } from "@nightlatch/internal-services";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEMO_PASSWORD } from "../src/demo/catalogue.ts";
import { enrol } from "./support/authenticator.ts";
import { startWithConsole, untilItAnswers, type WithConsole } from "./support/console.ts";
import { call, tokenOf } from "./support/http.ts";
import { endAll, startSystem } from "./support/system.ts";

let system: WithConsole;
beforeAll(async () => {
  system = await startWithConsole();
});
afterAll(endAll);

const OWN = { "Sec-Fetch-Site": "same-origin" };
const credentials = { username: "member", password: DEMO_PASSWORD };

async function session(): Promise<string> {
  const { headers } = await call("POST", `${system.console}/api/auth/login`, { json: credentials, headers: OWN });
  return headers.get("set-cookie")?.split(";")[0] ?? "";
}

/** Seconds are told down to the moment of the answer. */
const expectHalfAnHour = (cookie: string): void => {
  const [, seconds] = /Max-Age=(\d+)/.exec(cookie) ?? [];
  expect(Number(seconds)).toBeGreaterThan(1700);
  expect(Number(seconds)).toBeLessThanOrEqual(1800);
};

test("the token of a sign-in becomes a cookie that no script can read, and stands in no answer", async () => {
  const { status, body, headers, text } = await call("POST", `${system.console}/api/auth/login`, { json: credentials, headers: OWN });
  expect(status).toBe(200);
  expect(body).toEqual({ expires_in: 1800 });
  const cookie = headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/^meeting-rooms=ey/);
  for (const attribute of ["HttpOnly", "SameSite=Strict", "Path=/"]) expect(cookie).toContain(attribute);
  expectHalfAnHour(cookie);
  expect(text).not.toContain(cookie.slice("meeting-rooms=".length, 80));
});

test("the cookie lasts as long as the token, also where the answer tells when the grant of a code expires", async () => {
  const guest = { username: "guest", password: DEMO_PASSWORD };
  const { recoveryCodes } = await enrol(system.users, await tokenOf(system.users, guest.username, guest.password));
  const { body } = await call("POST", `${system.console}/api/auth/login`, { json: guest, headers: OWN });
  const headers = { ...OWN, "MFA-Challenge": body.challenge };
  const answer = await call("POST", `${system.console}/api/auth/mfa/verify`, { json: { code: recoveryCodes[0] }, headers });
  expect(answer.status).toBe(200);
  expectHalfAnHour(answer.headers.get("set-cookie") ?? "");
});

test("the token stands in no answer, however the address is spelt that a sign-in is sent to", async () => {
  const bearers: string[] = [];
  for (const path of [
    "auth/login/",
    "auth/LOGIN",
    "AUTH/login",
    "auth//login",
    "auth/%6Cogin",
    "auth/login;a=b",
    "auth/./login",
    "auth/login?x",
  ]) {
    const answer = await call("POST", `${system.console}/api/${path}`, { json: credentials, headers: OWN });
    if (/access_token|eyJ/.test(answer.text)) bearers.push(path);
    const isSignIn = answer.headers.get("set-cookie") !== null;
    expect({ path, isSignIn }).toEqual({ path, isSignIn: answer.status === 200 });
  }
  expect(bearers).toEqual([]);
});

test("a service that is less strict about spellings, or says more than it should, gives no script a token either", async () => {
  const claims = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 1800 })).toString("base64url");
  const body = JSON.stringify({ access_token: `eyJ.${claims}.b`, token_type: "bearer", expires_in: 1800 });
  const loose = createServer(
    (req, res) => void res.writeHead(req.url?.includes("201") ? 201 : 200, { "Content-Type": "application/json" }).end(body),
  );
  await new Promise<void>((resolve) => loose.listen(0, "127.0.0.1", resolve));
  const { port: at } = loose.address() as { port: number };
  const port = String(await freePort());
  const env = { WEB_CONSOLE: "on", CONSOLE_PORT: port, USERS_URL: `http://127.0.0.1:${at}` };
  const { stop, output } = await startSystem({ args: ["--service", "console"], env });
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(url, output);
  for (const path of ["auth/login/", "auth/LOGIN", "auth/mfa/verify/", "auth/anything", "auth/201"]) {
    const answer = await call("POST", `${url}/api/${path}`, { json: {}, headers: OWN });
    expect({ path, text: answer.text }).toEqual({ path, text: '{"expires_in":1800}' });
    expect(answer.headers.get("set-cookie")).toContain("HttpOnly");
  }
  await stop();
  loose.close();
});

test("behind TLS the cookie is Secure and bound to the host", async () => {
  const headers = { ...OWN, "X-Forwarded-Proto": "https" };
  const answer = await call("POST", `${system.console}/api/auth/login`, { json: credentials, headers });
  const cookie = answer.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/^__Host-meeting-rooms=ey.*; Secure/);
  // It is no cookie of the plain site.
  const [pair = ""] = cookie.split(";");
  expect((await call("GET", `${system.console}/api/users/me`, { headers: { Cookie: pair } })).status).toBe(401);
  expect((await call("GET", `${system.console}/api/users/me`, { headers: { ...headers, Cookie: pair } })).status).toBe(200);
});

test("the cookie signs requests in; a token of the browser's own is not passed on", async () => {
  const Cookie = await session();
  expect((await call("GET", `${system.console}/api/users/me`, { headers: { Cookie } })).body.username).toBe("member");
  const login = await call("POST", `${system.users}/auth/login`, { json: credentials });
  const Authorization = `Bearer ${login.body.access_token}`;
  expect((await call("GET", `${system.console}/api/users/me`, { headers: { Authorization } })).status).toBe(401);
});

test("signing out ends the session at every service, and another one of the same user goes on", async () => {
  const [Cookie, other] = [await session(), await session()];
  const token = Cookie.slice("meeting-rooms=".length);
  const services = [`${system.users}/users/me`, `${system.rooms}/rooms`, `${system.bookings}/bookings`, `${system.reviews}/reviews`];
  for (const url of services) expect((await call("GET", url, { token })).status, url).toBe(200);
  expect((await call("DELETE", `${system.console}/api/session`, { headers: { ...OWN, Cookie } })).status).toBe(204);
  for (const url of services) expect((await call("GET", url, { token })).status, url).toBe(401);
  expect((await call("GET", `${system.console}/api/users/me`, { headers: { Cookie } })).status).toBe(401);
  expect((await call("GET", `${system.console}/api/users/me`, { headers: { Cookie: other } })).status).toBe(200);
  // Twice is once.
  expect((await call("DELETE", `${system.console}/api/session`, { headers: { ...OWN, Cookie } })).status).toBe(204);
});

test("signing out has the browser forget the cookie", async () => {
  const { status, headers } = await call("DELETE", `${system.console}/api/session`, { headers: OWN });
  expect(status).toBe(204);
  expect(headers.get("set-cookie")).toMatch(/^meeting-rooms=; .*Expires=Thu, 01 Jan 1970/);
});

test.each([
  ["another site, by what the browser says", { "Sec-Fetch-Site": "cross-site" }],
  ["a sibling of the site", { "Sec-Fetch-Site": "same-site" }],
  ["another origin", { Origin: "https://evil.example" }],
  ["no page at all", {}],
  ["the address bar", { "Sec-Fetch-Site": "none" }],
  ["a page without an origin", { Origin: "null" }],
])("a change that comes from %s is refused before any service hears of it", async (_, headers) => {
  const Cookie = await session();
  const json = { room_id: 1, title: "Forged", starts_at: "2031-01-01T09:00:00Z", ends_at: "2031-01-01T10:00:00Z" };
  const { status, body } = await call("POST", `${system.console}/api/bookings`, { json, headers: { ...headers, Cookie } });
  expect([status, body.code]).toEqual([403, "origin_refused"]);
});

test("a change from the console's own page goes through, with either proof of where it comes from", async () => {
  const Cookie = await session();
  for (const headers of [OWN, { Origin: system.console }]) {
    const { status } = await call("POST", `${system.console}/api/bookings`, { json: {}, headers: { ...headers, Cookie } });
    expect(status).toBe(422);
  }
});

test("pages and answers say what the browser must refuse", async () => {
  for (const path of ["/", "/analytics", "/api/console", "/assets/none.js"]) {
    const { headers } = await call("GET", `${system.console}${path}`);
    const policy = headers.get("content-security-policy") ?? "";
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"])
      expect(policy).toContain(part);
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-powered-by")).toBeNull();
  }
});

test("what is built is kept by browsers for good, the page that names it never, and what is not there is not the page", async () => {
  const { text, headers } = await call("GET", `${system.console}/`);
  expect(headers.get("cache-control")).toBe("no-cache");
  const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(text) ?? [];
  const built = await call("GET", `${system.console}${script}`);
  expect(built.headers.get("cache-control")).toContain("immutable");
  expect((await call("GET", `${system.console}/assets/none.js`)).status).toBe(404);
});

test("of the services only what people use is reached, and no figures", async () => {
  for (const path of ["/api/metrics", "/api/health", "/api/.well-known/jwks.json", "/api/nothing"]) {
    expect((await call("GET", `${system.console}${path}`)).status, path).toBe(404);
  }
});

test("a path can't be led out of its service", async () => {
  const { hostname, port } = new URL(system.console);
  for (const path of ["/api/rooms/../metrics", "/api/rooms/..%2fmetrics", "/api//example.com/rooms", "/api/rooms/%2e%2e/metrics"]) {
    const text = await new Promise<string>((resolve, reject) => {
      const req = request({ hostname, port, path, headers: OWN }, (res) => {
        let all = "";
        res.setEncoding("utf8").on("data", (part: string) => {
          all += part;
        });
        res.on("end", () => resolve(all));
      });
      req.on("error", reject).end();
    });
    expect(text, path).not.toContain("http_requests_total");
  }
});

test("live updates come through as they happen", async () => {
  const Cookie = await session();
  const controller = new AbortController();
  const { body, headers } = await fetch(`${system.console}/api/events`, { headers: { Cookie }, signal: controller.signal });
  expect(headers.get("content-type")).toContain("text/event-stream");
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("event: resync")) text += (await reader?.read())?.value ?? "";
  controller.abort();
});

test("the demo accounts are told outside production alone", async () => {
  const { body } = await call("GET", `${system.console}/api/console`);
  expect(body.demo_accounts[0]).toMatchObject({ username: "admin", role: "admin" });
  expect(body.signed_in).toBe(false);
});

test("alone it needs no database and no keys, also in production; a service that is away is said to be", async () => {
  // What is in front of a service that died: nothing listens there.
  const gone = `http://127.0.0.1:${await freePort()}`;
  const port = String(await freePort());
  const urls = Object.fromEntries(["USERS", "ROOMS", "BOOKINGS", "REVIEWS", "ANALYTICS"].map((name) => [`${name}_URL`, gone]));
  const alone = startSystem({
    args: ["--service", "console"],
    env: { NODE_ENV: "production", WEB_CONSOLE: "on", CONSOLE_PORT: port, ...urls },
  });
  const { stop, output } = await alone;
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(url, output);
  const { status, body } = await call("GET", `${url}/api/rooms`);
  expect([status, body.code]).toEqual([503, "unavailable"]);
  expect((await call("GET", `${url}/api/console`)).body.demo_accounts).toEqual([]);
  // Who signs out is not told that the session is over, where nobody knows; the browser forgets it all the same.
  const out = await call("DELETE", `${url}/api/session`, { headers: { ...OWN, Cookie: "meeting-rooms=a.token" } });
  expect([out.status, out.body.code, out.headers.get("set-cookie")]).toEqual([
    503,
    "unavailable",
    expect.stringMatching(/^meeting-rooms=;/),
  ]);
  expect(await stop()).toBe(0);
});

test("a service that breaks off in the middle of an answer leaves no half of one that looks whole", async () => {
  const broken = createServer((_req, res) => {
    res.writeHead(200, { "Content-Type": "application/json", "Content-Length": "100" });
    res.write('{"items":[');
    setImmediate(() => res.destroy());
  });
  await new Promise<void>((resolve) => broken.listen(0, "127.0.0.1", resolve));
  const { port: at } = broken.address() as { port: number };
  const port = String(await freePort());
  const urls = Object.fromEntries(
    ["USERS", "ROOMS", "BOOKINGS", "REVIEWS", "ANALYTICS"].map((name) => [`${name}_URL`, `http://127.0.0.1:${at}`]),
  );
  const { stop, output } = await startSystem({ args: ["--service", "console"], env: { WEB_CONSOLE: "on", CONSOLE_PORT: port, ...urls } });
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(url, output);
  await expect(fetch(`${url}/api/rooms`).then((answer) => answer.json())).rejects.toThrow();
  await stop();
  broken.close();
});
