import { expect } from "vitest";

/** An answer. `body` is what its JSON says, or `undefined` without one. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads members off an answer, and fails where they are not what it expects
  body: any;
  text: string;
}

interface Call {
  token?: string | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as a form. */
  form?: Record<string, string>;
  headers?: Record<string, string>;
}

/** Sends a request: `call("POST", url, { json })`. */
export async function call(method: string, url: string, { token, json, form, headers = {} }: Call = {}): Promise<Answer> {
  const body = form ? new URLSearchParams(form) : json === undefined ? undefined : JSON.stringify(json);
  const res = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await res.text();
  return {
    status: res.status,
    headers: res.headers,
    body: /json/.test(res.headers.get("Content-Type") ?? "") ? JSON.parse(text) : undefined,
    text,
  };
}

/** Holds an answer against RFC 9457, and its code against the one expected. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect.soft({ status: answer.status, code: answer.body?.code }).toEqual({ status, code });
  expect.soft(answer.headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
  expect.soft(answer.body).toMatchObject({ status, type: expect.stringMatching(/^urn:/), title: expect.any(String) });
}

/** Signs in with a password alone; the token. */
export async function tokenOf(users: string, username: string, password: string): Promise<string> {
  const { status, body } = await call("POST", `${users}/auth/login`, { form: { username, password } });
  expect(status).toBe(200);
  return body.access_token;
}

/** The claims of a token, unverified. */
export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
