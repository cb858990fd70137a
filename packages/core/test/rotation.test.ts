import { randomBytes } from "node:crypto";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { grantKeys } from "../src/grants/grant-keys.ts";
import { signingKeyId, tokenKind } from "../src/grants/token.ts";
import { createMfa, type DataKeyUse, type KeyProvider, keyring, type Mfa, type Store } from "../src/index.ts";
import { unwrapped } from "../src/secrets/data-keys.ts";
import { sealer } from "../src/secrets/index.ts";
import { keepKeys } from "../src/secrets/kept-keys.ts";
import { keyIdOf } from "../src/secrets/seal.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { createKit, DAY, good, HOUR, type Kit, reason, STEP, TEST_KEYS, together, type User } from "./support/kit.ts";

const K1 = TEST_KEYS;
const K2 = `k2:${randomBytes(32).toString("base64")}`;

/** What wraps each data key. */
const wrappers = async (store: Store): Promise<string[]> => [
  ...new Set((await store.dataKeys()).map(({ wrapped }) => wrapped.split(".")[0] ?? "")),
];

const activeKey = async (store: Store, use: DataKeyUse): Promise<string> =>
  (await store.dataKeys()).find((row) => row.use === use)?.id ?? "";

const secretOf = async (store: Store, user: User): Promise<string> =>
  (await store.read({ tenant: "", subject: user.subject.id })).factors[0]?.secret ?? "";

/** The store and the provider, counting what is asked of them. */
function counted(store: Store, provider: KeyProvider = keyring(K1)) {
  const asked = { looks: 0, unwraps: 0 };
  return {
    asked,
    store: {
      ...store,
      dataKeys() {
        asked.looks += 1;
        return store.dataKeys();
      },
    },
    provider: {
      ...provider,
      unwrap(...args: Parameters<KeyProvider["unwrap"]>) {
        asked.unwraps += 1;
        return provider.unwrap(...args);
      },
    } satisfies KeyProvider,
  };
}

/** Two engines over one store that know nothing of each other, with some users of the first. */
async function pair(count = 1): Promise<{ kit: Kit; store: Store; one: Mfa; other: Mfa; users: User[] }> {
  const store = memoryStore();
  const kit = createKit(createMfa, store);
  const one = await kit.mfa();
  const other = await kit.mfa();
  const users: User[] = [];
  for (let index = 0; index < count; index += 1) users.push(await kit.enrolled(one));
  return { kit, store, one, other, users };
}

