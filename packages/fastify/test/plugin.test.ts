import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import swagger from "@fastify/swagger";
import { ConfigError, createMfa, isMfaError, keyring, type Subject } from "@nightlatch/core";
import { routes, toProblem } from "@nightlatch/core/http";
import { fromBase32, totp } from "@nightlatch/core/otp";
import { memoryStore } from "@nightlatch/core/stores/memory";
import Fastify, { type FastifyInstance, type FastifyRequest, type FastifyServerOptions, type InjectOptions } from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { type FastifyMfaOptions, fastifyMfa, fastifyStepUp, send } from "../src/index.ts";

const AS = { authorization: "Bearer alice:s1" };

function subjectOf({ headers }: FastifyRequest): Subject | undefined {
  const [, id, session] = /^Bearer ([\w-]+):([\w-]+)$/.exec(headers.authorization ?? "") ?? [];
  return id && session ? { id, session } : undefined;
}

interface Setting {
  server?: FastifyServerOptions;
  options?: Partial<FastifyMfaOptions>;
  /** What the host registers before the plugin. */
  before?(app: FastifyInstance): unknown;
  after?(app: FastifyInstance): unknown;
}

async function started({ server = {}, options = {}, before, after }: Setting = {}): Promise<FastifyInstance> {
  const mfa = createMfa({ issuer: "Example", keys: keyring(`k1:${Buffer.alloc(32, 7).toString("base64")}`), store: memoryStore() });
  await mfa.ready({ migrate: true });
  const app = Fastify(server);
  onTestFinished(() => app.close());
  await before?.(app);
  await app.register(fastifyMfa, { mfa, subject: subjectOf, ...options });
  await after?.(app);
  return app;
}

const post = (app: FastifyInstance, url: string, payload: object | string = {}, headers: InjectOptions["headers"] = {}) =>
  app.inject({ method: "POST", url, payload, headers: { ...AS, "content-type": "application/json", ...headers } });

async function enrolled(app: FastifyInstance, mount = "/auth/mfa"): Promise<{ grant: string; recoveryCodes: string[] }> {
  const { secret } = (await post(app, `${mount}/setup`)).json<{ secret: string }>();
  const enabled = await post(app, `${mount}/enable`, { code: totp(fromBase32(secret), Date.now()) });
  const { grant, recovery_codes: recoveryCodes } = enabled.json<{ grant: string; recovery_codes: string[] }>();
  return { grant, recoveryCodes };
}

test("the host's routes see the decorators, typed, and how a request was proved", async () => {
  const app = await started({
    after(host) {
      host.delete<{ Params: { id: string } }>("/bookings/:id", { preHandler: host.stepUp({ maxAge: "5m" }) }, async (request) => ({
        id: request.params.id,
        by: request.mfa?.by,
        method: request.mfa?.method,
      }));
      host.get("/open", async (request) => ({ mfa: request.mfa }));
    },
  });
  const { grant, recoveryCodes } = await enrolled(app);
  const cancel = (headers: object) => app.inject({ method: "DELETE", url: "/bookings/7", headers: { ...AS, ...headers } });
  expect((await cancel({})).json()).toMatchObject({ code: "step_up_required", status: 401 });
  expect((await cancel({ "mfa-grant": grant })).json()).toEqual({ id: "7", by: "grant", method: "totp" });
  const inline = await cancel({ "x-mfa-code": recoveryCodes[0] });
  expect(inline.json()).toEqual({ id: "7", by: "code", method: "recovery_code" });
  expect(inline.headers["mfa-grant"]).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  expect((await app.inject("/open")).json()).toEqual({ mfa: null });
});

test("A32 a bound guard reads the route's own parameters and body, once its schema has judged them", async () => {
  const app = await started({
    after(host) {
      const schema = { body: { type: "object", required: ["amount"], properties: { amount: { type: "integer" } } } };
      const bind = ({ params, body }: FastifyRequest) => [(params as { id: string }).id, String((body as { amount: number }).amount)];
      const preHandler = host.stepUp({ purpose: "payment.approve", bind });
      host.post("/payments/:id", { schema, preHandler }, async () => ({ approved: true }));
    },
  });
  const { recoveryCodes } = await enrolled(app);
  expect((await post(app, "/payments/7", {}, { "x-mfa-code": String(recoveryCodes[0]) })).statusCode).toBe(400);
  const { challenge } = (await post(app, "/payments/7", { amount: 100 })).json<{ challenge: string }>();
  const { grant } = (await post(app, "/auth/mfa/verify", { code: recoveryCodes[0], challenge })).json<{ grant: string }>();
  const headers = { "mfa-grant": grant };
  expect((await post(app, "/payments/7", { amount: 900 }, headers)).statusCode).toBe(401);
  expect((await post(app, "/payments/8", { amount: 100 }, headers)).statusCode).toBe(401);
  expect((await post(app, "/payments/7", { amount: 100 }, headers)).json()).toEqual({ approved: true });
});

