import { afterEach, describe, expect, it, vi } from "vitest";
import { ConfigError, KeyError } from "../src/index.ts";
import { type VaultTransitOptions, vaultTransit } from "../src/secrets/index.ts";

const TOKEN = "hvs.token";

afterEach(() => {
  vi.useRealTimers();
});

interface Asked {
  url: string;
  init: RequestInit;
}

/** The provider over a fetch of the host's own, which gives these answers, and what it was asked. */
function asking(answer: () => Response | Promise<Response>, options: Partial<VaultTransitOptions> = {}) {
  const asked: Asked[] = [];
  const keys = vaultTransit({
    address: "https://vault.example.com:8200",
    token: TOKEN,
    key: "nightlatch",
    fetch: async (url, init = {}) => {
      asked.push({ url: String(url), init });
      return await answer();
    },
    ...options,
  });
  return { keys, asked };
}

const json = (value: unknown, status = 200) => new Response(JSON.stringify(value), { status });

const faultOf = async (attempt: () => unknown): Promise<Error> => {
  try {
    await attempt();
  } catch (error) {
    return error as Error;
  }
  throw new Error("Nothing was thrown.");
};

describe("a request to Vault", () => {
  const headers = { "X-Vault-Request": "true", "X-Vault-Token": TOKEN };

  it("R37 to wrap and to open is a POST of JSON with the token, which follows no redirect and can be ended", async () => {
    const { keys, asked } = asking(() => json({ data: { ciphertext: "vault:v1:AAAA", plaintext: "AQID" } }));
    expect(await keys.wrap(Buffer.from([1, 2, 3]), "seal:1")).toBe("vault:v1:AAAA");
    expect(await keys.unwrap("vault:v1:AAAA", "seal:1")).toEqual(Buffer.from([1, 2, 3]));
    const associated_data = Buffer.from("seal:1").toString("base64");
    const request = { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, redirect: "manual" };
    expect(asked).toEqual([
      {
        url: "https://vault.example.com:8200/v1/transit/encrypt/nightlatch",
        init: { ...request, body: JSON.stringify({ plaintext: "AQID", associated_data }), signal: expect.any(AbortSignal) },
      },
      {
        url: "https://vault.example.com:8200/v1/transit/decrypt/nightlatch",
        init: { ...request, body: JSON.stringify({ ciphertext: "vault:v1:AAAA", associated_data }), signal: expect.any(AbortSignal) },
      },
    ]);
    expect(asked.map(({ init }) => init.signal?.aborted)).toEqual([false, false]);
  });

  it("for the key's version is a GET without a body, in the namespace where there is one, asked anew each time", async () => {
    let latest = 1;
    const { keys, asked } = asking(() => json({ data: { latest_version: latest } }), { namespace: "ns1/ns2" });
    expect(await keys.isCurrent?.("vault:v1:x")).toBe(true);
    latest = 2;
    expect(await keys.isCurrent?.("vault:v1:x")).toBe(false);
    expect(await keys.isCurrent?.("vault:v2:x")).toBe(true);
    expect(asked).toHaveLength(3);
    expect(asked[0]).toEqual({
      url: "https://vault.example.com:8200/v1/transit/keys/nightlatch",
      init: { method: "GET", headers: { ...headers, "X-Vault-Namespace": "ns1/ns2" }, redirect: "manual", signal: expect.any(AbortSignal) },
    });
  });

  it("goes nowhere for what Vault did not wrap: a row of another provider is not sent, and is not current", async () => {
    const { keys, asked } = asking(() => json({ data: { latest_version: 1, plaintext: "AAAA" } }));
    for (const wrapped of ["", "k1.AAAA.AAAA", "vault:v1:", "vault:vx:a", "vault:1:a", "xvault:v1:a", "vault:v1234567890:a"]) {
      expect((await faultOf(() => keys.unwrap(wrapped, "c"))).message).toMatch(/not wrapped by Vault.*Start with the provider/);
      expect(await keys.isCurrent?.(wrapped)).toBe(false);
    }
    expect(asked).toEqual([]);
  });

  it.each([
    ["https://vault.example.com/proxy/vault///", "https://vault.example.com/proxy/vault/v1/transit/keys/k"],
    ["https://vault.example.com/", "https://vault.example.com/v1/transit/keys/k"],
    [new URL("http://127.0.0.1:8200"), "http://127.0.0.1:8200/v1/transit/keys/k"],
  ])("finds the API under %s", async (address, url) => {
    const { keys, asked } = asking(() => json({ data: { latest_version: 1 } }), { address, key: "k" });
    await keys.isCurrent?.("vault:v1:x");
    expect(asked[0]?.url).toBe(url);
  });

  it.each(["transit", "/transit", "transit/", "//teams/a/transit//", "a.b-c_d"])("takes %j as a mount", async (mount) => {
    const { keys, asked } = asking(() => json({ data: { latest_version: 1 } }), { mount });
    await keys.isCurrent?.("vault:v1:x");
    expect(asked[0]?.url).toBe(`https://vault.example.com:8200/v1/${mount.replace(/^\/*(.*?)\/*$/, "$1")}/keys/nightlatch`);
  });

  it.each(["k", "nightlatch", "app.mfa-1_x", "A9"])("takes %j as a key", (key) => {
    expect(() => asking(() => json({}), { key })).not.toThrow();
  });

  it("takes a timeout of 1 to 60 seconds", () => {
    for (const timeout of [1, 60, "1s", "60s", "1m"] as const) expect(() => asking(() => json({}), { timeout })).not.toThrow();
    for (const timeout of [0, 61, "61s", "2m", "x"]) expect(() => asking(() => json({}), { timeout: timeout as 1 })).toThrow(/timeout/);
  });
});

