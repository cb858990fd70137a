import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConfigError, createMfa, KeyError, keyring } from "../src/index.ts";
import { type VaultTransitOptions, vaultTransit } from "../src/secrets/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, reason, TEST_KEYS } from "./support/kit.ts";
import { type StandIn, vaultStandIn } from "./support/vault.ts";

let vault: StandIn;
beforeEach(async () => {
  vault = await vaultStandIn();
});
afterEach(async () => {
  vi.useRealTimers();
  await vault.stop();
});

const dataKey = randomBytes(32);
const provider = (options: Partial<VaultTransitOptions> = {}) =>
  vaultTransit({ address: vault.address, token: vault.token, key: "nightlatch", ...options });

/** What something throws or rejects with. */
async function faultOf(attempt: () => unknown): Promise<Error> {
  try {
    await attempt();
  } catch (error) {
    return error as Error;
  }
  throw new Error("Nothing was thrown.");
}

/** An error as somebody logs it, with all that hangs on it. */
function logged(error: unknown): string {
  const seen = new Set<unknown>();
  const text = (value: unknown): string => {
    if (typeof value !== "object" || value === null || seen.has(value)) return String(value);
    seen.add(value);
    return Reflect.ownKeys(value)
      .map((name) => `${String(name)}=${text(Reflect.get(value, name))}`)
      .join(";");
  };
  return `${String(error)} ${text(error)}`;
}

