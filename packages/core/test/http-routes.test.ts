import { generateKeyPairSync, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { decodeJwt } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createHandler, type Host, type HttpOptions, type HttpResponse } from "../src/http/index.ts";
import {
  ConfigError,
  createMfa,
  email,
  type Factor,
  keyring,
  type MfaOptions,
  type Store,
  type Subject,
  totp as totpFactor,
} from "../src/index.ts";
import { fromBase32, totp } from "../src/otp/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, good, MINUTE, required, TEST_KEYS } from "./support/kit.ts";

const ADA: Subject = { id: "ada", session: "s1" };

/** The routes as an adapter calls them, with the body parsed already. */
async function routes({ host = {}, http, ...options }: Partial<MfaOptions> & { host?: Partial<Host>; http?: HttpOptions } = {}) {
  const kit = createKit(createMfa, options.store ?? memoryStore());
  const sent: { code: string; purpose?: string }[] = [];
  const byEmail = email(async (delivery) => {
    sent.push(delivery);
    return { to: "a•••@example.com" };
  });
  const mfa = await kit.mfa({ factors: [totpFactor(), byEmail], ...options });
  const handle = createHandler(mfa, http);
  const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await handle(
      { method, path, headers: { "content-type": "application/json", ...headers }, parsedBody: body ?? {} },
      { subject: async () => ADA, ...host },
    );
    const { status, body: told } = response as HttpResponse;
    return { status, headers: response?.headers, ...(told as Record<string, string>) };
  };
  return { kit, mfa, call, code: () => sent.at(-1)?.code ?? "", sent };
}

const signInHook = { session: () => "s2", start: () => undefined };

describe("an authenticator that is bound by a mailbox, over HTTP", () => {
  it("R30 is proved by a code whose message names what it is for, in a session", async () => {
    const { kit, call, code, sent } = await routes({ enrolment: { via: "email" } });
    const wanted = await call("POST", "/setup");
    expect(wanted).toMatchObject({ status: 401, code: "proof_needed", challenge: expect.any(String), methods: ["email"] });
    const { challenge = "" } = wanted as { challenge?: string };
    expect(await call("POST", "/challenge", { type: "email", challenge })).toMatchObject({ status: 200, sent_to: "a•••@example.com" });
    expect(sent.at(-1)?.purpose).toBe("nightlatch:setup");
    const { secret = "" } = (await call("POST", "/setup", { code: code(), challenge })) as { secret?: string };
    expect(await call("POST", "/enable", { code: totp(fromBase32(secret), kit.clock.now) })).toMatchObject({ status: 200 });
  });

  it("R30 is proved by a code for its own challenge, in a sign-in that waits for it", async () => {
    const setting = {
      enrolment: { require: "always", via: "email" } as const,
      host: { subject: async () => undefined, signIn: signInHook },
    };
    const { kit, mfa, call, code } = await routes(setting);
    const { challenge } = required(await mfa.signIn({ id: "ada" }, { amr: ["pwd"] }));
    const waiting = { "mfa-challenge": challenge };
    expect(await call("POST", "/setup", {}, waiting)).toMatchObject({ code: "proof_needed", challenge });
    expect(await call("POST", "/challenge", { type: "email", purpose: "other" }, waiting)).toMatchObject({ code: "body_invalid" });
    expect(await call("POST", "/challenge", { type: "email" }, waiting)).toMatchObject({ status: 200, challenge });
    const { secret = "" } = (await call("POST", "/setup", { code: code() }, waiting)) as { secret?: string };
    const enabled = await call("POST", "/enable", { code: totp(fromBase32(secret), kit.clock.now) }, waiting);
    expect(enabled).toMatchObject({ status: 200, recovery_codes: expect.any(Array) });
    kit.clock.advance(MINUTE);
    const { challenge: next } = required(await mfa.signIn({ id: "ada" }, { amr: ["pwd"] }));
    const done = await call("POST", "/verify", { code: totp(fromBase32(secret), kit.clock.now) }, { "mfa-challenge": next });
    expect(done).toMatchObject({ status: 200, grant: expect.any(String) });
  });

  it("a code for a challenge takes no demand of its own beside it", async () => {
    const { call } = await routes();
    for (const more of [{ purpose: "x" }, { bind: ["x"] }, { methods: ["totp"] }, { type: undefined }]) {
      expect(await call("POST", "/challenge", { challenge: "x", type: "email", ...more }), JSON.stringify(more)).toMatchObject({
        code: "body_invalid",
      });
    }
  });
});