describe("the keyring rotates", () => {
  it("R37 in the order k1; k1,k2; k2,k1; k2, with processes of two steps side by side", async () => {
    const store = memoryStore();
    const kit = createKit(createMfa, store);
    const start = (ring: string): Promise<Mfa> => kit.mfa({ keys: keyring(ring) });
    let [one, other] = [await start(K1), await start(K1)];
    const user = await kit.enrolled(one);
    const bothWork = async (): Promise<void> => {
      for (const [by, then] of [
        [one, other],
        [other, one],
      ] as const) {
        kit.clock.advance(STEP);
        const { grant } = good(await by.verify({ subject: user.subject, code: user.code() }));
        expect((await then.verifyGrant(grant, user.subject)).ok).toBe(true);
      }
    };
    for (const [ring, wrappedBy] of [
      [`${K1},${K2}`, ["k1"]],
      [`${K2},${K1}`, ["k2"]],
      [K2, ["k2"]],
    ] as const) {
      one = await start(ring);
      await bothWork();
      other = await start(ring);
      await bothWork();
      expect(await wrappers(store)).toEqual(wrappedBy);
    }
    await expect(start(K1)).rejects.toMatchObject({
      code: "key_unusable",
      message: expect.stringMatching(/wrapped by key "k2".*holds "k1"/),
    });
  });

  it("R37 of starts at once each key is wrapped anew by one, and opens as before", async () => {
    const { kit, store, users } = await pair();
    const before = (await store.dataKeys()).map(({ id, use }) => [id, use]);
    const mfas = await together(5, () => kit.mfa({ keys: keyring(`${K2},${K1}`) }));
    expect((await store.dataKeys()).map(({ id, use }) => [id, use])).toEqual(before);
    expect(await wrappers(store)).toEqual(["k2"]);
    for (const mfa of [...mfas, await kit.mfa({ keys: keyring(K2) })]) {
      kit.clock.advance(STEP);
      expect(reason(await mfa.verify({ subject: users[0]?.subject ?? { id: "" }, code: users[0]?.code() ?? "" }))).toBe("ok");
    }
  });

  const rotated = keyring(`${K2},${K1}`);
  it.each<[string, Partial<KeyProvider>, Partial<Store>]>([
    ["the provider can't tell the newest", { isCurrent: () => Promise.reject(new Error("kms: 503")) }, {}],
    ["the provider can't wrap", { wrap: () => Promise.reject(new Error("kms: 503")) }, {}],
    ["what was wrapped opens to something else", { wrap: (_, context) => rotated.wrap(randomBytes(32), context) }, {}],
    ["what was wrapped does not open", { wrap: async () => "k2.AAAA.AAAA" }, {}],
    ["the store can't save", {}, { rewrapDataKey: () => Promise.reject(new Error("read-only transaction")) }],
  ])("R37 not when %s: the start goes on, nothing changes, and the next start does it", async (_, provider, fault) => {
    const { kit, store, users } = await pair();
    const [user] = users;
    const before = await store.dataKeys();
    const mfa = await kit.mfa({ keys: { ...rotated, ...provider }, store: { ...store, ...fault } });
    expect(await store.dataKeys()).toEqual(before);
    expect(reason(await mfa.verify({ subject: user?.subject ?? { id: "" }, code: user?.code() ?? "" }))).toBe("ok");
    await kit.mfa({ keys: rotated });
    expect(await wrappers(store)).toEqual(["k2"]);
  });

  it("R37 not when one of the keys behind the newest is wrong: nothing changes", async () => {
    const { kit, store } = await pair();
    const before = await store.dataKeys();
    const wrong = `k1:${randomBytes(32).toString("base64")}`;
    await expect(kit.mfa({ keys: keyring(`${K2},${wrong}`) })).rejects.toMatchObject({ code: "key_unusable" });
    expect(await store.dataKeys()).toEqual(before);
  });

  it("R37 a provider that can't tell takes every wrapping for current", async () => {
    const { kit, store } = await pair();
    const before = await store.dataKeys();
    const { wrap, unwrap } = rotated;
    await kit.mfa({ keys: { wrap, unwrap } });
    expect(await store.dataKeys()).toEqual(before);
  });
});