test("A51 what an approval is bound to is asked for no foreign page, and for nobody who is not signed in", async () => {
  const asked: string[] = [];
  const app = await started({
    after(host) {
      const bind = async ({ params }: FastifyRequest) => {
        const { id } = params as { id: string };
        asked.push(id);
        return [id];
      };
      host.post("/bound/:id", { preHandler: host.stepUp({ bind, ifNotEnrolled: "allow" }) }, async () => ({ done: true }));
    },
  });
  expect((await post(app, "/bound/1", {}, { "sec-fetch-site": "cross-site" })).statusCode).toBe(403);
  expect((await post(app, "/bound/2", {}, { authorization: "none" })).statusCode).toBe(401);
  expect(asked).toEqual([]);
  expect((await post(app, "/bound/3")).json()).toEqual({ done: true });
  expect(asked).toEqual(["3"]);
});

test("@fastify/swagger shows every route with its schemas, and nothing that is none", async () => {
  const app = await started({ before: (host) => host.register(swagger, { openapi: { openapi: "3.0.3" } }) });
  await app.ready();
  const { paths = {} } = app.swagger() as { paths?: Record<string, Record<string, { requestBody?: object }>> };
  const shown = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  expect(shown.sort()).toEqual(routes.map(({ method, path }) => `${method} /auth/mfa${path.replace(":id", "{id}")}`).sort());
  expect(JSON.stringify(paths["/auth/mfa/verify"]?.post?.requestBody)).toContain('"code":{"type":"string","minLength":1,"maxLength":4096}');
});

test("A38 A39 Ajv judges no body: a list is no code, though it would make one of it", async () => {
  const app = await started();
  await enrolled(app);
  for (const code of [["123456"], 123_456, null]) {
    expect((await post(app, "/auth/mfa/verify", { code })).json()).toMatchObject({ code: "body_invalid", status: 400 });
  }
});

test("the host's own parsers, error handler, 404 and compiler stay its own, and it stays out of the routes", async () => {
  const app = await started({
    before(host) {
      host.addContentTypeParser("text/plain", { parseAs: "string" }, (_request, body, done) => done(null, body));
      host.setErrorHandler((error, _request, reply) =>
        isMfaError(error) ? send(reply, toProblem(error)) : reply.code(500).send({ host: (error as Error).message }),
      );
      host.setNotFoundHandler((_request, reply) => reply.code(404).send({ host: "not found" }));
    },
    after(host) {
      host.post("/echo", async (request) => ({ body: request.body, mfa: request.mfa }));
    },
  });
  expect((await post(app, "/echo", "hello", { "content-type": "text/plain" })).json()).toEqual({ body: "hello", mfa: null });
  expect((await post(app, "/echo", { a: 1 })).json()).toEqual({ body: { a: 1 }, mfa: null });
  expect((await app.inject("/auth/mfa/nothing")).json()).toEqual({ host: "not found" });
  expect((await post(app, "/auth/mfa/verify", "hello", { "content-type": "text/plain" })).json().code).toBe("media_type_unsupported");
});

test("a fault of the host's own goes to the host's error handler", async () => {
  const app = await started({
    options: { subject: () => Promise.reject(new Error("session store")) },
    before: (host) => host.setErrorHandler((error, _request, reply) => reply.code(500).send({ host: (error as Error).message })),
  });
  expect((await app.inject({ url: "/auth/mfa/status", headers: AS })).json()).toEqual({ host: "session store" });
});

test("R45 what Fastify itself refuses in a request has the protocol's form too", async () => {
  const app = await started({ server: { bodyLimit: 100 } });
  const type = await post(app, "/auth/mfa/verify", "{}", { "content-type": "nonsense" });
  expect(type.json()).toMatchObject({ code: "media_type_unsupported", status: 415 });
  expect(type.headers["content-type"]).toContain("application/problem+json");
  const none = await app.inject({ method: "POST", url: "/auth/mfa/verify", payload: "{}", headers: AS });
  expect(none.json()).toMatchObject({ code: "media_type_unsupported" });
  // For want of a type Fastify refuses it before it is seen that no route takes it.
  const query = await app.inject({ method: "QUERY" as never, url: "/auth/mfa/verify", headers: AS });
  expect(query.json()).toMatchObject({ code: "method_not_allowed", status: 405 });
  expect(query.headers).toMatchObject({ allow: "POST", "cache-control": "no-store" });
});

test("R45 a body over Fastify's own limit is judged by the protocol's", async () => {
  const app = await started({ server: { bodyLimit: 100 } });
  await enrolled(app);
  const long = { code: "000000", challenge: "x".repeat(200) };
  expect((await post(app, "/auth/mfa/verify", long)).json()).toMatchObject({ status: 401 });
  expect((await post(app, "/auth/mfa/verify", { code: "1".repeat(20_000) })).json()).toMatchObject({ code: "body_too_large" });
});

test("A40 a compressed body is not inflated", async () => {
  const app = await started();
  const bomb = gzipSync(JSON.stringify({ code: "1".repeat(10_000_000) }));
  const answer = await app.inject({
    method: "POST",
    url: "/auth/mfa/verify",
    payload: bomb,
    headers: { ...AS, "content-type": "application/json", "content-encoding": "gzip" },
  });
  expect(answer.statusCode).toBe(415);
  expect(answer.headers["accept-encoding"]).toBe("identity");
});