describe("the time that a request may take", () => {
  it("runs no longer than the request, however that ends", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    for (const answer of [
      () => json({ data: { ciphertext: "vault:v1:AAAA" } }),
      () => json({}, 500),
      () => Promise.reject(new Error("down")),
    ]) {
      await asking(answer)
        .keys.wrap(Buffer.alloc(32), "c")
        .catch(() => {});
      expect(vi.getTimerCount()).toBe(0);
    }
  });
});

describe("options of vaultTransit that make no sense", () => {
  it.each<[string, Partial<Record<keyof VaultTransitOptions, unknown>>]>([
    ["no URL", { address: "xhttps://vault.example.com" }],
    ["no URL", { address: "httpsx://vault.example.com" }],
    ["no URL", { address: "file:///vault" }],
    ["no TLS", { address: "http://vault.localhost.example.com" }],
    ["no TLS", { address: "http://localhost.example.com" }],
    ["no TLS", { address: "http://xlocalhost" }],
    ["no TLS", { address: "http://128.0.0.1" }],
    ["has a user", { address: "https://ada@vault.example.com" }],
    ["has a user", { address: "https://:hunter2@vault.example.com" }],
    ["a query or a fragment", { address: "https://vault.example.com/?x" }],
    ["a query or a fragment", { address: "https://vault.example.com/#x" }],
    ["token is missing", { token: 7 }],
    ["token is missing", { token: "a b" }],
    ["token is missing", { token: "ä" }],
    ["key is the name", { key: 7 }],
    ["key is the name", { key: ".k" }],
    ["key is the name", { key: "k." }],
    ["key is the name", { key: "k k" }],
    ["mount is the path", { mount: 7 }],
    ["mount is the path", { mount: "." }],
    ["mount is the path", { mount: ".." }],
    ["mount is the path", { mount: "a/." }],
    ["mount is the path", { mount: "a/../b" }],
    ["mount is the path", { mount: "a//b" }],
    ["mount is the path", { mount: "a b" }],
    ["namespace is a path", { namespace: "" }],
    ["namespace is a path", { namespace: "a b" }],
  ])("%s: %j", (said, options) => {
    const attempt = () => asking(() => json({}), options as Partial<VaultTransitOptions>);
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(said);
  });

  it.each(["..a", "a/...", ".a"])("%j is a mount all the same", (mount) => {
    expect(() => asking(() => json({}), { mount })).not.toThrow();
  });
});

