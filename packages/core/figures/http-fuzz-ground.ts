import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import { createHandler, createStepUp, type HttpResponse } from "../src/http/index.ts";
import { createMfa, email, hotp, keyring, type Mfa, type MfaEvent, type Store, type Subject, totp as totpFactor } from "../src/index.ts";
import { promMetrics } from "../src/metrics/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import type { FuzzRequest } from "./http-fuzz-requests.ts";

const PATIENCE = 10_000;
/** The key that wraps all others. */
export const KEY = Buffer.from("canary of the key encryption key").toString("base64");

/** What a driver's error may hold; none of it is a caller's to know. */
export const DRIVER = "canary-of-the-driver";

/** A host on a live port, and all that its secrets might end up in. */
export interface Ground {
  mfa: Mfa;
  server: Server;
  clock: { now: number };
  /** The next verb of the store that fails, if any. */
  fault: { isDue: boolean };
  events: MfaEvent[];
  errors: Error[];
  register: Registry;
}

/** A memory store that fails when it is told to. */
function failing(fault: Ground["fault"]): Store {
  const inner = memoryStore();
  const verbs = Object.entries(inner).map(([name, verb]) => [
    name,
    async (...args: unknown[]) => {
      if (fault.isDue) {
        fault.isDue = false;
        throw new Error(`connect ECONNREFUSED ${DRIVER}`);
      }
      return await (verb as (...given: unknown[]) => unknown)(...args);
    },
  ]);
  return Object.fromEntries(verbs) as Store;
}

function subjectOf({ headers }: IncomingMessage): Subject | undefined {
  const [, id] = /^Bearer ([\w-]+)$/.exec(headers.authorization ?? "") ?? [];
  return id ? { id, session: "s1", name: `${id}@example.com` } : undefined;
}

export async function fuzzGround(): Promise<Ground> {
  const clock = { now: 1_800_000_000_000 };
  const fault = { isDue: false };
  const events: MfaEvent[] = [];
  const errors: Error[] = [];
  const register = new Registry();
  const mfa = createMfa({
    issuer: "Fuzzed",
    keys: keyring(`k1:${KEY}`),
    store: failing(fault),
    clock: () => clock.now,
    factors: [totpFactor(), hotp(), email(async () => ({ to: "a•••@example.com" }))],
    trustedDevices: { for: "7d" },
    metrics: promMetrics({ register }),
    onEvent: (event) => void events.push(event),
  });
  await mfa.ready({ migrate: true });
  const options = { origins: ["https://console.example"], grantCookie: true, onError: (error: Error) => void errors.push(error) };
  const handle = createHandler(mfa, options);
  const guard = createStepUp(mfa, options)({ purpose: "fuzz.approve" });
  let sessions = 0;
  const signIn = {
    session() {
      sessions += 1;
      return `s${sessions}`;
    },
    start: () => undefined,
  };
  const answered = async (request: IncomingMessage): Promise<HttpResponse> => {
    const { method = "", headers, url = "" } = request;
    const subject = async () => subjectOf(request);
    const path = url.split("?")[0] ?? "";
    if (path.startsWith("/guarded")) {
      const verdict = await guard({ method, headers }, subject, () => ["7"]);
      return verdict.pass ? { status: 200, headers: verdict.headers, body: {} } : verdict.response;
    }
    return (await handle({ method, path, headers, stream: request }, { subject, signIn })) ?? { status: 404, headers: {} };
  };
  const server = createServer((request, response) => {
    answered(request).then(
      ({ status, headers, cookies = [], body }) => {
        response.writeHead(status, { ...headers, ...(cookies.length > 0 ? { "Set-Cookie": [...cookies] } : {}) });
        response.end(body && JSON.stringify(body));
      },
      (error: unknown) => {
        errors.push(error as Error);
        response.writeHead(500);
        response.end();
      },
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { mfa, server, clock, fault, events, errors, register };
}

/** What came back. */
export interface Answer {
  status: number;
  type: string;
  /** Head and body as they came. */
  text: string;
  body: Record<string, unknown>;
}

/** Sends a request as it is; `undefined` when no answer came. */
export async function send(server: Server, { method, path, headers, body }: FuzzRequest): Promise<Answer | undefined> {
  const { port } = server.address() as AddressInfo;
  const sent = method === "GET" || method === "HEAD" ? undefined : body;
  // Node's client tells the length of a DELETE's body to nobody by itself.
  const length = sent === undefined ? {} : { "content-length": Buffer.byteLength(sent) };
  const signal = AbortSignal.timeout(PATIENCE);
  const outgoing = httpRequest({ port, host: "127.0.0.1", method, path, headers: { ...headers, ...length }, signal });
  outgoing.end(sent);
  try {
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    let parsed: Record<string, unknown> = {};
    if (text.startsWith("{")) parsed = JSON.parse(text) as Record<string, unknown>;
    const all = `${response.rawHeaders.join("\n")}\n${text}`;
    return { status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", text: all, body: parsed };
  } catch (error) {
    // Refused before its body was read, the rest of it has nowhere to go.
    if ((error as { code?: string }).code === "ECONNRESET" || (error as { code?: string }).code === "EPIPE") {
      return { status: 0, type: "", text: "", body: {} };
    }
    return undefined;
  }
}