describe("a process meets a key that another one made", () => {
  it("R37 in secrets, grants, challenges and host's texts: it opens the key, and nothing fails", async () => {
    const { kit, store, one, other, users } = await pair();
    const user = users[0] as User;
    const host = sealer(keyring(K1), store);
    await host.seal("warm", []);
    for (const use of ["seal", "grant", "audit"] as const) await one.keys.rotate(use);
    const late = await kit.enrolled(one);
    expect(keyIdOf(await secretOf(store, late))).toBe(await activeKey(store, "seal"));
    expect(reason(await other.verify({ subject: late.subject, code: late.code() }))).toBe("ok");
    const { grant } = good(await one.verify({ subject: user.subject, code: user.code() }));
    expect((await other.verifyGrant(grant, user.subject)).ok).toBe(true);
    kit.clock.advance(STEP);
    const { challenge } = await one.challenge(user.subject);
    expect(reason(await other.verify({ subject: user.subject, challenge, code: user.code() }))).toBe("ok");
    const sealed = await sealer(keyring(K1), store).seal("sk_live", ["api_keys"]);
    expect(keyIdOf(sealed)).toBe(await activeKey(store, "seal"));
    expect(await host.open(sealed, ["api_keys"])).toBe("sk_live");
  });

  it("R37 at the price of one look at the store, and of one call of the provider for each new key", async () => {
    const store = memoryStore();
    const { asked, store: watched, provider } = counted(store);
    const kept = keepKeys(
      provider,
      watched,
      () => 0,
      (keys) => keys,
    );
    const first = await kept.open();
    const other = createMfa({ issuer: "Test", keys: keyring(K1), store });
    const ids = [await other.keys.rotate("seal"), await other.keys.rotate("grant")].map(({ keyId }) => keyId);
    Object.assign(asked, { looks: 0, unwraps: 0 });

    expect(await kept.open()).toBe(first);
    expect(await kept.open(["", first.seal[0].id])).toBe(first);
    expect(asked).toEqual({ looks: 0, unwraps: 0 });
    const all = await together(20, (index) => kept.open([ids[index % 2] ?? ""]));
    expect(new Set(all).size).toBe(1);
    expect(all[0]?.seal.map(({ id }) => id)).toEqual([ids[0], first.seal[0].id]);
    expect(all[0]?.seal[1]?.key).toBe(first.seal[0].key);
    expect(asked).toEqual({ looks: 1, unwraps: 2 });
    // Wrapped anew by another process: what is open stays open.
    await createMfa({ issuer: "Test", keys: keyring(`${K2},${K1}`), store }).ready();
    await kept.open(["bogus"]);
    expect(asked).toEqual({ looks: 2, unwraps: 2 });
    // The first reading may have begun before the other keys were asked for, the second has not.
    await together(50, (index) => kept.open([`bogus-${index}`]));
    expect(asked).toEqual({ looks: 4, unwraps: 2 });
  });

  it("R37 even if it was reading the keys when that one was added", async () => {
    const store = memoryStore();
    let release = (): void => {};
    let isHeld = false;
    const slow: Store = {
      ...store,
      async dataKeys() {
        const rows = await store.dataKeys();
        if (isHeld) await new Promise<void>((resolve) => (release = resolve));
        return rows;
      },
    };
    const kept = keepKeys(
      keyring(K1),
      slow,
      () => 0,
      (keys) => keys,
    );
    await kept.open();
    isHeld = true;
    const early = kept.open(["bogus"]);
    await new Promise((resolve) => setImmediate(resolve));
    isHeld = false;
    const { keyId } = await createMfa({ issuer: "Test", keys: keyring(K1), store }).keys.rotate("seal");
    const late = kept.open([keyId]);
    const fresh = kept.fresh();
    release();
    expect((await early).has(keyId)).toBe(false);
    expect((await late).seal[0].id).toBe(keyId);
    expect((await fresh).seal[0].id).toBe(keyId);
  });

  it("R37 that its keyring can't open: what needs it fails and says so, the rest goes on, and it is asked of the provider again only then", async () => {
    const store = memoryStore();
    const { asked, store: watched, provider } = counted(store);
    const kept = keepKeys(
      provider,
      watched,
      () => 0,
      (keys) => keys,
    );
    const { has } = await kept.open();
    const rotated = createMfa({ issuer: "Test", keys: keyring(`${K2},${K1}`), store });
    const { keyId } = await rotated.keys.rotate("seal");
    asked.unwraps = 0;
    expect(has(keyId)).toBe(false);
    expect((await kept.open(["bogus"])).seal).toHaveLength(1);
    expect(asked.unwraps).toBe(1);
    await kept.open(["bogus"]);
    expect(asked.unwraps).toBe(1);
    await expect(kept.open([keyId])).rejects.toMatchObject({ code: "key_unusable", message: expect.stringMatching(/wrapped by key "k2"/) });
    expect(asked.unwraps).toBe(2);
    expect((await kept.open()).seal).toHaveLength(1);
  });

  it("A13 R40 and the store is down: it denies, and looks again the next time", async () => {
    const { store, one, users } = await pair();
    let isDown = false;
    const kit = createKit(createMfa, { ...store, dataKeys: () => (isDown ? Promise.reject(new Error("refused")) : store.dataKeys()) });
    const other = await kit.mfa();
    const user = users[0] as User;
    await one.keys.rotate("grant");
    const { grant } = good(await one.verify({ subject: user.subject, code: user.code() }));
    isDown = true;
    await expect(other.verifyGrant(grant, user.subject)).rejects.toMatchObject({ code: "store_failed" });
    isDown = false;
    expect((await other.verifyGrant(grant, user.subject)).ok).toBe(true);
  });
});

