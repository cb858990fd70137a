import { type ChildProcess, fork } from "node:child_process";
import { afterEach, expect, test } from "vitest";
import { createStepUp, remoteMfa } from "../src/http/index.ts";
import { ConfigError } from "../src/index.ts";
import { fromBase32, totp } from "../src/otp/index.ts";

interface Told {
  url?: string;
  fault?: string;
  rotated?: true;
}

/** A service in a process of its own. */
interface Service {
  process: ChildProcess;
  url: string;
  /** What it reported to `onError`. */
  faults: string[];
}

const started: ChildProcess[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
});

const USERS = new URL("./support/http-users-service.ts", import.meta.url);
const PAYMENTS = new URL("./support/http-payments-service.ts", import.meta.url);

function start(file: URL, argument: string): Promise<Service> {
  const child = fork(file, [argument], { execArgv: ["--conditions=@nightlatch/source"] });
  started.push(child);
  const faults: string[] = [];
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${file.href} ended with ${code}`)));
    child.on("message", ({ url, fault }: Told) => {
      if (fault !== undefined) faults.push(fault);
      if (url !== undefined) resolve({ process: child, url, faults });
    });
  });
}

const services = async (algorithm = "EdDSA"): Promise<{ users: Service; payments: Service }> => {
  const users = await start(USERS, algorithm);
  return { users, payments: await start(PAYMENTS, users.url) };
};

interface Answer {
  status: number;
  headers: Headers;
  // What a service says, whichever it is.
  body: Record<string, unknown>;
}

async function post(
  url: string,
  as: string,
  { body, headers = {} }: { body?: object; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${as}`, ...(body ? { "content-type": "application/json" } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

/** Somebody with an authenticator at the users service; each call of `fresh` gives a code that was not used, three at most. */
async function enrolled({ url }: Service, id: string): Promise<{ as: string; recoveryCodes: string[]; fresh(): string }> {
  const as = `${id}:s1`;
  const { body } = await post(`${url}/auth/mfa/setup`, as);
  const secret = fromBase32(String(body.secret));
  const steps = [-30_000, 0, 30_000];
  const fresh = (): string => totp(secret, Date.now() + Number(steps.shift()));
  const enabled = await post(`${url}/auth/mfa/enable`, as, { body: { code: fresh() } });
  expect(enabled.status).toBe(200);
  return { as, recoveryCodes: enabled.body.recovery_codes as string[], fresh };
}

test("A32 R43 across two processes: a refusal's challenge is answered at the users service, and its grant passes here, once bound alike", async () => {
  const { users, payments } = await services();
  const { as, recoveryCodes } = await enrolled(users, "alice");
  const refused = await post(`${payments.url}/approve?bind=7&bind=100`, as);
  expect(refused.status).toBe(401);
  expect(refused.body).toMatchObject({ code: "step_up_required", purpose: "payment.approve", methods: ["totp", "recovery_code"] });
  expect(refused.headers.get("www-authenticate")).toContain('error="insufficient_user_authentication"');
  const answered = await post(`${users.url}/auth/mfa/verify`, as, { body: { code: recoveryCodes[0], challenge: refused.body.challenge } });
  expect(answered.status).toBe(200);
  const headers = { "mfa-grant": String(answered.body.grant) };
  expect((await post(`${payments.url}/approve?bind=7&bind=100`, as, { headers })).body).toEqual({
    done: true,
    proof: { by: "grant", method: "recovery_code", amr: ["recovery_code", "mfa"], acr: "urn:nightlatch:acr:mfa" },
  });
  for (const other of ["bind=7&bind=900", "bind=8&bind=100", "bind=7", "bind=100&bind=7"]) {
    expect((await post(`${payments.url}/approve?${other}`, as, { headers })).status).toBe(401);
  }
  for (const session of ["alice:s2", "bob:s1"]) {
    expect((await post(`${payments.url}/approve?bind=7&bind=100`, session, { headers })).status).not.toBe(200);
  }
  expect(payments.faults).toEqual([]);
});

test("a code with the request is exchanged with the caller's own bearer, counted there, and earns a grant", async () => {
  const { users, payments } = await services();
  const { as, recoveryCodes } = await enrolled(users, "alice");
  const wrong = await post(`${payments.url}/any`, as, { headers: { "x-mfa-code": "ABCD-EFGH-JKMN-PQRS" } });
  expect(wrong.body).toMatchObject({ code: "code_invalid", attempts_left: 4 });
  const code = String(recoveryCodes[0]);
  const passed = await post(`${payments.url}/any`, as, { headers: { "x-mfa-code": code } });
  expect(passed.body).toMatchObject({ done: true, proof: { by: "code" } });
  const headers = { "mfa-grant": passed.headers.get("mfa-grant") ?? "" };
  expect((await post(`${payments.url}/any`, as, { headers })).status).toBe(200);
  expect((await post(`${payments.url}/any`, as, { headers: { "x-mfa-code": code } })).body.code).toBe("code_used");
  const bound = await post(`${payments.url}/approve?bind=7`, as, { headers: { "x-mfa-code": String(recoveryCodes[1]) } });
  expect(bound.status).toBe(200);
});

test("A7 under once a grant passes a single time, by the service's own record of what is spent", async () => {
  const { users, payments } = await services();
  const { as, recoveryCodes } = await enrolled(users, "alice");
  const { body } = await post(`${users.url}/auth/mfa/verify`, as, { body: { code: recoveryCodes[0] } });
  const headers = { "mfa-grant": String(body.grant) };
  const answers = await Promise.all([1, 2, 3, 4].map(() => post(`${payments.url}/once`, as, { headers })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const { challenge } = (await post(`${payments.url}/once`, as)).body;
  const earned = await post(`${users.url}/auth/mfa/verify`, as, { body: { code: recoveryCodes[1], challenge } });
  const own = { "mfa-grant": String(earned.body.grant) };
  // Earned for this guard, it passes no other.
  expect((await post(`${payments.url}/any`, as, { headers: own })).status).toBe(401);
  expect((await post(`${payments.url}/once`, as, { headers: own })).status).toBe(200);
  expect((await post(`${payments.url}/once`, as, { headers: own })).status).toBe(401);
});

test("a key that the users service makes meanwhile is met without a restart", async () => {
  const { users, payments } = await services();
  const { as, recoveryCodes } = await enrolled(users, "alice");
  const grantBy = async (code: string | undefined) =>
    String((await post(`${users.url}/auth/mfa/verify`, as, { body: { code } })).body.grant);
  const before = await grantBy(recoveryCodes[0]);
  expect((await post(`${payments.url}/any`, as, { headers: { "mfa-grant": before } })).status).toBe(200);
  const rotated = new Promise((resolve) => {
    users.process.on("message", (told: Told) => told.rotated && resolve(true));
  });
  users.process.send({ rotate: true });
  await rotated;
  const after = await grantBy(recoveryCodes[1]);
  // The key set is read anew at most once a second.
  const tried = async () => (await post(`${payments.url}/any`, as, { headers: { "mfa-grant": after } })).status;
  await expect.poll(tried, { timeout: 30_000 }).toBe(200);
  expect((await post(`${payments.url}/any`, as, { headers: { "mfa-grant": before } })).status).toBe(200);
});

test("who is not enrolled there is not enrolled here", async () => {
  const { payments } = await services();
  expect((await post(`${payments.url}/any`, "nobody:s1")).body.code).toBe("enrolment_required");
  expect((await post(`${payments.url}/choice`, "nobody:s1")).status).toBe(200);
});

test("A25 R40 a users service that is gone denies, whatever comes, and it is reported", async () => {
  const { users, payments } = await services();
  const { as, recoveryCodes } = await enrolled(users, "alice");
  const { body } = await post(`${users.url}/auth/mfa/verify`, as, { body: { code: recoveryCodes[0] } });
  const gone = new Promise((resolve) => users.process.once("exit", resolve));
  users.process.kill("SIGKILL");
  await gone;
  for (const headers of [{}, { "mfa-grant": String(body.grant) }, { "x-mfa-code": "123456" }]) {
    for (const path of ["/any", "/choice", "/approve?bind=7", "/once"]) {
      const { status, body: problem } = await post(payments.url + path, as, { headers });
      expect({ path, status, code: problem.code }).toEqual({ path, status: 503, code: "unavailable" });
    }
  }
  expect(payments.faults[0]).toMatch(/so the request is denied|so no grant can be verified/);
});

test("a users service that signs with HS256 is told so when the first code comes, instead of asking for ever", async () => {
  const { users, payments } = await services("HS256");
  const { as, recoveryCodes } = await enrolled(users, "alice");
  const answer = await post(`${payments.url}/any`, as, { headers: { "x-mfa-code": String(recoveryCodes[0]) } });
  expect(answer.body.code).toBe("internal");
  expect(payments.faults).toEqual([expect.stringContaining('grants: { algorithm: "EdDSA" }')]);
});

test.each<[what: string, options: object]>([
  ["no url", {}],
  ["a path for a url", { url: "/auth/mfa" }],
  ["another scheme", { url: "file:///auth/mfa" }],
  ["a key set that is nowhere", { url: "http://localhost/auth/mfa", jwks: "jwks.json" }],
  ["http: to another machine", { url: "http://users.internal/auth/mfa" }],
  ["http: to an address of another machine", { url: "http://10.0.0.7:3000/auth/mfa" }],
  ["http: to what only begins like this machine", { url: "http://127.0.0.1.example.com/auth/mfa" }],
  ["a key set over http:", { url: "https://users.internal/auth/mfa", jwks: "http://keys.internal/jwks.json" }],
  ["a user in the url", { url: "https://user:word@users.internal/auth/mfa" }],
  ["a misspelt option", { url: "http://localhost/auth/mfa", forwards: ["cookie"] }],
  ["nothing to forward", { url: "http://localhost/auth/mfa", forward: [] }],
])("A13 %s stops the start", (_what, options) => {
  expect(() => remoteMfa(options as { url: string })).toThrow(ConfigError);
});

test("A42 http: is taken on this machine, and elsewhere where the host says so", () => {
  for (const url of ["https://users.internal/auth/mfa", "http://localhost:3000/auth/mfa", "http://127.0.0.1:3000/a", "http://[::1]/a"]) {
    expect(remoteMfa({ url }).spends).toBe(false);
  }
  expect(remoteMfa({ url: "http://users.internal/auth/mfa", allowHttp: true }).spends).toBe(false);
  expect(() => remoteMfa({ url: "file:///auth/mfa", allowHttp: true })).toThrow(ConfigError);
});

test("A13 a guard with once and nowhere to note what is spent stops the start", () => {
  const stepUp = createStepUp(remoteMfa({ url: "http://localhost/auth/mfa" }));
  expect(() => stepUp({ once: true })).toThrow(ConfigError);
  expect(stepUp({ once: false })).toBeTypeOf("function");
});