describe("a factor of the host's own, over HTTP", () => {
  /** The one that the page on them shows. */
  const shown = async (): Promise<Factor> => {
    const page = await readFile(new URL("../../../docs/factors/your-own.md", import.meta.url), "utf8");
    const [, code = ""] = /^```ts\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const { deviceKey } = await import(`data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(code))}`);
    return deviceKey;
  };

  it("R38 is enabled by a code of the length that it says, and verified by one", async () => {
    const { call } = await routes({ factors: [totpFactor(), await shown()] });
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const signed = (over: string, counter: number) =>
      `${counter}.${sign(null, Buffer.from(`${over}.${counter}`), privateKey).toString("base64url")}`;
    const { uri = "", factor_id = "" } = (await call("POST", "/setup", { type: "device_key" })) as { uri?: string; factor_id?: string };
    const first = `${signed(uri.replace("device-key:", ""), 1)}.${publicKey.export({ format: "der", type: "spki" }).toString("base64url")}`;
    expect(first.length).toBeGreaterThan(64);
    expect(await call("POST", "/enable", { code: first, factor_id })).toMatchObject({ status: 200, mfa_enabled: true });
    const { challenge = "" } = (await call("POST", "/challenge")) as { challenge?: string };
    const { jti } = decodeJwt(challenge);
    expect(await call("POST", "/verify", { code: signed(`${jti}`, 2), challenge })).toMatchObject({
      status: 200,
      grant: expect.any(String),
    });
    expect(await call("POST", "/verify", { code: `3.${"x".repeat(510)}` })).toMatchObject({ status: 401, code: "code_invalid" });
    expect(await call("POST", "/verify", { code: "x".repeat(4_097) })).toMatchObject({ status: 400, code: "body_invalid" });
  });

  it("R30 is asked for a code by its own name, also where that is what binds the first authenticator", async () => {
    let sent = "";
    const byPost: Factor = {
      ...email(async ({ code }) => {
        sent = code;
        return { to: "a•••, Vienna" };
      }),
      type: "post",
    };
    const { kit, call } = await routes({ factors: [totpFactor(), byPost], enrolment: { via: "post" } });
    const wanted = await call("POST", "/setup");
    expect(wanted).toMatchObject({ status: 401, code: "proof_needed", methods: ["post"] });
    const { challenge = "" } = wanted as { challenge?: string };
    expect(await call("POST", "/challenge", { type: "post", challenge })).toMatchObject({ status: 200, sent_to: "a•••, Vienna" });
    const { secret = "" } = (await call("POST", "/setup", { code: sent, challenge })) as { secret?: string };
    expect(await call("POST", "/enable", { code: totp(fromBase32(secret), kit.clock.now) })).toMatchObject({ status: 200 });
    const unknown = await call("POST", "/challenge", { type: "pigeon" });
    expect(unknown).toMatchObject({ status: 404, code: "unsupported" });
    expect(() => createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: memoryStore(), enrolment: { via: "post" } })).toThrow(
      /enrolment\.via is "post", and factors lists no factor of that type/,
    );
  });
});

describe("what the routes tell", () => {
  it("that MFA is switched off, and of whom nobody gave a name, the id", async () => {
    const { call } = await routes({ switchedOff: true });
    expect(await call("GET", "/status")).toMatchObject({ status: 200, switched_off: true, username: "ada" });
  });

  it("R48 that an authenticator with a short secret should be enrolled anew", async () => {
    const { kit, mfa, call } = await routes();
    const short = Buffer.alloc(10, "x");
    const { factorId } = good(
      await mfa.factors.import(ADA, "otpauth://totp/Old:ada?secret=PB4HQ6DYPB4HQ6DY&issuer=Old", { allowShort: true }),
    );
    for (const path of ["/status", "/factors"]) {
      expect(await call("GET", path)).toMatchObject({ factors: [{ id: factorId, short: true }] });
    }
    const told = await call("POST", "/verify", { code: totp(short, kit.clock.now), factor_id: factorId });
    expect(told).toMatchObject({ status: 200, re_enrol: true });
  });
});

describe("a fault that denies", () => {
  afterEach(() => void vi.restoreAllMocks());
  /** Routes over a store that goes down once they are ready. */
  const failing = async (http?: HttpOptions) => {
    const inner = memoryStore();
    let isDown = false;
    const read: Store["read"] = (who) => (isDown ? Promise.reject(new Error("gone")) : inner.read(who));
    const { call } = await routes({ store: { ...inner, read }, ...(http ? { http } : {}) });
    isDown = true;
    return call;
  };

  it("R40 is told to onError, and to the console where there is none", async () => {
    const heard: unknown[] = [];
    const call = await failing({ onError: (error) => heard.push(error) });
    expect(await call("GET", "/status")).toMatchObject({ status: 503, code: "unavailable" });
    expect(heard).toMatchObject([{ code: "store_failed" }]);
    const onConsole = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const silent = await failing();
    expect(await silent("GET", "/status")).toMatchObject({ status: 503, code: "unavailable" });
    expect(onConsole.mock.calls).toEqual([[expect.stringContaining("StoreError: The store failed in read()")]]);
  });

  it("onError has to be a function", () => {
    const mfa = createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store: memoryStore() });
    expect(() => createHandler(mfa, { onError: "log" as never })).toThrow(ConfigError);
  });

  it("a factor that delivers has to be given what sends", () => {
    expect(() => email(undefined as never)).toThrow(/email\(deliver\)/);
  });
});
