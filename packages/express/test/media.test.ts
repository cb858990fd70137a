import { gzipSync } from "node:zlib";
import express, { type RequestHandler } from "express";
import { expect, test } from "vitest";
import { type Host, startHost } from "./support/app.ts";
import { enrolled } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";
import { rawBytes, rawRequest } from "./support/raw.ts";
import { BODY_ROUTES, MOUNT } from "./support/routes.ts";

const MEGABYTE = 1024 * 1024;
const huge = JSON.stringify({ code: "1".repeat(MEGABYTE) });

const posted = (as: string, more: [string, string][] = []): [string, string][] => [
  ["Authorization", `Bearer ${as}`],
  ["Content-Type", "application/json"],
  ...more,
];

/** What was asked of the store since the marker was made. */
const marker = (host: Host) => {
  const before = host.store.calls.length;
  return () => host.store.calls.slice(before);
};

test.each(BODY_ROUTES)("A40 $path: a body of 1 MB is a 413 and reaches no store", async ({ method, path }) => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const since = marker(host);
  expectProblem(await host.call(method, MOUNT + path, { as: alice.as, body: huge }), "body_too_large", 413);
  expect(since()).toEqual([]);
});

test("A40 a body of 1 MB is a 413 behind a parser that lets it through, and reaches no store", async () => {
  const host = await startHost({ before: express.json({ limit: "2mb" }) });
  const alice = await enrolled(host, "alice");
  const since = marker(host);
  expectProblem(await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: huge }), "body_too_large", 413);
  expect(since()).toEqual([]);
});

test("A40 a body of 1 MB in chunks is answered with a 413 and reaches no store", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const since = marker(host);
  const answer = await rawRequest(host, { method: "POST", path: "/auth/mfa/verify", headers: posted(alice.as), chunks: [huge] });
  expect(answer.status).toBe(413);
  expect(JSON.parse(answer.text).code).toBe("body_too_large");
  expect(since()).toEqual([]);
});

test("A40 a body of 1 MB in chunks, behind express.json() with a wide limit, reaches no store", async () => {
  const host = await startHost({ before: express.json({ limit: "2mb" }) });
  const alice = await enrolled(host, "alice");
  const since = marker(host);
  const answer = await rawRequest(host, { method: "POST", path: "/auth/mfa/verify", headers: posted(alice.as), chunks: [huge] });
  expect(answer.status).toBe(400);
  expect(since()).toEqual([]);
});

test("A40 a body in chunks that is short enough is read whole", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const chunks = ['{"co', 'de":"', alice.fresh(), '"}'];
  const answer = await rawRequest(host, { method: "POST", path: "/auth/mfa/verify", headers: posted(alice.as), chunks });
  expect(answer.status).toBe(200);
});

test("A40 16 KiB to the byte are read, and not a byte more", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const body = (length: number) => JSON.stringify({ code: alice.wrong() }).padEnd(length);
  const { status } = await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: body(16 * 1024) });
  expect(status).toBe(401);
  expectProblem(await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: body(16 * 1024 + 1) }), "body_too_large", 413);
});

test("A40 a code of 8 KB in a header is refused without being charged", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const since = marker(host);
  const answer = await host.call("POST", "/plain", { as: alice.as, headers: { "x-mfa-code": "1".repeat(8000) } });
  expectProblem(answer, "code_invalid", 401);
  expect(since()).not.toContain("charge");
});

test("A40 a grant of 8 KB is refused before its signature is looked at", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const [head = "", payload = "", signature = ""] = alice.grant.split(".");
  for (const grant of ["x".repeat(8000), `${head}.${payload}.${signature}${"A".repeat(6000)}`, ".".repeat(8000)]) {
    const answer = await host.call("POST", "/plain", { as: alice.as, headers: { "mfa-grant": grant } });
    expectProblem(answer, "step_up_required", 401);
  }
  expect(host.ran).toEqual([]);
});

test.each([
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/jsonp",
  "application/json-patch+json",
  "application/vnd.api+json",
  "application/xml",
  "text/plain; application/json",
  "application/json, text/plain",
  "json",
  "*/*",
])("A39 a body sent as %s is a 415 and reaches no store, parser or not", async (type) => {
  for (const json of [false, true]) {
    const host = await startHost({ json });
    const alice = await enrolled(host, "alice");
    const body = JSON.stringify({ code: alice.fresh() });
    const since = marker(host);
    for (const { method, path } of BODY_ROUTES) {
      const answer = await host.call(method, MOUNT + path, { as: alice.as, body, headers: { "content-type": type } });
      expectProblem(answer, "media_type_unsupported", 415);
    }
    expect(since()).toEqual([]);
  }
});

test("A51 a form, as any page can post it, is a 415 even where the host parses forms", async () => {
  const host = await startHost({ before: express.urlencoded({ extended: true }) });
  const alice = await enrolled(host, "alice");
  const since = marker(host);
  for (const path of ["/verify", "/disable", "/recovery-codes"]) {
    const call = { as: alice.as, body: `code=${alice.fresh()}`, headers: { "content-type": "application/x-www-form-urlencoded" } };
    expectProblem(await host.call("POST", `/auth/mfa${path}`, call), "media_type_unsupported", 415);
  }
  expect(since()).toEqual([]);
});