describe("a process looks for newer keys once an hour, from the opening of its own on", () => {
  it("R37 and signs the first time, 26 hours later, what every other process believes", async () => {
    const { kit, one, other, users } = await pair();
    const [user] = users as [User];
    const { keyId } = await one.keys.rotate("grant");
    kit.clock.advance(26 * HOUR);
    const { challenge } = await other.challenge(user.subject);
    expect(signingKeyId(challenge)).toBe(keyId);
    const verified = good(await one.verify({ subject: user.subject, challenge, code: user.code() }));
    expect((await one.verifyGrant(verified.grant, user.subject)).ok).toBe(true);
  });

  it.each(["HS256", "EdDSA"] as const)("R37 also where it only verifies, a grant that it knew before too: %s", async (algorithm) => {
    const { kit, store, one, other, users } = await pair();
    const [user] = users as [User];
    const row = (await store.dataKeys()).find(({ use }) => use === "grant");
    if (!row) throw new Error("There is no grant key.");
    const [stolen] = grantKeys([await unwrapped(keyring(K1), row)]);
    const forged = await tokenKind("mfa-grant", [stolen], { remember: false, algorithm }).sign(
      decodeJwt(user.grant) as { sub: string },
      Math.floor(kit.clock.now / 1000),
      Math.floor((kit.clock.now + 30 * DAY) / 1000),
    );
    const isTaken = async (mfa: Mfa) => (await mfa.verifyGrant(forged, user.subject, { maxAge: "365d" })).ok;
    expect(await isTaken(other)).toBe(true);
    await one.keys.rotate("grant");
    kit.clock.advance(25 * HOUR - 1);
    expect(await isTaken(other)).toBe(true);
    kit.clock.advance(HOUR);
    expect(await isTaken(other)).toBe(false);
    expect(await isTaken(one)).toBe(false);
  });

  it("R40 and goes on with those it has when the store does not answer", async () => {
    const { kit, store, one, users } = await pair();
    const [user] = users as [User];
    let isDown = false;
    const lone = createKit(createMfa, { ...store, dataKeys: () => (isDown ? Promise.reject(new Error("refused")) : store.dataKeys()) });
    const other = await lone.mfa({ clock: () => kit.clock.now, grants: { longest: "24h" } });
    const { grant } = good(await other.verify({ subject: user.subject, code: user.code() }));
    await one.keys.rotate("seal");
    isDown = true;
    kit.clock.advance(2 * HOUR);
    expect((await other.verifyGrant(grant, user.subject, { maxAge: "1d" })).ok).toBe(true);
    expect((await other.challenge(user.subject)).methods).toContain("totp");
  });
});

describe("the published keys", () => {
  it("R37 are without one that another replaced, 25 hours after, also in the process that knew it", async () => {
    const { kit, store, users } = await pair();
    const mfa = await kit.mfa({ grants: { algorithm: "EdDSA" } });
    expect(users).toHaveLength(1);
    const before = await activeKey(store, "grant");
    const kids = async () => (await mfa.jwks()).keys.map(({ kid }) => kid);
    const { keyId } = await mfa.keys.rotate("grant");
    expect(await kids()).toEqual([keyId, before]);
    kit.clock.advance(25 * HOUR - 1);
    expect(await kids()).toEqual([keyId, before]);
    kit.clock.advance(1);
    expect(await kids()).toEqual([keyId]);
  });
});

describe("a host's own texts", () => {
  it("R37 are sealed under the newest key, whichever process made it, and open as they did", async () => {
    const { store, one } = await pair();
    const { seal, open } = sealer(keyring(K1), store);
    const before = await seal("sk_live", ["api_keys"]);
    const { keyId } = await one.keys.rotate("seal");
    const after = await seal("sk_live", ["api_keys"]);
    expect([keyIdOf(before) === keyId, keyIdOf(after)]).toEqual([false, keyId]);
    for (const sealed of [before, after]) expect(await open(sealed, ["api_keys"])).toBe("sk_live");
  });
});

