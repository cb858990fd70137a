import { createSecretKey, randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError, createMfa, type KeyProvider, keyring, keyringFile, type MfaOptions, type Store } from "../src/index.ts";
import { sealer } from "../src/secrets/index.ts";
import { createSeal, keyIdOf, plaintextLength, sealedUnder } from "../src/secrets/seal.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, good, reason, TEST_KEYS } from "./support/kit.ts";

const key = (): string => randomBytes(32).toString("base64");
const mfaWith = (keys: KeyProvider, store: Store) => createMfa({ issuer: "Test", keys, store });

describe("the keyring", () => {
  it.each([undefined, "", "   "])("missing (%j): says how to make one", (text) => {
    expect(() => keyring(text)).toThrow(/keyring is missing\..*randomBytes\(32\)/s);
  });

  it.each([
    "k1",
    "k1:",
    ":abc",
    `k1:${key()}:x`,
    "k1:short",
    `k 1:${key()}`,
    `k1:${key()},`,
    `k1:${key()},k1:${key()}`,
    `k1:${"!".repeat(44)}`,
    "0123456789abcdef0123456789abcdef",
  ])("malformed: says which entry, and shows no key", (text) => {
    const fault = (() => {
      try {
        return keyring(text);
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toBeInstanceOf(ConfigError);
    for (const part of text.split(/[:,]/).filter((piece) => piece.length > 8)) expect((fault as Error).message).not.toContain(part);
  });
});

describe("the keyring in a file", () => {
  const [k1, k2, k3] = [`k1:${key()}`, `k2:${key()}`, `k3:${key()}`];
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nightlatch-keys-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const file = async (text: string): Promise<string> => {
    const path = join(folder, randomBytes(8).toString("hex"));
    await writeFile(path, text);
    return path;
  };

  it.each([
    ["one line, as in the environment", `${k2},${k1},${k3}\n`],
    [
      "one entry a line, with comments, blank lines and line ends of any system",
      `\uFEFF# newest first\r\n${k2} # since May\r\n\r\n  ${k1},\r\n${k3}`,
    ],
  ])("%s", async (_, text) => {
    const path = await file(text);
    for (const keys of [keyringFile(path), keyringFile(pathToFileURL(path))]) {
      const wrapped = await keys.wrap(Buffer.alloc(32, 1), "c");
      expect(wrapped).toMatch(/^k2\./);
      for (const ring of [k1, k3]) {
        const old = await keyring(ring).wrap(Buffer.alloc(32, 2), "c");
        expect(Buffer.from(await keys.unwrap(old, "c"))).toEqual(Buffer.alloc(32, 2));
        expect(keys.isCurrent?.(old)).toBe(false);
      }
      expect(keys.isCurrent?.(wrapped)).toBe(true);
    }
  });

  it("missing, a folder, unreadable, empty or malformed: names the file, says what to do, and shows no key", async () => {
    const locked = await file(k1);
    await chmod(locked, 0);
    const cases: [string | undefined, RegExp][] = [
      [undefined, /path of the keyring file is missing.*Make a key/],
      ["", /path of the keyring file is missing/],
      [join(folder, "nowhere"), /nowhere" does not exist\. Mount it/],
      [join(locked, "below"), /below" does not exist/],
      [folder, /is a folder/],
      ["\0", /could not be read/],
      [await file(""), /holds no key\. Make a key/],
      [await file("# to come\n\n"), /holds no key/],
      [await file(`${k1}\nk2:${"A".repeat(40)}\n`), /can't be used\. Key "k2" of the keyring is not 32 bytes/],
      [await file(`${k1}\n${k2.slice(3)}\n`), /can't be used\. .*One entry has no such form/],
      [await file(`${k1}\n${k1}\n`), /"k1" stands in the keyring twice/],
    ];
    // To root no file is locked.
    if (process.getuid?.() !== 0) cases.push([locked, /may not be read by this process/]);
    for (const [path, said] of cases) {
      const attempt = (): KeyProvider => keyringFile(path);
      expect(attempt).toThrow(ConfigError);
      expect(attempt).toThrow(said);
      for (const secret of [k1, k2]) expect(attempt).not.toThrow(secret.slice(3, 20));
    }
  });
});

describe("the text of what is sealed", () => {
  const sealUnder = (id: string) => createSeal([{ id, key: createSecretKey(randomBytes(32)), createdAt: 0 }]);

  it("R37 tells the id of its key and how long it is inside, without a key", () => {
    const seal = sealUnder("0b1c");
    expect(seal.activeId).toBe("0b1c");
    for (const length of [0, 10, 20, 64]) {
      const sealed = seal.seal(randomBytes(length), ["a"]);
      expect(sealed.startsWith(sealedUnder("0b1c"))).toBe(true);
      expect([keyIdOf(sealed), plaintextLength(sealed)]).toEqual(["0b1c", length]);
    }
  });

  it.each(["", "v1", "v1.k", "v1.k.nonce", "v2.k.nonce.body", "v1.k.nonce.body.more", "plain"])("%j was not sealed here", (text) => {
    expect([keyIdOf(text), plaintextLength(text)]).toEqual(["", 0]);
  });

  it("R37 no nonce comes twice", () => {
    const seal = sealUnder("k");
    const nonces = Array.from({ length: 10_000 }, () => seal.seal(Buffer.alloc(20), []).split(".")[2]);
    expect(new Set(nonces).size).toBe(nonces.length);
  });
});

describe("the key check at start-up", () => {
  it("R37 a wrong key fails at ready(), says so, and changes nothing; the right one works afterwards", async () => {
    const store = memoryStore();
    const kit = createKit(createMfa, store);
    const mfa = await kit.mfa();
    const user = await kit.enrolled(mfa);
    const before = await store.dataKeys();
    for (const [ring, said] of [
      [`k1:${key()}`, /"k1".*does not open.*Nothing has been changed/],
      [`k9:${key()}`, /wrapped by key "k1".*holds "k9"/],
    ] as const) {
      const wrong = mfaWith(keyring(ring), store);
      await expect(wrong.ready()).rejects.toMatchObject({ code: "key_unusable", message: expect.stringMatching(said) });
      await expect(wrong.verify({ subject: user.subject, code: user.code() })).rejects.toMatchObject({ code: "key_unusable" });
      await expect(wrong.factors.setup(kit.someone())).rejects.toMatchObject({ code: "key_unusable" });
    }
    expect(await store.dataKeys()).toEqual(before);
    expect(reason(await mfa.verify({ subject: user.subject, code: user.code() }))).toBe("ok");
  });

  it("R37 a new key in front opens what the old one wrapped; without the old one the start fails", async () => {
    const store = memoryStore();
    const kit = createKit(createMfa, store);
    const user = await kit.enrolled(await kit.mfa());
    const rotated = await kit.mfa({ keys: keyring(`k2:${key()},${TEST_KEYS}`) });
    expect(reason(await rotated.verify({ subject: user.subject, code: user.code() }))).toBe("ok");
    await expect(mfaWith(keyring(`k2:${key()}`), store).ready()).rejects.toMatchObject({ code: "key_unusable" });
  });

  it("a data key edited or moved to another use does not open", async () => {
    const store = memoryStore();
    await mfaWith(keyring(TEST_KEYS), store).ready();
    const rows = await store.dataKeys();
    const [pepper, grant] = ["pepper", "grant"].map((use) => rows.find((row) => row.use === use));
    const swapped: Store = {
      ...store,
      dataKeys: async () =>
        rows.map((row) =>
          row.use === "pepper"
            ? { ...row, wrapped: grant?.wrapped ?? "" }
            : row.use === "grant"
              ? { ...row, wrapped: pepper?.wrapped ?? "" }
              : row,
        ),
    };
    await expect(mfaWith(keyring(TEST_KEYS), swapped).ready()).rejects.toMatchObject({ code: "key_unusable" });
  });

  it("a provider that fails is told by name, denies, and is asked again by the next call", async () => {
    let down = true;
    const ring = keyring(TEST_KEYS);
    const flaky: KeyProvider = { ...ring, unwrap: (...args) => (down ? Promise.reject(new Error("kms: 503")) : ring.unwrap(...args)) };
    const store = memoryStore();
    await mfaWith(ring, store).ready();
    const mfa = mfaWith(flaky, store);
    await expect(mfa.ready()).rejects.toMatchObject({ code: "key_unusable", cause: expect.objectContaining({ message: "kms: 503" }) });
    await expect(mfa.verify({ subject: { id: "u" }, code: "123456" })).rejects.toMatchObject({ code: "key_unusable" });
    down = false;
    await mfa.ready();
  });

  it.each<[string, Partial<KeyProvider>, RegExp]>([
    ["gives back another key than it wrapped", { unwrap: async () => randomBytes(32) }, /did not give back/],
    [
      "ignores the context",
      { wrap: async (bytes) => Buffer.from(bytes).toString("hex"), unwrap: async (text) => Buffer.from(text, "hex") },
      /another context/,
    ],
    ["can't wrap", { wrap: () => Promise.reject(new Error("kms: 503")) }, /did not wrap/],
  ])("R37 a provider that %s saves nothing", async (_, fault, said) => {
    const store = memoryStore();
    const mfa = mfaWith({ ...keyring(TEST_KEYS), ...fault }, store);
    await expect(mfa.ready()).rejects.toMatchObject({ code: "key_unusable", message: expect.stringMatching(said) });
    expect(await store.dataKeys()).toEqual([]);
  });

  it("a provider that unwraps to the wrong length is refused", async () => {
    const store = memoryStore();
    await mfaWith(keyring(TEST_KEYS), store).ready();
    const short: KeyProvider = { ...keyring(TEST_KEYS), unwrap: async () => new Uint8Array(16) };
    await expect(mfaWith(short, store).ready()).rejects.toMatchObject({ code: "key_unusable" });
  });

  it("A13 R40 a store that is down at start-up stops it", async () => {
    const store: Store = { ...memoryStore(), dataKeys: () => Promise.reject(new Error("refused")) };
    await expect(mfaWith(keyring(TEST_KEYS), store).ready()).rejects.toMatchObject({ code: "store_failed" });
  });
});

describe("the sealer for a host's own texts", () => {
  it("opens what it sealed, under the same additional data alone, and no factor's secret", async () => {
    const store = memoryStore();
    const { seal, open } = sealer(keyring(TEST_KEYS), store);
    const sealed = await seal("sk_live_ä", ["api_keys", "42"]);
    expect(await open(sealed, ["api_keys", "42"])).toBe("sk_live_ä");
    for (const aad of [["api_keys", "43"], ["api_keys4", "2"], ["api_keys"], ["api_keys", "42", ""]]) {
      await expect(open(sealed, aad)).rejects.toMatchObject({ code: "seal_broken" });
    }
    const kit = createKit(createMfa, store);
    const user = await kit.enrolled(await kit.mfa());
    const [row] = (await store.read({ tenant: "", subject: user.subject.id })).factors;
    const aad = ["factor", "", user.subject.id, row?.id ?? "", "totp", "SHA1", "6", "30"];
    await expect(open(row?.secret ?? "", aad)).rejects.toMatchObject({ code: "seal_broken" });
  });
});

describe("options", () => {
  const sound = (): MfaOptions => ({ issuer: "Test", keys: keyring(TEST_KEYS), store: memoryStore() });
  it.each([
    ["issuer", { issuer: "" }],
    ["keys", { keys: undefined }],
    ["store", { store: {} }],
    ["factors", { factors: [] }],
    ["recoveryCodes", { recoveryCodes: { count: 0 } }],
    ["enrolment.maxAge", { enrolment: { maxAge: "2h" } }],
    ["grants.longest", { grants: { longest: "2d" } }],
    ["Unrecognized", { lockuot: {} }],
  ])("say what is wrong with %s", (named, fault) => {
    expect(() => createMfa({ ...sound(), ...fault } as MfaOptions)).toThrow(
      expect.objectContaining({ code: "config_invalid", message: expect.stringContaining(named) }),
    );
  });

  it.each([
    { failures: 0 },
    { failures: 11 },
    { failures: Number.POSITIVE_INFINITY },
    { lock: 0 },
    { lock: "0s" },
    { longest: "1m" },
    { suspend: 101 },
    { suspend: Number.POSITIVE_INFINITY },
    { suspend: 4 },
    { leak: "1m" },
    { notice: 0 },
    { unknown: 1 },
    { lock: "15 minutes" },
  ])("R16 the lockout can't be switched off or loosened past its bounds: %j", (lockout) => {
    expect(() => createMfa({ ...sound(), lockout: lockout as object })).toThrow(expect.objectContaining({ code: "config_invalid" }));
  });

  it("the lockout's message names what was given, and what to set with it", () => {
    expect(() => createMfa({ ...sound(), lockout: { lock: "2d" } })).toThrow(
      /lockout\.longest \(24h\) is shorter than lockout\.lock \(2d\)/,
    );
    expect(() => createMfa({ ...sound(), lockout: { suspend: 5 } })).not.toThrow();
    expect(() => createMfa({ ...sound(), store: {} as never })).toThrow(/postgresStore\(client\)/);
  });

  it("signIn without the first factor's amr is a mistake of the host's", async () => {
    await expect(createMfa(sound()).signIn({ id: "u" }, undefined as never)).rejects.toMatchObject({ code: "config_invalid" });
  });

  it("a clock or an issuer that makes no sense is said at the call", async () => {
    for (const clock of [() => Number.NaN, () => 0.5, () => "now" as never]) {
      await expect(createMfa({ ...sound(), clock }).ready()).rejects.toMatchObject({ code: "config_invalid" });
    }
    for (const issuer of [() => undefined as never, () => ":", () => "x".repeat(65)]) {
      await expect(createMfa({ ...sound(), issuer }).factors.setup({ id: "u" })).rejects.toMatchObject({ code: "config_invalid" });
    }
    expect(() => createMfa({ ...sound(), issuer: " : " })).toThrow(expect.objectContaining({ code: "config_invalid" }));
  });

  it("a subject without an id, or with one that is no string, is refused before anything is read", async () => {
    const mfa = createMfa(sound());
    for (const id of ["", undefined, null, 7, {}, "x".repeat(256)]) {
      await expect(mfa.status({ id } as never)).rejects.toMatchObject({ code: "config_invalid" });
    }
  });

  it("a demand that makes no sense throws", async () => {
    const mfa = createMfa(sound());
    for (const demand of [
      { maxAge: "soon" },
      { maxAge: -1 },
      { purpose: "two words" },
      { purpose: "line\nbreak" },
      { bind: [undefined] },
    ]) {
      await expect(mfa.verifyGrant("x", { id: "u" }, demand as object)).rejects.toMatchObject({ code: "config_invalid" });
    }
  });

  it("tenants are apart: one subject id, two tenants, two enrolments", async () => {
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa();
    const north = await kit.enrolled(mfa, { id: "1", tenant: "north" });
    expect((await mfa.status({ id: "1", tenant: "south" })).enabled).toBe(false);
    expect((await mfa.status({ id: "1" })).enabled).toBe(false);
    expect(good(await mfa.verify({ subject: north.subject, code: north.code() })).subject).toEqual({ id: "1", tenant: "north" });
  });
});