describe("vaultTransit", () => {
  it("R37 wraps and opens a data key, bound to its context, and sends it nowhere else", async () => {
    const keys = provider();
    const wrapped = await keys.wrap(dataKey, "seal:1");
    expect(wrapped).toMatch(/^vault:v1:/);
    expect(Buffer.from(await keys.unwrap(wrapped, "seal:1"))).toEqual(dataKey);
    const fault = await faultOf(() => keys.unwrap(wrapped, "pepper:1"));
    expect(fault).toBeInstanceOf(KeyError);
    expect(fault.message).toMatch(/did not open a data key \(400\).*not the one that wrapped it, or a row was edited/);
    expect(vault.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1/transit/encrypt/nightlatch",
      "POST /v1/transit/decrypt/nightlatch",
      "POST /v1/transit/decrypt/nightlatch",
    ]);
    expect(JSON.parse(vault.seen[0]?.body ?? "")).toEqual({
      plaintext: dataKey.toString("base64"),
      associated_data: Buffer.from("seal:1").toString("base64"),
    });
  });

  it("asks for the token each time, and takes a mount, a namespace, a path before the API and a fetch of the host's", async () => {
    const other = await vaultStandIn({ key: "app.mfa-1", mount: "teams/transit" });
    try {
      other.namespace = "ns1/ns2";
      let asked = 0;
      let fetched = 0;
      const keys = vaultTransit({
        address: new URL(`${other.address}/`),
        token: async () => {
          asked += 1;
          return other.token;
        },
        key: "app.mfa-1",
        mount: "/teams/transit/",
        namespace: "ns1/ns2",
        fetch: (...args) => {
          fetched += 1;
          return fetch(...args);
        },
      });
      const wrapped = await keys.wrap(dataKey, "c");
      other.token = "hvs.renewed";
      expect(Buffer.from(await keys.unwrap(wrapped, "c"))).toEqual(dataKey);
      expect([asked, fetched]).toEqual([2, 2]);
    } finally {
      await other.stop();
    }
    vault.instead = ({ path }) => ({
      status: path.startsWith("/proxy/vault/v1/transit/") ? 200 : 404,
      body: '{"data":{"plaintext":"AAAA"}}',
    });
    await provider({ address: `${vault.address}/proxy/vault/` }).unwrap("vault:v1:x", "c");
  });

  it("R37 tells what an older version of the key wrapped, and asks once for all that are looked at together", async () => {
    const keys = provider();
    const old = await keys.wrap(dataKey, "c");
    expect(await keys.isCurrent?.(old)).toBe(true);
    vault.rotate();
    const wrapped = await keys.wrap(dataKey, "c");
    vault.seen.length = 0;
    expect(await Promise.all([old, wrapped, "k1.not.ours", "vault:v9:x"].map((text) => keys.isCurrent?.(text)))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(vault.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /v1/transit/keys/nightlatch"]);
    expect(Buffer.from(await keys.unwrap(old, "c"))).toEqual(dataKey);
    vault.retire(2);
    expect((await faultOf(() => keys.unwrap(old, "c"))).message).toMatch(/no longer opens wrappings this old.*min_decryption_version/);
  });

  it("R37 a start wraps data keys by the key's newest version, so that the older one can be retired", async () => {
    const store = memoryStore();
    const kit = createKit(createMfa, store);
    const user = await kit.enrolled(await kit.mfa({ keys: provider() }));
    const wrappings = async () => (await store.dataKeys()).map(({ wrapped }) => wrapped.slice(0, 9));
    expect(await wrappings()).toEqual(Array(4).fill("vault:v1:"));
    vault.rotate();
    vault.forbidden.add("keys");
    await kit.mfa({ keys: provider() });
    expect(await wrappings(), "without leave to read the version nothing changes, and the start goes on").toEqual(
      Array(4).fill("vault:v1:"),
    );
    vault.forbidden.clear();
    await kit.mfa({ keys: provider() });
    expect(await wrappings()).toEqual(Array(4).fill("vault:v2:"));
    vault.retire(2);
    const mfa = await kit.mfa({ keys: provider() });
    expect(reason(await mfa.verify({ subject: user.subject, code: user.code() }))).toBe("ok");
  });

  it("R37 data keys move from a keyring to Vault, and a Vault that is another one changes nothing", async () => {
    const store = memoryStore();
    const kit = createKit(createMfa, store);
    const user = await kit.enrolled(await kit.mfa());
    const ring = keyring(TEST_KEYS);
    await expect(kit.mfa({ keys: provider() })).rejects.toMatchObject({
      code: "key_unusable",
      message: expect.stringMatching(/not wrapped by Vault: a keyring or a KMS did/),
    });
    const isOld = (wrapped: string): boolean => !wrapped.startsWith("vault:");
    const to = provider();
    await kit.mfa({
      keys: {
        wrap: to.wrap,
        unwrap: (wrapped, context) => (isOld(wrapped) ? ring : to).unwrap(wrapped, context),
        isCurrent: async (wrapped) => !isOld(wrapped) && ((await to.isCurrent?.(wrapped)) ?? true),
      },
    });
    const mfa = await kit.mfa({ keys: to });
    expect(reason(await mfa.verify({ subject: user.subject, code: user.code() }))).toBe("ok");
    const before = await store.dataKeys();
    vault.replace();
    await expect(kit.mfa({ keys: provider() })).rejects.toMatchObject({ code: "key_unusable" });
    expect(await store.dataKeys()).toEqual(before);
  });

  it("R37 a transit that ignores associated data is found out before anything is saved", async () => {
    const store = memoryStore();
    vault.instead = ({ path, body }) => {
      const { plaintext, ciphertext } = JSON.parse(body || "{}") as { plaintext?: string; ciphertext?: string };
      const data = path.includes("encrypt") ? { ciphertext: `vault:v1:${plaintext}` } : { plaintext: ciphertext?.slice(9) };
      return { status: 200, body: JSON.stringify({ data }) };
    };
    const mfa = createMfa({ issuer: "Test", keys: provider(), store });
    await expect(mfa.ready()).rejects.toMatchObject({ code: "key_unusable", message: expect.stringMatching(/under another context/) });
    expect(await store.dataKeys()).toEqual([]);
  });
});

describe("what Vault refuses is a KeyError that says how to mend it, and shows neither token nor key", () => {
  const saying = (status: number, ...errors: string[]) => ({ instead: () => ({ status, body: JSON.stringify({ errors }) }) });
  const cases: [string, Partial<StandIn>, Partial<VaultTransitOptions>, RegExp][] = [
    ["a token that has expired", { token: "another" }, {}, /\(403\).*expired.*transit\/encrypt\/nightlatch/],
    ["a policy that forbids", { forbidden: new Set(["encrypt", "decrypt", "keys"]) }, {}, /\(403\).*policy/],
    ["a key that isn't there", {}, { key: "other" }, /\((400|404)\).*"other"/],
    ["a mount that isn't there", {}, { mount: "kv" }, /\(404\).*nothing at "kv"/],
    ["a namespace that isn't there", {}, { namespace: "nowhere" }, /\(404\).*namespace/],
    ["a sealed Vault", { sealed: true }, {}, /\(503\).*sealed/],
    [
      "a redirect, which the token does not follow",
      { instead: () => ({ status: 307, body: "", headers: { location: "/elsewhere" } }) },
      {},
      /\(307\).*not sent after it/,
    ],
    [
      "a fault that repeats the request",
      { instead: ({ headers, body }) => ({ status: 500, body: JSON.stringify({ errors: [headers["x-vault-token"], body] }) }) },
      {},
      /\(500\)/,
    ],
    [
      "a type without associated data",
      saying(400, "'[0].associated_data' provided for non-AEAD cipher suite rsa-2048"),
      {},
      /aes256-gcm96/,
    ],
    [
      "a key that derives",
      saying(400, "missing 'context' for key derivation; the key was created using a derived key"),
      {},
      /derives keys/,
    ],
    ["a request that it does not take", saying(400), {}, /1\.13/],
    ["another server, in HTML", { instead: () => ({ status: 200, body: "<html>Welcome</html>" }) }, {}, /something else answers/],
    ["another server, in JSON", { instead: () => ({ status: 200, body: '{"data":{}}' }) }, {}, /something else answers|no latest_version/],
  ];

  it.each(cases)("%s", async (_, state, options, said) => {
    const keys = provider(options);
    const { token } = vault;
    Object.assign(vault, state);
    for (const attempt of [
      () => keys.wrap(dataKey, "c"),
      () => keys.unwrap("vault:v1:AAAA", "c"),
      () => keys.isCurrent?.("vault:v1:AAAA"),
    ]) {
      const fault = await faultOf(attempt);
      expect(fault).toBeInstanceOf(KeyError);
      expect(fault.message).toMatch(said);
      for (const secret of [dataKey.toString("base64"), token]) expect(logged(fault)).not.toContain(secret);
    }
    expect(vault.seen.map(({ path }) => path)).not.toContain("/elsewhere");
  });

  it("no connection, told by its code and without the request that a fetch may hang on its error", async () => {
    const { address } = vault;
    await vault.stop();
    const fault = await faultOf(() => vaultTransit({ address, token: "hvs.secret", key: "k" }).wrap(dataKey, "c"));
    expect(fault.message).toMatch(/can't be reached \(ECONNREFUSED\)/);
    vault = await vaultStandIn();
    const chatty: typeof fetch = (_, init) => Promise.reject(Object.assign(new Error(JSON.stringify(init)), { config: init }));
    const told = await faultOf(() => provider({ fetch: chatty }).wrap(dataKey, "c"));
    expect(told).toBeInstanceOf(KeyError);
    for (const secret of [vault.token, dataKey.toString("base64")]) expect(logged(told)).not.toContain(secret);
  });

  it("no answer within the time given, in the middle of a body too", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    vault.isMute = true;
    const arrival = vault.arrival();
    let isOver = false;
    const attempt = faultOf(() => provider({ timeout: 7 }).wrap(dataKey, "c")).finally(() => {
      isOver = true;
    });
    await arrival;
    await vi.advanceTimersByTimeAsync(6_999);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await attempt).message).toMatch(/did not answer within 7 s/);

    const half: typeof fetch = async (_, init) => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(Buffer.from('{"data":'));
          init?.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
        },
      });
      return new Response(body);
    };
    const stuck = faultOf(() => provider({ fetch: half }).wrap(dataKey, "c"));
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await stuck).message).toMatch(/did not answer within 5 s/);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("hvs.leaked"))],
    ["gives nothing", () => undefined as never],
    ["gives a line end", () => "hvs.leaked\n"],
  ])("a token function that %s", async (_, token) => {
    const fault = await faultOf(() => provider({ token }).wrap(dataKey, "c"));
    expect(fault).toBeInstanceOf(KeyError);
    expect(logged(fault)).not.toContain("hvs.leaked");
    expect(vault.seen).toEqual([]);
  });
});

