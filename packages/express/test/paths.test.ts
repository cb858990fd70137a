import { expect, test } from "vitest";
import { type Host, startHost } from "./support/app.ts";
import { enrolled } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";
import { rawBytes, rawRequest } from "./support/raw.ts";
import { CODE_ROUTES, MOUNT, routes } from "./support/routes.ts";

/** A path written so that a guard, a route or a check might miss it. */
const VARIANTS: readonly (readonly [string, (path: string) => string])[] = [
  ["in capitals", (path) => path.toUpperCase()],
  ["with a slash behind it", (path) => `${path}/`],
  ["with two slashes behind it", (path) => `${path}//`],
  ["with two slashes before it", (path) => `/${path}`],
  ["with a slash doubled", (path) => path.replace(/\/(?=[^/]*$)/, "//")],
  ["with a letter encoded", (path) => path.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`)],
  ["with a letter encoded twice", (path) => path.replace(/.$/, (last) => `%25${last.charCodeAt(0).toString(16)}`)],
  ["with its slashes encoded", (path) => `/${path.slice(1).replaceAll("/", "%2f")}`],
  ["with a slash encoded behind it", (path) => `${path}%2f`],
  ["with a dot segment", (path) => `/.${path}`],
  ["with a parent segment", (path) => `/x/..${path}`],
  ["with an encoded parent segment", (path) => `/x/%2e%2e${path}`],
  ["with a backslash", (path) => path.replace(/\/(?=[^/]*$)/, "\\")],
  ["with a path parameter", (path) => `${path};x=1`],
  ["with an encoded NUL", (path) => `${path}%00`],
  ["with a space", (path) => `${path}%20`],
  ["with an extension", (path) => `${path}.json`],
  ["with a broken escape", (path) => `${path}%`],
  ["with a query", (path) => `${path}?x=1`],
  ["with an empty query", (path) => `${path}?`],
  ["with a long s", (path) => path.replace("s", "%C5%BF")],
];

const guarded: readonly (readonly [method: string, path: string])[] = [
  ["GET", "/plain"],
  ["POST", "/plain"],
  ["HEAD", "/plain"],
  ["DELETE", "/bookings/7"],
  ["POST", "/app-only"],
];

test.each(VARIANTS)("A50 a guarded path %s runs nothing without proof", async (_how, variant) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  for (const [method, path] of guarded) {
    const headers: [string, string][] = [["Authorization", `Bearer ${alice.as}`]];
    const { status } = await rawRequest(host, { method, path: variant(path), headers });
    expect([400, 401, 404]).toContain(status);
  }
  expect(host.ran).toEqual([]);
});

test.each(VARIANTS)("A50 A51 a route's path %s charges nothing for a foreign page", async (_how, variant) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const body = JSON.stringify({ code: alice.fresh() });
  const before = host.store.calls.length;
  for (const { method, path } of CODE_ROUTES) {
    const headers: [string, string][] = [
      ["Authorization", `Bearer ${alice.as}`],
      ["Content-Type", "application/json"],
      ["Origin", "https://evil.example"],
    ];
    const { status } = await rawRequest(host, { method, path: variant(MOUNT + path), headers, chunks: [body] });
    expect([400, 403, 404]).toContain(status);
  }
  expect(host.store.calls).toHaveLength(before);
});

test("A50 a guarded middleware holds for every path below it, however it is written", async () => {
  const host = await startHost({
    routes(app, stepUp, run) {
      app.use("/admin", stepUp());
      app.get("/admin/users", run);
    },
  });
  const alice = await enrolled(host, "alice");
  for (const [, variant] of VARIANTS) {
    const headers: [string, string][] = [["Authorization", `Bearer ${alice.as}`]];
    const { status } = await rawRequest(host, { method: "GET", path: variant("/admin/users"), headers });
    expect([400, 401, 404]).toContain(status);
  }
  expect(host.ran).toEqual([]);
});

test("A50 a request line with a whole URL, or another host in it, meets the same guard", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const rest = `HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${alice.as}\r\nConnection: close\r\n\r\n`;
  for (const target of ["http://evil.example/plain", `${host.url}/plain`, "http://127.0.0.1/plain?x=/auth/mfa"]) {
    expect(await rawBytes(host, `POST ${target} ${rest}`, { hangUp: false })).toBe("HTTP/1.1 401 Unauthorized");
  }
  expect(host.ran).toEqual([]);
});

test("A32 a binding follows the resource that the route sees, however its path is written", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const approved = await host.call("DELETE", "/bookings/7", { as: alice.as, headers: { "x-mfa-code": alice.fresh() } });
  const headers: [string, string][] = [
    ["Authorization", `Bearer ${alice.as}`],
    ["MFA-Grant", approved.headers.get("mfa-grant") ?? ""],
  ];
  const status = async (path: string) => (await rawRequest(host, { method: "DELETE", path, headers })).status;
  for (const same of ["/bookings/7", "/bookings/7/", "/bookings/%37", "/BOOKINGS/7"]) expect(await status(same)).toBe(200);
  for (const other of ["/bookings/07", "/bookings/7%20", "/bookings/7.0", "/bookings/%EF%BC%97", "/bookings/7%00", "/bookings/7;8"]) {
    expect(await status(other)).toBe(401);
  }
});

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY", "TRACE"];

test.each(routes)(
  "R45 $path, which takes $method, answers every method that it has no route for with 405, says which it takes, and does nothing",
  async ({ method, path }) => {
    const host = await startHost();
    const alice = await enrolled(host, "alice");
    const before = host.store.calls.length;
    const taken = routes
      .filter((route) => route.path === path)
      .flatMap((route) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
    for (const other of METHODS.filter((name) => !taken.includes(name))) {
      const headers: [string, string][] = [["Authorization", `Bearer ${alice.as}`]];
      const answer = await rawRequest(host, { method: other, path: MOUNT + path, headers });
      expect({ other, status: answer.status }).toEqual({ other, status: 405 });
      expect(answer.headers.allow?.toString().split(", ")).toContain(method);
      if (other !== "HEAD") expect(JSON.parse(answer.text)).toMatchObject({ code: "method_not_allowed", status: 405 });
      else expect(answer.text).toBe("");
    }
    expect(host.store.calls).toHaveLength(before);
  },
);

test("R39 HEAD of a route that GET reads answers the same head, without a body", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const headers: [string, string][] = [["Authorization", `Bearer ${alice.as}`]];
  const answer = await rawRequest(host, { method: "HEAD", path: `${MOUNT}/status`, headers });
  expect([answer.status, answer.text, answer.headers["cache-control"]]).toEqual([200, "", "no-store"]);
});

test.each(["", "/", "/nope", "/verify/", "/verify/x", "/__proto__", "/constructor", "/toString", "/%76erify"])(
  "R45 below the mount point, %j is the host's own to answer",
  async (path) => {
    const host = await startHost();
    const answer = await host.call("POST", MOUNT + path, { as: "alice:s1", body: { code: "123456" } });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ host: "not found" });
    expect(host.store.calls).not.toContain("charge");
  },
);

test("R45 what the router answers reaches no handler behind it", async () => {
  const passed: string[] = [];
  const host = await startHost({
    routes: (app) =>
      app.use((req, _res, next) => {
        passed.push(req.path);
        next();
      }),
  });
  const alice = await enrolled(host, "alice");
  for (const { method, path } of routes) {
    await host.call(method, MOUNT + path, { as: alice.as });
    await host.call("PUT", MOUNT + path, { as: alice.as });
  }
  expect(passed).toEqual([]);
});

test("R45 what the host leaves to others under the mount point still reads its own body", async () => {
  const host = await startHost({ json: true, routes: (app) => app.post("/auth/mfa/nope", (req, res) => void res.json(req.body)) });
  expect((await host.call("POST", "/auth/mfa/nope", { body: { mine: 1 } })).body).toEqual({ mine: 1 });
});

test("R36 a guard on GET guards HEAD as well, and OPTIONS runs no handler", async () => {
  const host: Host = await startHost({ routes: (app, stepUp, run) => app.get("/report", stepUp(), run) });
  const alice = await enrolled(host, "alice");
  const head = await host.call("HEAD", "/report", { as: alice.as });
  expect(head.status).toBe(401);
  expect(head.headers.get("www-authenticate")).toContain("insufficient_user_authentication");
  await host.call("OPTIONS", "/report", { as: alice.as });
  expect(host.ran).toEqual([]);
  expectProblem(await host.call("GET", "/report", { as: alice.as }), "step_up_required", 401);
});