test("A51 JSON under a type that any page can send is a 415 even where the host's parser takes it", async () => {
  const host = await startHost({ before: express.json({ type: "*/*" }) });
  const alice = await enrolled(host, "alice");
  const since = marker(host);
  for (const type of ["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    const call = { as: alice.as, body: { code: alice.fresh() }, headers: { "content-type": type } };
    expectProblem(await host.call("POST", "/auth/mfa/verify", call), "media_type_unsupported", 415);
  }
  expect(since()).toEqual([]);
});

test("A51 JSON without a type, as any page can send it too, is a 415 even where the host's parser takes it", async () => {
  const host = await startHost({ before: express.json({ type: () => true }) });
  const alice = await enrolled(host, "alice");
  const since = marker(host);
  const headers: [string, string][] = [["Authorization", `Bearer ${alice.as}`]];
  const body = `{"code":"${alice.fresh()}"}`;
  for (const more of [[], [["Content-Length", String(body.length)]]] as [string, string][][]) {
    const answer = await rawRequest(host, { method: "POST", path: "/auth/mfa/verify", headers: [...headers, ...more], chunks: [body] });
    expect(answer.status).toBe(415);
  }
  expect(since()).toEqual([]);
});

test("a body that the host has made itself is taken, and so is none", async () => {
  const made: RequestHandler = (req, _res, next) => {
    req.body ??= {};
    next();
  };
  const host = await startHost({ before: made });
  expect((await host.call("POST", "/auth/mfa/setup", { as: "alice:s1" })).status).toBe(200);
});

test.each([
  ["bytes", express.raw({ type: "*/*" })],
  ["text", express.text({ type: "*/*" })],
])("A39 a body that the host has read as %s is a 400 and reaches no store", async (_what, before) => {
  const host = await startHost({ before });
  const since = marker(host);
  const answer = await host.call("POST", "/auth/mfa/verify", { as: "alice:s1", body: { code: "123456" } });
  expectProblem(answer, "body_invalid", 400);
  expect(since()).toEqual([]);
});

test("A39 a body without a media type is a 415", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const headers: [string, string][] = [["Authorization", `Bearer ${alice.as}`]];
  const answer = await rawRequest(host, { method: "POST", path: "/auth/mfa/verify", headers, chunks: [`{"code":"${alice.fresh()}"}`] });
  expect(answer.status).toBe(415);
});

test.each(["application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8"])(
  "A39 a body sent as %s is read, parser or not",
  async (type) => {
    for (const json of [false, true]) {
      const host = await startHost({ json });
      const alice = await enrolled(host, "alice");
      const call = { as: alice.as, body: { code: alice.fresh() }, headers: { "content-type": type } };
      expect((await host.call("POST", "/auth/mfa/verify", call)).status).toBe(200);
    }
  },
);

test.each([
  ["compressed", (text: string) => gzipSync(text), [["Content-Encoding", "gzip"]]],
  ["in UTF-16", (text: string) => Buffer.from(text, "utf16le"), []],
  ["behind a byte order mark", (text: string) => Buffer.from(`\ufeff${text}`), []],
  ["with a byte that is no UTF-8", (text: string) => Buffer.concat([Buffer.from(text.slice(0, -2)), Buffer.from([0xff, 0x22, 0x7d])]), []],
  ["nested thousands deep", () => Buffer.from("[".repeat(8000)), []],
] as [string, (text: string) => Buffer, [string, string][]][])(
  "A39 a body %s is refused and charges nothing",
  async (_how, encode, more) => {
    const host = await startHost();
    const alice = await enrolled(host, "alice");
    const since = marker(host);
    const bytes = encode(`{"code":"${alice.fresh()}"}`);
    const answer = await rawRequest(host, { method: "POST", path: "/auth/mfa/verify", headers: posted(alice.as, more), chunks: [bytes] });
    expect([400, 401, 415]).toContain(answer.status);
    expect(since()).toEqual([]);
  },
);

test("A40 a small body that unpacks to 1 MB reaches no store", async () => {
  const host = await startHost({ json: true });
  const alice = await enrolled(host, "alice");
  const since = marker(host);
  const headers = posted(alice.as, [["Content-Encoding", "gzip"]]);
  const answer = await rawRequest(host, { method: "POST", path: "/auth/mfa/verify", headers, chunks: [gzipSync(huge)] });
  expect(answer.status).toBe(413);
  expect(since()).toEqual([]);
});

test("A39 a body that breaks off is never acted on, and the next request is served", async () => {
  const host = await startHost();
  const alice = await enrolled(host, "alice");
  const since = marker(host);
  const head = `POST /auth/mfa/disable HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${alice.as}\r\nContent-Type: application/json\r\n`;
  const whole = JSON.stringify({ code: alice.fresh() });
  await rawBytes(host, `${head}Content-Length: ${whole.length + 1}\r\n\r\n${whole}`, { hangUp: true });
  await rawBytes(host, `${head}Transfer-Encoding: chunked\r\n\r\n${whole.length.toString(16)}\r\n${whole}\r\n`, { hangUp: true });
  expect(since()).toEqual([]);
  expect((await host.call("GET", "/auth/mfa/status", { as: alice.as })).body.mfa_enabled).toBe(true);
});