test("A40 a client that goes in the middle of its body leaves nothing behind", async () => {
  const faults: Error[] = [];
  const app = await started({ before: (host) => host.addHook("onError", async (_request, _reply, error) => void faults.push(error)) });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as { port: number };
  const head =
    "POST /auth/mfa/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice:s1\r\nContent-Type: application/json\r\nContent-Length: 30";
  const socket = connect(port, "127.0.0.1", () => socket.write(`${head}\r\n\r\n{"code":`));
  const open = () => new Promise<number>((resolve) => app.server.getConnections((_error, count) => resolve(count)));
  await expect.poll(open).toBe(1);
  socket.destroy();
  await expect.poll(open).toBe(0);
  expect((await app.inject({ url: "/auth/mfa/status", headers: AS })).statusCode).toBe(200);
});

test("a prefix of the host's, nested, and a router that overlooks case and slashes lead to the same routes", async () => {
  const app = await started({
    server: { routerOptions: { caseSensitive: false, ignoreTrailingSlash: true } },
    options: { prefix: "/account/second-step" },
  });
  expect((await app.inject({ url: "/account/second-step/status", headers: AS })).statusCode).toBe(200);
  expect((await app.inject({ url: "/Account/Second-Step/STATUS/", headers: AS })).statusCode).toBe(200);
  expect((await app.inject({ url: "/auth/mfa/status", headers: AS })).statusCode).toBe(404);
  const { grant } = await enrolled(app, "/account/second-step");
  const { factors } = (await app.inject({ url: "/account/second-step/factors", headers: AS })).json<{ factors: { id: string }[] }>();
  const remove = {
    method: "DELETE",
    url: `/account/second-step/FACTORS/${factors[0]?.id}/`,
    headers: { ...AS, "mfa-grant": grant },
  } as const;
  expect((await app.inject(remove)).json()).toMatchObject({ mfa_enabled: false });
});

test("cookies and Vary are added to what the host has set", async () => {
  const app = await started({
    options: { origins: ["https://console.example"], grantCookie: true },
    before: (host) =>
      host.addHook("onRequest", async (_request, reply) => {
        reply.header("Vary", "Accept-Encoding").header("Set-Cookie", "own=1");
      }),
    after: (host) => host.post("/any", { preHandler: host.stepUp() }, async () => ({ done: true })),
  });
  const { recoveryCodes } = await enrolled(app);
  const { headers } = await post(app, "/auth/mfa/verify", { code: recoveryCodes[0] });
  expect(headers.vary).toBe("Accept-Encoding, Origin");
  expect(headers["set-cookie"]).toEqual(["own=1", expect.stringMatching(/^__Host-mfa-grant=/)]);
  const guarded = await post(app, "/any", {}, { "x-mfa-code": String(recoveryCodes[1]) });
  expect(guarded.headers["set-cookie"]).toEqual(["own=1", expect.stringMatching(/^__Host-mfa-grant=/)]);
});

test("A51 over HTTP/2 a page's Origin is held against the host that :authority names", async () => {
  const mfa = createMfa({ issuer: "Example", keys: keyring(`k1:${Buffer.alloc(32, 7).toString("base64")}`), store: memoryStore() });
  await mfa.ready({ migrate: true });
  const app = Fastify({ http2: true });
  // Fastify's types tell servers apart; what is registered does not.
  await app.register(fastifyMfa as never, { mfa, subject: subjectOf } as never);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const client = connectHttp2(url);
  onTestFinished(async () => {
    client.destroy();
    await app.close();
  });
  const setUp = async (origin: string): Promise<unknown> => {
    const request = client.request({ ":method": "POST", ":path": "/auth/mfa/setup", ...AS, origin }).end();
    const [head] = await once(request, "response");
    request.destroy();
    return head[":status"];
  };
  expect(await setUp(url)).toBe(200);
  for (const foreign of ["https://evil.example", "null", `${url}.evil.example`]) expect(await setUp(foreign)).toBe(403);
});

test("the guard alone mounts no routes", async () => {
  const mfa = createMfa({ issuer: "Example", keys: keyring(`k1:${Buffer.alloc(32, 7).toString("base64")}`), store: memoryStore() });
  await mfa.ready({ migrate: true });
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(fastifyStepUp, { mfa, subject: subjectOf });
  app.post("/any", { preHandler: app.stepUp() }, async () => ({ done: true }));
  expect((await post(app, "/any")).json()).toMatchObject({ code: "enrolment_required" });
  expect((await app.inject({ url: "/auth/mfa/status", headers: AS })).statusCode).toBe(404);
});

test.each<[what: string, options: object]>([
  ["no subject", { subject: undefined }],
  ["a misspelt option", { onErorr: () => undefined }],
  ["an origin that is none", { origins: ["https://console.example/"] }],
])("A13 %s stops the start", async (_what, options) => {
  await expect(started({ options })).rejects.toThrow(ConfigError);
});

test("A13 a guard that makes no sense stops the start", async () => {
  const app = await started();
  expect(() => app.stepUp({ maxAge: "soon" as never })).toThrow(ConfigError);
});
