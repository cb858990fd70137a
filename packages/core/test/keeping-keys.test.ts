import { createSecretKey, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createMfa, type DataKeyRow, type KeyProvider, keyring, keyringFile, type Store } from "../src/index.ts";
import { decrypt, encrypt } from "../src/secrets/aead.ts";
import { sealer } from "../src/secrets/index.ts";
import { keepKeys } from "../src/secrets/kept-keys.ts";
import { createSeal, plaintextLength } from "../src/secrets/seal.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { TEST_KEYS } from "./support/kit.ts";

const K2 = `k2:${randomBytes(32).toString("base64")}`;

/** Strings, each behind its length in four bytes. */
const prefixed = (...parts: string[]): Buffer =>
  Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, Buffer.from(part)];
    }),
  );

const keep = (provider: KeyProvider, store: Store) =>
  keepKeys(
    provider,
    store,
    () => 7,
    (keys) => ({ keys }),
  );

const rotate = (store: Store, ring = TEST_KEYS) => createMfa({ issuer: "Test", keys: keyring(ring), store }).keys.rotate("seal");

describe("a keyring", () => {
  const ring = createSecretKey(Buffer.alloc(32, 7));

  it("R37 binds a data key to its context, in a form that stays the same for ever", async () => {
    const wrapped = await keyring(TEST_KEYS).wrap(Buffer.from("data key"), "seal:1");
    const aad = prefixed("nightlatch", "data-key", "seal:1");
    expect(decrypt(ring, wrapped.replace(/^k1\./, ""), aad)?.toString()).toBe("data key");
    expect(Buffer.from(await keyring(TEST_KEYS).unwrap(`k1.${encrypt(ring, Buffer.from("other"), aad)}`, "seal:1")).toString()).toBe(
      "other",
    );
  });

  it.each([
    ["of no form of its own", "vault:v1:AAAA", /no form that a keyring wraps/],
    ["of no key at all", "AAAA", /no form that a keyring wraps/],
    ["empty", "", /no form that a keyring wraps/],
    ["by a key that it does not hold", "k9.AAAA.AAAA", /wrapped by key "k9", and the keyring holds "k2", "k1"\. Put the missing key back/],
    ["edited", "k1.AAAA.AAAA", /Key "k1" of the keyring does not open/],
  ])("R37 tells of a wrapping that is %s", async (_, wrapped, said) => {
    await expect(keyring(`${K2},${TEST_KEYS}`).unwrap(wrapped, "c")).rejects.toMatchObject({
      code: "key_unusable",
      message: expect.stringMatching(said),
    });
  });

  it("takes blanks around entries, and padding or none", () => {
    const bare = TEST_KEYS.replace(/=+$/, "");
    for (const text of [` ${TEST_KEYS} `, `${K2} , ${TEST_KEYS}`, bare]) expect(() => keyring(text)).not.toThrow();
    expect(() => keyring(`${"k".repeat(32)}:${K2.slice(3)}`)).not.toThrow();
    expect(() => keyring(`${"k".repeat(33)}:${K2.slice(3)}`)).toThrow(/no such form/);
    expect(() => keyring(`:${K2.slice(3)}`)).toThrow(/no such form/);
    expect(() => keyring(`k1:${K2.slice(4)}`)).toThrow(/Key "k1" of the keyring is not 32 bytes/);
    expect(() => keyring(`k1:${K2.slice(3)}!`)).toThrow(/not 32 bytes/);
  });
});