describe("options that make no sense", () => {
  it.each<[string, Partial<Record<keyof VaultTransitOptions, unknown>>]>([
    ["TLS", { address: "http://vault.example.com:8200" }],
    ["TLS", { address: "http://127.0.0.1.example.com" }],
    ["no URL", { address: "vault.example.com:8200" }],
    ["no URL", { address: undefined }],
    ["a user", { address: "https://ada:hunter2@vault.example.com" }],
    ["a query", { address: "https://vault.example.com/?token=hunter2" }],
    ["token", { token: "" }],
    ["token", { token: "hunter2\n" }],
    ["token", { token: undefined }],
    ["key", { key: "" }],
    ["key", { key: "../keys" }],
    ["key", { key: "a/b" }],
    ["mount", { mount: "" }],
    ["mount", { mount: "a/../b" }],
    ["mount", { mount: "a?b" }],
    ["namespace", { namespace: "a\nb" }],
    ["timeout", { timeout: 0 }],
    ["timeout", { timeout: "2m" }],
    ["timeout", { timeout: "soon" }],
  ])("%s: %j", async (named, fault) => {
    const error = await faultOf(() => provider(fault as Partial<VaultTransitOptions>));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(named);
    expect(logged(error)).not.toContain("hunter2");
  });

  it.each(["https://vault.example.com", "http://localhost:8200", "http://127.0.0.2:8200", "http://[::1]:8200"])(
    "%s is an address",
    (address) => {
      expect(() => provider({ address })).not.toThrow();
    },
  );
});