describe("what Vault answers", () => {
  const wrapping = (answer: () => Response | Promise<Response>, options?: Partial<VaultTransitOptions>) =>
    faultOf(() => asking(answer, options).keys.wrap(Buffer.alloc(32), "c"));

  it.each<[number, string[], RegExp]>([
    [400, ["encryption key not found"], /\(400\)\. There is no key "nightlatch" under "transit"\. Make it/],
    [400, ["missing 'associated_data'"], /type aes256-gcm96/],
    [400, ["derivation"], /derives keys/],
    [400, ["ciphertext version is too old"], /min_decryption_version/],
    [400, ["ciphertext or signature version is disallowed by policy (too old)"], /no longer opens wrappings this old/],
    [400, ["version disallowed by policy"], /min_decryption_version/],
    [400, ["cipher: message authentication failed"], /not the one that wrapped it/],
    [400, ["invalid ciphertext: no prefix"], /or a row was edited/],
    [400, ["something else"], /did not take the request.*1\.13/],
    [
      403,
      ["permission denied"],
      /update transit\/encrypt\/nightlatch and transit\/decrypt\/nightlatch and read transit\/keys\/nightlatch\. Renew/,
    ],
    [404, [], /nothing at "transit" for key "nightlatch"/],
    [503, ["sealed"], /sealed or down for maintenance/],
    [300, [], /redirects/],
    [399, [], /redirects/],
    [201, [], /\(201\)\. Try again, and look at its log\./],
    [299, [], /Try again/],
    [401, [], /Try again/],
    [429, [], /Try again/],
    [500, ["internal"], /\(500\)\. Try again, and look at its log\./],
    [502, [], /Try again/],
  ])("a refusal of %i with %j is said in words of ours", async (status, errors, said) => {
    const fault = await wrapping(() => json({ errors }, status));
    expect(fault).toBeInstanceOf(KeyError);
    expect(fault.message).toMatch(/^Vault did not wrap a data key \(\d+\)\. /);
    expect(fault.message).toMatch(said);
  });

  it.each(["null", "7", '"text"', "[]", "{", "", '{"data":null}', '{"data":7}'])("a body of %s is none of Vault's", async (body) => {
    expect((await wrapping(() => new Response(body, { status: 200 }))).message).toBe(
      "Vault did not wrap a data key (200). Its answer has no data: something else answers at its address.",
    );
    expect((await wrapping(() => new Response(body, { status: 500 }))).message).toMatch(/Try again/);
  });

  it.each([undefined, 7, "", "k1.x", "vault:v1:", " vault:v1:x"])("a ciphertext of %j is none of Vault's", async (ciphertext) => {
    expect((await wrapping(() => json({ data: { ciphertext } }))).message).toMatch(/form that is not its own/);
  });

  it("a plaintext that is no text is none, and neither is a version that is no whole number", async () => {
    for (const plaintext of [undefined, 7, null]) {
      expect((await faultOf(() => asking(() => json({ data: { plaintext } })).keys.unwrap("vault:v1:x", "c"))).message).toMatch(
        /gave no plaintext/,
      );
    }
    for (const latest_version of [undefined, "1", 1.5, null]) {
      const fault = await faultOf(() => asking(() => json({ data: { latest_version } })).keys.isCurrent?.("vault:v1:x"));
      expect(fault.message).toMatch(/told no latest_version/);
    }
    const sealed = await faultOf(() => asking(() => json({}, 503)).keys.isCurrent?.("vault:v1:x"));
    expect(sealed.message).toMatch(/^Vault did not tell its key's version \(503\)\. It is sealed/);
  });

  it.each<[object | undefined, RegExp]>([
    [{ code: "ECONNREFUSED" }, /can't be reached \(ECONNREFUSED\)\. Nothing/],
    [{ cause: { code: "ENOTFOUND" }, code: "OTHER_CODE" }, /can't be reached \(ENOTFOUND\)\./],
    [{ cause: {}, code: "CERT_HAS_EXPIRED" }, /can't be reached \(CERT_HAS_EXPIRED\)\./],
    [{ code: 7 }, /can't be reached\. Nothing can be verified until it does\. Look at its address and the network\./],
    [{ code: "a secret" }, /can't be reached\./],
    [{ code: `X${TOKEN}` }, /can't be reached\./],
    [{ code: "AB" }, /can't be reached\./],
    [{ code: "ABC" }, /can't be reached \(ABC\)\./],
    [{ code: `A${"B".repeat(40)}` }, /can't be reached \(AB{40}\)\./],
    [{ code: `A${"B".repeat(41)}` }, /can't be reached\./],
    [{ code: "xECONN" }, /can't be reached\./],
    [{}, /can't be reached\./],
    [undefined, /can't be reached\./],
  ])("a network fault of %j is told by its code alone, where it is one", async (fault, said) => {
    const { message } = await wrapping(() => Promise.reject(fault));
    expect(message).toMatch(/^Vault did not wrap a data key\. It /);
    expect(message).toMatch(said);
    expect(message).not.toContain(TOKEN);
  });

  it("nothing is asked without a token, and the fault that kept it away is not passed on", async () => {
    const { keys, asked } = asking(() => json({}), { token: () => Promise.reject(new Error("hunter2")) });
    const failed = await faultOf(() => keys.wrap(Buffer.alloc(32), "c"));
    expect(failed.message).toMatch(/function that gives Vault's token failed/);
    expect(failed.cause).toBeUndefined();
    for (const text of [undefined, "", "a b", "a\n", 7]) {
      const none = asking(() => json({}), { token: () => text as string });
      expect((await faultOf(() => none.keys.wrap(Buffer.alloc(32), "c"))).message).toMatch(/gave none, or one with a line end/);
      expect(none.asked).toEqual([]);
    }
    expect(asked).toEqual([]);
  });
});