describe("a keyring in a file", () => {
  it("R37 lines of blanks, commas at the ends and comments are nothing; a fault keeps the system's own", async () => {
    const folder = await mkdtemp(join(tmpdir(), "nightlatch-keys-"));
    try {
      const path = join(folder, "keys");
      await writeFile(path, `\uFEFF# ours\n   \n\t\n ${K2} , # new\n${TEST_KEYS},\n#${TEST_KEYS}\n \r\n`);
      expect(await keyringFile(path).wrap(Buffer.alloc(32), "c")).toMatch(/^k2\./);
      const fault = (() => {
        try {
          return keyringFile(join(folder, "nowhere"));
        } catch (error) {
          return error;
        }
      })();
      expect(fault).toMatchObject({ code: "config_invalid", cause: { code: "ENOENT" } });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("the data keys of a store", () => {
  it("R37 are made once: a later start wraps nothing, and one without a use makes that alone", async () => {
    const store = memoryStore();
    const ring = keyring(TEST_KEYS);
    let wraps = 0;
    const counting: KeyProvider = {
      ...ring,
      wrap: (...args) => {
        wraps += 1;
        return ring.wrap(...args);
      },
    };
    await keep(counting, store).open();
    expect(wraps).toBe(4);
    await keep(counting, store).open();
    expect(wraps).toBe(4);
    const rows = await store.dataKeys();
    expect(rows.map(({ createdAt }) => createdAt)).toEqual([7, 7, 7, 7]);
    const added: DataKeyRow[] = [];
    const lacking: Store = {
      ...store,
      dataKeys: async () => [...rows.filter(({ use }) => use !== "audit"), ...added],
      addDataKeys: async (more) => void added.push(...more),
    };
    await keep(counting, lacking).open();
    expect(added.map(({ use }) => use)).toEqual(["audit"]);
    expect(wraps).toBe(5);
  });

  it("R37 that are not kept are told of by their use", async () => {
    const forgetful: Store = { ...memoryStore(), addDataKeys: async () => {} };
    await expect(keep(keyring(TEST_KEYS), forgetful).open()).rejects.toMatchObject({
      code: "key_unusable",
      message: expect.stringMatching(/no data key for "seal"/),
    });
  });

  it("R37 are looked at once by a call that wants them fresh, and are what they were where nothing was added", async () => {
    const store = memoryStore();
    const kept = keep(keyring(TEST_KEYS), store);
    expect(kept.now()).toBeUndefined();
    const first = await kept.open();
    expect(kept.now()).toBe(first);
    expect(await kept.fresh()).toBe(first);
    const { keyId } = await rotate(store);
    const second = await kept.fresh();
    expect(second).not.toBe(first);
    expect(second.keys.seal.map(({ id }) => id)).toEqual([keyId, first.keys.seal[0].id]);
    expect(kept.now()).toBe(second);
    expect(await kept.open()).toBe(second);
  });

  it("R37 that are open stay open, once each, when their row is gone", async () => {
    const store = memoryStore();
    const gone = new Set<string>();
    const kept = keep(keyring(TEST_KEYS), { ...store, dataKeys: async () => (await store.dataKeys()).filter(({ id }) => !gone.has(id)) });
    const { keys: before } = await kept.open();
    const { keyId } = await rotate(store);
    gone.add(before.seal[0].id);
    const { keys: after } = await kept.fresh();
    expect(after.seal.map(({ id }) => id)).toEqual([keyId, before.seal[0].id]);
    expect(after.pepper).toHaveLength(1);
    expect(after.has(before.seal[0].id)).toBe(true);
  });

  it("R37 that did not open at first are good once they do", async () => {
    const store = memoryStore();
    let isDown = false;
    const ring = keyring(TEST_KEYS);
    const kept = keep({ ...ring, unwrap: (...args) => (isDown ? Promise.reject(new Error("503")) : ring.unwrap(...args)) }, store);
    await kept.open();
    const { keyId } = await rotate(store);
    isDown = true;
    await expect(kept.open([keyId])).rejects.toMatchObject({ code: "key_unusable" });
    isDown = false;
    expect((await kept.open([keyId])).keys.seal[0].id).toBe(keyId);
    expect((await kept.open([keyId, "bogus"])).keys.has(keyId)).toBe(true);
  });
});

describe("the length of what is sealed", () => {
  it("R37 is 0 for what was not sealed here, however long", () => {
    const body = Buffer.alloc(60).toString("base64url");
    for (const text of [`v2.k.nonce.${body}`, `${body}`, `v1.k.${body}`, `v1..nonce.${body}`, "v1.k.nonce.AAAA", "v1.k.nonce.!"]) {
      expect(plaintextLength(text)).toBe(0);
    }
    expect(plaintextLength(`v1.k.nonce.${body}`)).toBe(44);
  });
});

describe("a host's own texts", () => {
  it("R37 are sealed under a use of their own, so that none passes for a factor's secret", async () => {
    const store = memoryStore();
    const sealed = await sealer(keyring(TEST_KEYS), store).seal("text", ["factor", "1"]);
    const { keys } = await keep(keyring(TEST_KEYS), store).open();
    const seal = createSeal(keys.seal);
    expect(seal.open(sealed, ["host", "factor", "1"]).toString()).toBe("text");
    expect(() => seal.open(sealed, ["factor", "1"])).toThrow(/does not open/);
  });
});