describe("keys.rotate", () => {
  it("R37 makes a key the active one of its use, keeps those before it, and leaves an event that names nobody", async () => {
    const { kit, store, one, other, users } = await pair();
    const user = users[0] as User;
    const before = await store.dataKeys();
    const made: Record<string, string> = {};
    for (const use of ["seal", "grant", "audit"] as const) made[use] = (await one.keys.rotate(use)).keyId;
    for (const [use, keyId] of Object.entries(made)) expect(await activeKey(store, use as DataKeyUse)).toBe(keyId);
    expect((await store.dataKeys()).filter(({ id }) => !Object.values(made).includes(id))).toEqual(before);
    expect((await one.verifyGrant(user.grant, user.subject)).ok).toBe(true);
    expect(reason(await one.verify({ subject: user.subject, code: user.code() }))).toBe("ok");
    const events = kit.events.filter(({ type }) => type === "data_key_rotated");
    expect(events.map((event) => ("keyId" in event ? [event.use, event.keyId] : []))).toEqual(Object.entries(made));
    for (const mfa of [one, other]) {
      const log = await mfa.audit.list({ limit: 1000 });
      expect(log.events.filter(({ intact }) => !intact)).toEqual([]);
    }
  });

  it.each(["pepper", "toString", "", undefined])("not of %j", async (use) => {
    const { store, one } = await pair();
    const before = await store.dataKeys();
    await expect(one.keys.rotate(use as "seal")).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("pepper can't"),
    });
    expect(await store.dataKeys()).toEqual(before);
  });

  it("R37 adds nothing that it can't open itself", async () => {
    const { kit, store } = await pair();
    const before = await store.dataKeys();
    const stranger = createMfa({ issuer: "Test", keys: keyring(K2), store });
    await expect(stranger.keys.rotate("seal")).rejects.toMatchObject({ code: "key_unusable" });
    let isBroken = false;
    const ring = keyring(K1);
    const mfa = await kit.mfa({ keys: { ...ring, wrap: async (...args) => (isBroken ? "k1.AAAA.AAAA" : ring.wrap(...args)) } });
    isBroken = true;
    await expect(mfa.keys.rotate("seal")).rejects.toMatchObject({ code: "key_unusable" });
    expect(await store.dataKeys()).toEqual(before);
  });
});

