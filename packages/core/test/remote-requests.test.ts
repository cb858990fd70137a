import type { IncomingHttpHeaders } from "node:http";
import { served } from "@nightlatch/internal-services/served";
import { expect, onTestFinished, test } from "vitest";
import { createHandler, createStepUp, remoteMfa } from "../src/http/index.ts";
import { createMfa, keyring, type Subject } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";

const SUBJECT = { id: "alice", session: "s1" };

interface Asked {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
}

/** Stands where the MFA service should be, and answers everything alike. */
async function answering(status: number, body: string, headers: Record<string, string> = {}): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const { url: base, stop } = await served((request, response) => {
    const { method, url, headers: given } = request;
    asked.push({ method, url, headers: given });
    request.resume();
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  });
  onTestFinished(stop);
  return { url: `${base}/auth/mfa`, asked };
}

/** What an MFA service tells of a user who is not enrolled. */
const STATUS = JSON.stringify(
  (
    await createHandler(
      createMfa({ issuer: "Users", keys: keyring(`k1:${Buffer.alloc(32, 7).toString("base64")}`), store: memoryStore() }),
    )({ method: "GET", path: "/status", headers: {} }, { subject: async () => SUBJECT })
  )?.body,
);

/** Asks a guard with everything that a request may bear. */
async function guarded(url: string, forward?: string[]): Promise<{ code: unknown; faults: Error[] }> {
  const faults: Error[] = [];
  const stepUp = createStepUp(remoteMfa({ url, ...(forward ? { forward } : {}) }), { onError: (error) => faults.push(error) });
  const headers = { authorization: "Bearer alice", cookie: "session=s1", "x-mfa-code": "123456", "x-own": "kept here", host: "payments" };
  const verdict = await stepUp({ ifNotEnrolled: "deny" })({ method: "POST", headers }, async () => SUBJECT);
  return { code: verdict.pass ? "passed" : verdict.response.body?.code, faults };
}

test.each([
  ["another user", { id: "mallory", session: "s1" }],
  ["another session", { id: "alice", session: "s2" }],
  ["another tenant", { id: "alice", tenant: "south", session: "s1" }],
  ["no session", { id: "alice" }],
])("A32 a state that the MFA service tells of %s lets nobody pass, however good it is", async (_who, subject) => {
  for (const told of [STATUS, STATUS.replace("{", '{"switched_off":true,')]) {
    const { url } = await answering(200, told);
    const faults: Error[] = [];
    const stepUp = createStepUp(remoteMfa({ url }), { onError: (error) => faults.push(error) });
    const ask = async (who: Subject) => await stepUp({ ifNotEnrolled: "allow" })({ method: "POST", headers: {} }, () => who);
    expect(await ask(SUBJECT)).toMatchObject({ pass: true });
    expect(await ask(subject)).toMatchObject({ pass: false });
    expect(faults).toMatchObject([{ name: "ConfigError", message: expect.stringContaining("another caller's status") }]);
  }
});

test.each<[what: string, subject: object]>([
  ["no id", { session: "s1" }],
  ["an id that is a number", { id: 42, session: "s1" }],
  ["an empty session", { id: "alice", session: "" }],
])("A39 a subject with %s is the host's mistake: it denies, is reported, and nothing is asked for it", async (_what, subject) => {
  const { url, asked } = await answering(200, STATUS);
  const faults: Error[] = [];
  const stepUp = createStepUp(remoteMfa({ url }), { onError: (error) => faults.push(error) });
  for (const headers of [{}, { "mfa-grant": "a.b.c" }, { "x-mfa-code": "123456" }]) {
    const verdict = await stepUp({ ifNotEnrolled: "allow" })({ method: "POST", headers }, () => subject as Subject);
    expect(verdict).toMatchObject({ pass: false, response: { status: 500 } });
  }
  expect(faults.map(({ name }) => name)).toEqual(["ConfigError", "ConfigError", "ConfigError"]);
  expect(asked).toEqual([]);
});

test("A42 of a request's header fields only those that are named go to the MFA service", async () => {
  for (const [forward, sent] of [
    [undefined, { authorization: "Bearer alice" }],
    [["Cookie"], { cookie: "session=s1" }],
    [["authorization", "x-absent"], { authorization: "Bearer alice" }],
  ] as const) {
    const { url, asked } = await answering(200, STATUS);
    expect((await guarded(url, forward && [...forward])).code).toBe("enrolment_required");
    expect(asked.map(({ method, url: path }) => `${method} ${path}`)).toEqual(["GET /auth/mfa/status"]);
    const [{ headers } = { headers: {} as IncomingHttpHeaders }] = asked;
    const { authorization, cookie } = headers;
    expect({ ...(authorization ? { authorization } : {}), ...(cookie ? { cookie } : {}) }).toEqual(sent);
    for (const name of ["x-own", "x-mfa-code", "mfa-grant"]) expect(headers).not.toHaveProperty(name);
  }
});

test.each<[what: string, status: number, body: string, headers?: Record<string, string>]>([
  ["is no JSON", 200, "<html>"],
  ["is of another protocol", 200, '{"enabled":false}'],
  ["says not whose state it tells", 200, STATUS.replace(/"asker":"[^"]*",/, "")],
  ["is a list", 200, "[]"],
  ["switches off in words", 200, STATUS.replace("{", '{"switched_off":"yes",')],
  ["sends elsewhere", 302, "{}", { location: "http://127.0.0.1:1/" }],
  ["is a 500", 500, "{}"],
  ["does not know the caller", 401, '{"type":"urn:x","title":"Sign in first.","status":401,"code":"unauthenticated"}'],
  ["is a success of another kind", 204, ""],
])("A25 an answer that %s denies, and is reported", async (_what, status, body, headers) => {
  const { url } = await answering(status, body, headers);
  const { code, faults } = await guarded(url);
  expect(code).toBe("unavailable");
  expect(faults.map(({ name }) => name)).toEqual(["StoreError"]);
});

test("A25 a grant is held against keys alone: a key set that is none denies", async () => {
  for (const body of ["{}", '{"keys":{}}', "<html>"]) {
    const { url } = await answering(200, body);
    const faults: Error[] = [];
    const stepUp = createStepUp(remoteMfa({ url }), { onError: (error) => faults.push(error) });
    const head = Buffer.from(JSON.stringify({ alg: "EdDSA", typ: "mfa-grant+jwt", kid: "k" })).toString("base64url");
    const headers = { "mfa-grant": `${head}.e30.c2ln` };
    const verdict = await stepUp()({ method: "POST", headers }, async () => SUBJECT);
    expect(verdict).toMatchObject({ pass: false, response: { status: 503 } });
    expect(faults).toHaveLength(1);
  }
});
