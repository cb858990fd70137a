import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { ProblemCode } from "../http/index.ts";
import type { AuditGround } from "./http-audits-ground.ts";
import type { Enrolled } from "./test-mfa.ts";
import { virtualAuthenticator } from "./virtual-authenticator.ts";

/** A host that is up, to be audited. */
export interface AuditedHost {
  /** Scheme, host and port: the MFA routes are below `/auth/mfa` there, the guarded ones below it. */
  baseUrl: string;
  ground: AuditGround;
  /** @defaultValue the global one */
  fetch?: typeof fetch;
  /** Whether a parser of the host's reads bodies first: then it is the one that judges their text. @defaultValue false */
  parsesBodies?: boolean;
}

/** What came back. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // Whatever a route says: each audit looks at what it expects.
  body: Record<string, unknown>;
}

/** What goes out. */
export interface Call {
  /** `id:session` of whoever is signed in. */
  as?: string;
  /** Sent as JSON; a string as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** A user with an authenticator app. */
export interface Person extends Omit<Enrolled, "authenticator"> {
  id: string;
  as: string;
  secret: string;
  /** A code that was not used: the clock moves on a step. */
  fresh(): string;
  /** Right at no step nearby. */
  wrong(): string;
}

/** What an audit works with. Every audit has users of its own, so that they may share a host. */
export interface AuditKit {
  host: AuditedHost;
  ground: AuditGround;
  call(method: string, path: string, call?: Call): Promise<Answer>;
  mfa(method: string, path: string, call?: Call): Promise<Answer>;
  /** An id that nobody had. */
  someone(prefix?: string): string;
  enrolled(): Promise<Person>;
  authenticator(uri: unknown): Pick<Person, "fresh" | "wrong"> & { code(): string };
  /** The challenge of a sign-in, after the password. */
  challenge(id: string): Promise<string>;
}

/** One thing that an adapter must do. */
export interface HttpAudit {
  /** Stable across releases. */
  id: string;
  level: "MUST" | "SHOULD";
  name: string;
  /** Rejects, saying what was found, when the host does not do it. */
  run(): Promise<void>;
}

/** An audit before it has a host. */
export interface AuditCase {
  level: "MUST" | "SHOULD";
  name: string;
  run(kit: AuditKit): Promise<void>;
}

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** Holds an answer against RFC 9457 and the code that is expected. */
export function isProblem({ status, headers, body, text }: Answer, code: ProblemCode, expected: number): void {
  assert.deepEqual({ status, code: body.code }, { status: expected, code }, text);
  assert.equal(headers.get("content-type")?.split(";")[0], "application/problem+json");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(body.type, `urn:nightlatch:error:${code}`);
  assert.equal(body.status, expected);
  assert.ok(typeof body.title === "string" && body.title.length > 5, "a title");
}

/** Holds an answer to be a success. */
export function isDone(answer: Answer): Answer {
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

/** What an audit does its requests with. */
export function auditKit(host: AuditedHost): AuditKit {
  const { ground, baseUrl } = host;
  const kit: AuditKit = {
    host,
    ground,
    async call(method, path, { as, body, headers = {} } = {}) {
      const who = as === undefined ? {} : { authorization: `Bearer ${as}` };
      const type = body === undefined ? {} : { "content-type": "application/json" };
      const response = await (host.fetch ?? fetch)(baseUrl + path, {
        method,
        redirect: "manual",
        headers: { ...who, ...type, ...headers },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: parsed(text) };
    },
    mfa: (method, path, call) => kit.call(method, `/auth/mfa${path}`, call),
    someone: (prefix = "user") => `${prefix}-${randomUUID()}`,
    authenticator(uri) {
      const { code, next: fresh, wrongCode: wrong } = virtualAuthenticator({ uri: String(uri), clock: ground });
      return { code, fresh, wrong };
    },
    async enrolled() {
      const id = kit.someone();
      const as = `${id}:s1`;
      const { body } = isDone(await kit.mfa("POST", "/setup", { as, body: {} }));
      const app = kit.authenticator(body.uri);
      const enabled = isDone(await kit.mfa("POST", "/enable", { as, body: { code: app.code() } }));
      const { grant, recovery_codes: recoveryCodes } = enabled.body;
      const [secret, factorId] = [String(body.secret), String(body.factor_id)];
      return { id, as, secret, factorId, recoveryCodes: recoveryCodes as string[], grant: String(grant), ...app };
    },
    async challenge(id) {
      const step = await ground.afterPassword(id);
      assert.ok(step.required, "a second step");
      return step.challenge;
    },
  };
  return kit;
}
