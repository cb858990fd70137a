import { createSecretKey, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createMfa, type DataKeyRow, type KeyProvider, keyring } from "../src/index.ts";
import { decrypt, encrypt } from "../src/secrets/aead.ts";
import { createSeal } from "../src/secrets/seal.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { TEST_KEYS } from "./support/kit.ts";

const key = createSecretKey(Buffer.alloc(32, 1));
const aad = Buffer.from("aad");

describe("AES-256-GCM", () => {
  it("R37 opens what it sealed, an empty text too, and nothing under another key or other additional data", () => {
    for (const length of [0, 1, 20, 64]) {
      const plaintext = randomBytes(length);
      const sealed = encrypt(key, plaintext, aad);
      expect(decrypt(key, sealed, aad)).toEqual(plaintext);
      expect(decrypt(createSecretKey(Buffer.alloc(32, 2)), sealed, aad)).toBeUndefined();
      expect(decrypt(key, sealed, Buffer.from("aae"))).toBeUndefined();
    }
  });

  it("A35 whatever the text, it answers that it does not open, and does not throw", () => {
    const [nonce = "", body = ""] = encrypt(key, Buffer.from("text"), aad).split(".");
    const bytes = Buffer.from(body, "base64url");
    const of = (length: number): string => Buffer.alloc(length, 3).toString("base64url");
    const forms = ["", ".", "..", nonce, `${nonce}.`, `.${body}`, `!.${body}`, `${nonce}.!`, `${nonce}.${body}.`, `${nonce}.${body}.x`];
    for (const length of [0, 1, 11, 13, 16]) forms.push(`${of(length)}.${body}`);
    for (const length of [1, 4, 12, 15, 16, 17])
      forms.push(`${nonce}.${of(length)}`, `${nonce}.${bytes.subarray(0, length).toString("base64url")}`);
    for (const form of forms) expect(decrypt(key, form, aad), form).toBeUndefined();
    expect(decrypt(key, `${nonce}.${body}`, aad)?.toString()).toBe("text");
  });
});

describe("a sealed value", () => {
  const seal = createSeal([
    { id: "new", createdAt: 2, key },
    { id: "old", createdAt: 1, key: createSecretKey(Buffer.alloc(32, 2)) },
  ]);

  it("R37 bears the active key's id, which can't be edited though both keys are held", () => {
    const sealed = seal.seal(Buffer.from("text"), ["a", "b"]);
    expect(sealed).toMatch(/^v1\.new\.[\w-]{16}\.[\w-]+$/);
    expect(seal.open(sealed, ["a", "b"]).toString()).toBe("text");
    const both = createSeal([
      { id: "new", createdAt: 2, key },
      { id: "old", createdAt: 1, key },
    ]);
    expect(() => both.open(sealed.replace("new", "old"), ["a", "b"])).toThrow(/does not open/);
  });

  it.each([
    ["another version", "v2.new.AAAA.AAAA", /unknown form/],
    ["no version", "", /unknown form/],
    ["another key", "v1.gone.AAAA.AAAA", /names a data key that the store does not hold/],
    ["no key", "v1", /names a data key/],
    ["no body", "v1.new", /does not open/],
  ])("R37 of %s is told from one that was edited", (_, sealed, said) => {
    expect(() => seal.open(sealed, [])).toThrow(expect.objectContaining({ code: "seal_broken", message: expect.stringMatching(said) }));
  });
});

describe("a new data key", () => {
  const started = async (changed: (ring: KeyProvider) => Partial<KeyProvider>) => {
    const ring = keyring(TEST_KEYS);
    const store = memoryStore();
    const mfa = createMfa({ issuer: "Test", keys: { ...ring, ...changed(ring) }, store });
    const fault = await mfa.ready().then(
      () => undefined,
      (error: Error) => error,
    );
    return { fault, rows: await store.dataKeys() };
  };

  it("R37 is opened again before it is kept, under its own context and under none that is not its own", async () => {
    const seen: { wrapped: string[]; tried: string[] } = { wrapped: [], tried: [] };
    const { rows, fault } = await started((ring) => ({
      wrap: (bytes, context) => {
        seen.wrapped.push(context);
        return ring.wrap(bytes, context);
      },
      unwrap: (wrapped, context) => {
        seen.tried.push(context);
        return ring.unwrap(wrapped, context);
      },
    }));
    expect(fault).toBeUndefined();
    expect(rows.map(({ use }) => use).sort()).toEqual(["audit", "grant", "pepper", "seal"]);
    const contexts = rows.map(({ id, use }: DataKeyRow) => `${use}:${id}`);
    expect(seen.wrapped.toSorted()).toEqual(contexts.toSorted());
    for (const context of contexts) {
      const tries = [context, context, `not-${context}`].toSorted();
      expect(seen.tried.filter((tried) => tried.endsWith(context)).toSorted()).toEqual(tries);
    }
  });

  it.each<[string, (ring: KeyProvider) => Partial<KeyProvider>, RegExp]>([
    [
      "can't be wrapped",
      () => ({ wrap: () => Promise.reject(new Error("503")) }),
      /did not wrap data key "[0-9a-f-]{36}" \((seal|pepper|grant|audit)\)/,
    ],
    [
      "can't be opened again",
      () => ({ unwrap: () => Promise.reject(new Error("503")) }),
      /did not open data key "[0-9a-f-]{36}" \(\w+\) again/,
    ],
    ["comes back shorter", (ring) => ({ unwrap: async (...args) => (await ring.unwrap(...args)).subarray(1) }), /did not give back/],
    [
      "comes back longer",
      (ring) => ({ unwrap: async (...args) => Buffer.concat([await ring.unwrap(...args), Buffer.alloc(1)]) }),
      /did not give back/,
    ],
    ["comes back as another", () => ({ unwrap: async () => randomBytes(32) }), /did not give back/],
    [
      "opens under another context",
      () => ({ wrap: async (bytes) => Buffer.from(bytes).toString("hex"), unwrap: async (hex) => Buffer.from(hex, "hex") }),
      /another context.*associated data.*Nothing was saved/s,
    ],
  ])("R37 that %s is not kept", async (_, changed, said) => {
    const { fault, rows } = await started(changed);
    expect(fault).toMatchObject({ code: "key_unusable", message: expect.stringMatching(said) });
    expect(rows).toEqual([]);
  });

  it("R37 of the wrong length in the store is told by its id, its use and its length", async () => {
    const store = memoryStore();
    await createMfa({ issuer: "Test", keys: keyring(TEST_KEYS), store }).ready();
    const short: KeyProvider = { ...keyring(TEST_KEYS), unwrap: async () => new Uint8Array(16) };
    await expect(createMfa({ issuer: "Test", keys: short, store }).ready()).rejects.toMatchObject({
      message: expect.stringMatching(/Data key "[0-9a-f-]{36}" \(\w+\) unwrapped to 16 bytes instead of 32/),
    });
    const down: KeyProvider = { ...keyring(TEST_KEYS), unwrap: () => Promise.reject(new Error("503")) };
    await expect(createMfa({ issuer: "Test", keys: down, store }).ready()).rejects.toMatchObject({
      message: expect.stringMatching(/did not open data key "[0-9a-f-]{36}" \(\w+\)\. Nothing/),
    });
  });
});