describe("keys.reseal", () => {
  it("R37 puts every secret under the active key, in batches, and then has nothing to do", async () => {
    const { kit, store, one, other, users } = await pair(7);
    const pending = kit.someone();
    good(await one.factors.setup(pending));
    await one.keys.rotate("seal");
    const seen: number[] = [];
    // By an engine that has not heard of the new key.
    const done = await other.keys.reseal({ batch: 3, onProgress: ({ resealed }) => seen.push(resealed) });
    expect(done).toEqual({ resealed: 8, unreadable: 0, skipped: 0 });
    expect(seen).toEqual([3, 6, 8]);
    const active = await activeKey(store, "seal");
    for (const user of users) expect(keyIdOf(await secretOf(store, user))).toBe(active);
    for (const user of users) expect(reason(await one.verify({ subject: user.subject, code: user.code() }))).toBe("ok");
    expect(kit.events.filter(({ type }) => type === "secrets_resealed")).toMatchObject([{ count: 8 }]);
    expect(await one.keys.reseal()).toEqual({ resealed: 0, unreadable: 0, skipped: 0 });
    expect(kit.events.filter(({ type }) => type === "secrets_resealed")).toHaveLength(1);
  });

  it("R37 A35 leaves a secret that does not open as it is, and tells of it in its user's log", async () => {
    const { kit, store, one, users } = await pair(5);
    const [swapped, foreign] = users as [User, User];
    const taken = await secretOf(store, users[2] as User);
    const edits = new Map([
      [swapped.factorId, taken],
      [foreign.factorId, taken.replace(keyIdOf(taken), "00000000-0000-4000-8000-000000000000")],
    ]);
    for (const { subject, factorId } of [swapped, foreign]) {
      const from = (await store.read({ tenant: "", subject: subject.id })).factors[0]?.secret ?? "";
      const to = edits.get(factorId) ?? "";
      await store.apply({ tenant: "", subject: subject.id, now: kit.clock.now, reseal: { id: factorId, from, to }, audit: [] });
    }
    await one.keys.rotate("seal");
    expect(await one.keys.reseal({ batch: 2 })).toEqual({ resealed: 3, unreadable: 2, skipped: 0 });
    for (const { subject, factorId } of [swapped, foreign]) {
      expect((await store.read({ tenant: "", subject: subject.id })).factors[0]?.secret).toBe(edits.get(factorId));
      expect((await kit.logged(one, subject)).at(-1)).toBe("secret_unreadable");
    }
    expect(await one.keys.reseal()).toEqual({ resealed: 0, unreadable: 2, skipped: 0 });
  });

  it("R37 goes on where it was stopped, and what somebody else did meanwhile it skips", async () => {
    const { kit, store, one, other, users } = await pair(6);
    await one.keys.rotate("seal");
    const stop = new Error("Enough for today.");
    await expect(
      one.keys.reseal({
        batch: 2,
        onProgress: () => {
          throw stop;
        },
      }),
    ).rejects.toBe(stop);
    const removed = users[5] as User;
    const racing: Store = {
      ...store,
      async factorsNotUnder(query) {
        const rows = await store.factorsNotUnder(query);
        // Between this look and the change: one secret is sealed anew by another run, one user leaves.
        await other.keys.reseal();
        await other.admin.erase(removed.subject);
        return rows;
      },
    };
    const done = await (await kit.mfa({ store: racing })).keys.reseal();
    expect(done).toEqual({ resealed: 0, unreadable: 0, skipped: 4 });
    expect(await store.factorsNotUnder({ prefix: `v1.${await activeKey(store, "seal")}.`, after: "", limit: 10 })).toEqual([]);
  });

  it("R37 begins again when it meets a secret under a newer key, and shares the work with other runs", async () => {
    const { kit, store, one, other, users } = await pair(12);
    await one.keys.rotate("seal");
    const last = users.toSorted((a, b) => (a.factorId < b.factorId ? -1 : 1)).at(-1) as User;
    let isRotated = false;
    const racing: Store = {
      ...store,
      async factorsNotUnder(query) {
        if (query.after !== "" && !isRotated) {
          isRotated = true;
          await other.keys.rotate("seal");
          good(await other.verify({ subject: last.subject, code: last.code() }));
        }
        return await store.factorsNotUnder(query);
      },
    };
    const third = await kit.mfa({ store: racing });
    await third.keys.reseal({ batch: 4 });
    const prefix = `v1.${await activeKey(store, "seal")}.`;
    expect(await store.factorsNotUnder({ prefix, after: "", limit: 100 })).toEqual([]);

    await one.keys.rotate("seal");
    const [a, b] = await Promise.all([one.keys.reseal({ batch: 2 }), other.keys.reseal({ batch: 3 })]);
    expect(a.resealed + b.resealed).toBe(12);
  });

  it.each([0, -1, 1.5, 10_001, Number.NaN, "500"])("a batch of %j is a mistake", async (batch) => {
    const { one } = await pair();
    await expect(one.keys.reseal({ batch: batch as number })).rejects.toMatchObject({ code: "config_invalid" });
  });
});

describe("a secret is sealed anew when it is used", () => {
  it("R37 after a right code, and not after a wrong one", async () => {
    const { store, one, other, users } = await pair();
    const user = users[0] as User;
    const { keyId } = await one.keys.rotate("seal");
    const before = await secretOf(store, user);
    expect(reason(await one.verify({ subject: user.subject, code: user.wrong() }))).toBe("invalid");
    expect(await secretOf(store, user)).toBe(before);
    expect(reason(await one.verify({ subject: user.subject, code: user.code() }))).toBe("ok");
    const after = await secretOf(store, user);
    expect(keyIdOf(after)).toBe(keyId);
    expect(reason(await other.verify({ subject: user.subject, code: user.code(1) }))).toBe("ok");
    expect(await secretOf(store, user)).toBe(after);
  });

  it("R37 and if that fails, the code counts all the same", async () => {
    const { kit, store, one, users } = await pair();
    const user = users[0] as User;
    await one.keys.rotate("seal");
    const before = await secretOf(store, user);
    const failing: Store = { ...store, apply: (change) => (change.reseal ? Promise.reject(new Error("disk full")) : store.apply(change)) };
    expect(reason(await (await kit.mfa({ store: failing })).verify({ subject: user.subject, code: user.code() }))).toBe("ok");
    expect(await secretOf(store, user)).toBe(before);
  });
});
