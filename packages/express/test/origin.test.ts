import { ConfigError } from "@nightlatch/core";
import { expect, test } from "vitest";
import { expressMfa } from "../src/index.ts";
import { GUARDED, type Host, startHost, subjectOfBearer } from "./support/app.ts";
import { enrolled, grantOf } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";
import { rawBytes, rawRequest } from "./support/raw.ts";
import { CODE_ROUTES, MOUNT, routes } from "./support/routes.ts";

const PARTNER = "https://console.example.com";
type Headers = (host: Host) => Record<string, string>;

/** What a browser, or something worse, sends for a page of another site. */
const FOREIGN: readonly (readonly [string, Headers])[] = [
  ["Sec-Fetch-Site: cross-site", () => ({ "sec-fetch-site": "cross-site" })],
  ["Sec-Fetch-Site: same-site", () => ({ "sec-fetch-site": "same-site" })],
  ["Sec-Fetch-Site in capitals", () => ({ "sec-fetch-site": "SAME-ORIGIN" })],
  ["Sec-Fetch-Site of two values", () => ({ "sec-fetch-site": "same-origin, cross-site" })],
  ["an unknown Sec-Fetch-Site", () => ({ "sec-fetch-site": "friendly" })],
  ["cross-site under our own Origin", ({ url }) => ({ "sec-fetch-site": "cross-site", origin: url })],
  ["another Origin", () => ({ origin: "https://evil.example" })],
  ["Origin: null", () => ({ origin: "null" })],
  ["an Origin that is no URL", () => ({ origin: "evil" })],
  ["our host on another port", () => ({ origin: "http://127.0.0.1:1" })],
  ["our host as a subdomain of another", ({ url }) => ({ origin: `${url}.evil.example` })],
  ["our host as a user name", ({ url }) => ({ origin: `${url}@evil.example` })],
  ["two Origins, ours first", ({ url }) => ({ origin: `${url}, https://evil.example` })],
  ["a forwarded host of the other site", () => ({ origin: "https://evil.example", "x-forwarded-host": "evil.example" })],
  ["an allowed Origin's subdomain", () => ({ origin: "https://x.console.example.com" })],
  ["an allowed Origin on another scheme", () => ({ origin: "http://console.example.com" })],
  ["an allowed Origin's look-alike", () => ({ origin: "https://console.example.com.evil.example" })],
  ["an allowed Origin in a list", () => ({ origin: `${PARTNER}, https://evil.example` })],
];

/** What our own pages send, those of allowed origins, and clients that are no browser. */
const OURS: readonly (readonly [string, Headers])[] = [
  ["no browser at all", () => ({})],
  ["a browser's same-origin fetch", ({ url }) => ({ "sec-fetch-site": "same-origin", origin: url })],
  ["an older browser's same-origin fetch", ({ url }) => ({ origin: url })],
  ["a bookmark or the address bar", () => ({ "sec-fetch-site": "none" })],
  ["an allowed origin", () => ({ "sec-fetch-site": "cross-site", origin: PARTNER })],
  ["an allowed origin in an older browser", () => ({ origin: PARTNER })],
];

const POSTS = routes.filter(({ method }) => method !== "GET");

test.each(FOREIGN)("A51 %s: refused by every route, and nothing is charged or changed", async (_what, headers) => {
  const host = await startHost({ origins: [PARTNER] });
  const alice = await enrolled(host, "alice");
  const grant = await grantOf(host, alice);
  const code = alice.fresh();
  const before = host.store.calls.length;
  for (const { method, path, takesCode } of POSTS) {
    const call = { as: alice.as, headers: { ...headers(host), "mfa-grant": grant }, ...(takesCode ? { body: { code } } : {}) };
    expectProblem(await host.call(method, MOUNT + path, call), "origin_refused", 403);
  }
  expect(host.store.calls).toHaveLength(before);
  // Neither was the code spent nor MFA switched off.
  expect((await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code } })).status).toBe(200);
});

test.each(FOREIGN)("A51 %s: refused by every guard with a code, even on GET, and nothing is charged", async (_what, headers) => {
  const host = await startHost({ origins: [PARTNER] });
  const alice = await enrolled(host, "alice");
  const grant = await grantOf(host, alice);
  const code = alice.fresh();
  const before = host.store.calls.length;
  for (const [method, path] of GUARDED) {
    const call = { as: alice.as, headers: { ...headers(host), "x-mfa-code": code, "mfa-grant": grant } };
    expectProblem(await host.call(method, path, call), "origin_refused", 403);
  }
  expect(host.store.calls).toHaveLength(before);
  expect(host.ran).toEqual([]);
  expect((await host.call("GET", "/plain", { as: alice.as, headers: { "x-mfa-code": code } })).status).toBe(200);
});

test.each(FOREIGN)("A51 %s: no guarded change is made with a grant either", async (_what, headers) => {
  const host = await startHost({ origins: [PARTNER] });
  const alice = await enrolled(host, "alice");
  const grant = await grantOf(host, alice);
  for (const [method, path] of GUARDED.filter(([verb]) => verb !== "GET")) {
    const answer = await host.call(method, path, { as: alice.as, headers: { ...headers(host), "mfa-grant": grant } });
    expectProblem(answer, "origin_refused", 403);
  }
  expect(host.ran).toEqual([]);
});

test.each(OURS)("A51 %s: passes every route that takes a code, and the guard", async (_what, headers) => {
  const host = await startHost({ origins: [PARTNER] });
  for (const { method, path } of CODE_ROUTES.filter((route) => route.path !== "/enable")) {
    const person = await enrolled(host, path.slice(1));
    const answer = await host.call(method, MOUNT + path, { as: person.as, body: { code: person.fresh() }, headers: headers(host) });
    expect(answer.status).toBe(200);
  }
  const alice = await enrolled(host, "alice");
  expect((await host.call("POST", "/auth/mfa/challenge", { as: alice.as, headers: headers(host) })).status).toBe(200);
  for (const method of ["GET", "POST"]) {
    const call = { as: alice.as, headers: { ...headers(host), "x-mfa-code": alice.fresh() } };
    expect((await host.call(method, "/plain", call)).status).toBe(200);
  }
});

test("A51 a hundred foreign posts run up no lock: the owner still has every attempt", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
  for (let n = 0; n < 50; n += 1) {
    await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.wrong() }, headers });
    await host.call("GET", "/plain", { as: alice.as, headers: { ...headers, "x-mfa-code": alice.wrong() } });
  }
  const answer = await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.wrong() } });
  expect(answer.body.attempts_left).toBe(4);
});

test("A51 a foreign page's plain navigation to a guarded page is met with the challenge, and charges nothing", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const answer = await host.call("GET", "/plain", { as: alice.as, headers: { "sec-fetch-site": "cross-site" } });
  expectProblem(answer, "step_up_required", 401);
  expect(host.store.calls.filter((verb) => verb === "charge")).toHaveLength(1);
});

test("A51 the origin is judged before the session is even looked at", async () => {
  let asked = 0;
  const host = await startHost({
    subject() {
      asked += 1;
      return undefined;
    },
  });
  const headers = { "sec-fetch-site": "cross-site" };
  for (const { method, path } of POSTS) expectProblem(await host.call(method, MOUNT + path, { headers }), "origin_refused", 403);
  expectProblem(await host.call("POST", "/plain", { headers }), "origin_refused", 403);
  expect(asked).toBe(0);
});

test.each(["x-http-method-override", "x-method-override", "x-http-method"])("A51 %s makes no post a harmless one", async (name) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const headers = { "sec-fetch-site": "cross-site", [name]: "GET" };
  const body = { code: alice.wrong(), _method: "GET" };
  expectProblem(await host.call("POST", "/auth/mfa/verify?_method=GET", { as: alice.as, headers, body }), "origin_refused", 403);
});

test("A51 header lines sent twice or empty are not taken for our own", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const variants: [string, string][][] = [
    [
      ["Origin", host.url],
      ["Origin", "https://evil.example"],
    ],
    [
      ["Sec-Fetch-Site", "same-origin"],
      ["Sec-Fetch-Site", "cross-site"],
    ],
    [["Origin", ""]],
    [["Sec-Fetch-Site", ""]],
  ];
  const before = host.store.calls.length;
  for (const variant of variants) {
    const headers: [string, string][] = [...variant, ["Authorization", `Bearer ${alice.as}`], ["X-MFA-Code", alice.wrong()]];
    for (const path of ["/plain", "/auth/mfa/verify"]) {
      const { status, text } = await rawRequest(host, { method: "POST", path, headers });
      expect({ status, code: JSON.parse(text).code }).toEqual({ status: 403, code: "origin_refused" });
    }
  }
  expect(host.store.calls).toHaveLength(before);
});

test("A51 an Origin without a host is not ours, though the request names no host either", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const rest = `Authorization: Bearer ${alice.as}\r\nMFA-Grant: ${alice.grant}\r\nConnection: close\r\n\r\n`;
  for (const line of ["HTTP/1.0\r\n", "HTTP/1.1\r\nHost:\r\n"]) {
    for (const origin of ["file://", "app:x", "null", host.url]) {
      expect(await rawBytes(host, `POST /plain ${line}Origin: ${origin}\r\n${rest}`, { hangUp: false })).toBe("HTTP/1.1 403 Forbidden");
    }
  }
  expect(host.ran).toEqual([]);
});

test.each([
  "*",
  "null",
  "",
  "example.com",
  "https://example.com/",
  "https://example.com/path",
  "https://*.example.com",
  "https://EXAMPLE.com",
  "https://user@example.com",
])("A51 %j among the allowed origins stops the start", async (origin) => {
  const { mfa } = await startHost();
  expect(() => expressMfa(mfa, { subject: subjectOfBearer, origins: [origin] })).toThrow(ConfigError);
});
