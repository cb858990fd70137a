import { describe, expect, it } from "vitest";
import { createMfa, type MfaEvent, SealError, type Store } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { auditVerbs } from "../src/stores/memory-audit.ts";
import { createKit, DAY, good, together } from "./support/kit.ts";

const sealKey = (seal: number) => `seal/${String(seal).padStart(15, "0")}`;

/** A log of three seals of five rows each, on a store of its own or on one with the keys of another. */
async function threeSeals(keysOf?: Store) {
  const store = memoryStore();
  if (keysOf) await store.addDataKeys(await keysOf.dataKeys());
  const kit = createKit(createMfa, store);
  const mfa = await kit.mfa();
  for (let n = 0; n < 15; n += 1) {
    await mfa.revoke({ id: `user-${n}` });
    kit.clock.advance(1000);
    if (n % 5 === 4) await mfa.audit.seal();
  }
  const note = async (key: string) => (await store.auditNotes({ prefix: key, after: "", limit: 1 }))[0]?.value ?? null;
  /** Puts a text in place of what is kept under a key. */
  const put = async (key: string, to: string) => void (await store.auditNote({ key, from: await note(key), to }));
  return { store, kit, mfa, note, put };
}

/** A store that does something else first, once, when a verb is called. */
const interrupted = (store: Store, verb: "auditPage" | "read", first: () => Promise<unknown>): Store => {
  let isDone = false;
  const call = store[verb] as (arg: never) => Promise<never>;
  return {
    ...store,
    async [verb](arg: never) {
      if (!isDone) {
        isDone = true;
        await first();
      }
      return await call(arg);
    },
  };
};

describe("what verify finds in a log that is joined from two", () => {
  it("A54 R41 a seal of a copy that went its own way, with its rows: it does not follow on the one before", async () => {
    const own = await threeSeals();
    const copy = await threeSeals(own.store);
    const pages = { after: 0, limit: 100 };
    const [rows, others] = [await own.store.auditPage(pages), await copy.store.auditPage(pages)];
    expect(others.map(({ seq }) => seq)).toEqual(rows.map(({ seq }) => seq));
    const store = { ...own.store, ...auditVerbs([...rows.slice(0, 10), ...others.slice(10)]) };
    for (const seal of [1, 2, 3]) {
      const of = seal < 3 ? own : copy;
      await store.auditNote({ key: sealKey(seal), from: null, to: await of.note(sealKey(seal)) });
    }
    const found = await (await own.kit.mfa({ store })).audit.verify();
    expect(found).toMatchObject({
      ok: false,
      fault: { kind: "seal_edited", seal: 3, message: expect.stringContaining("does not follow") },
    });
  });
});

describe("verify, while something else happens", () => {
  it("R41 holds a seal whose rows are removed meanwhile against the seal as it is then", async () => {
    const { store, kit, mfa } = await threeSeals();
    kit.clock.advance(2 * DAY);
    const pruning = interrupted(store, "auditPage", () => mfa.audit.prune({ olderThan: "1d" }));
    expect(await (await kit.mfa({ store: pruning })).audit.verify()).toMatchObject({
      ok: true,
      seals: 3,
      rows: 0,
      removed: 15,
      unsealed: 1,
    });
  });

  it.each([
    ["as it was", (seal: string) => seal],
    ["edited", (seal: string) => seal.replace('"removed":[]', '"removed":[[1,5]]')],
    ["gone", () => "{"],
  ])("A54 R41 misses rows that are removed otherwise, whether their seal is then %s", async (_how, edit) => {
    const { store, kit, note, put } = await threeSeals();
    const removing = interrupted(store, "auditPage", async () => {
      await store.auditRemove({ from: 2, to: 2 });
      await put(sealKey(1), edit((await note(sealKey(1))) ?? ""));
    });
    const found = await (await kit.mfa({ store: removing })).audit.verify();
    expect(found).toMatchObject({ ok: false, fault: { kind: "row_missing", seal: 1, seq: 2 } });
  });

  it("R40 a store that fails is no fault of the log's, and no proof", async () => {
    const { store, kit } = await threeSeals();
    const failing = await kit.mfa({ store: { ...store, auditPage: () => Promise.reject(new Error("gone")) } });
    await expect(failing.audit.verify()).rejects.toMatchObject({ code: "store_failed" });
    await expect(failing.audit.follow({ name: "a", sink: () => undefined, from: "start" }).drain()).rejects.toMatchObject({
      code: "store_failed",
    });
  });
});

describe("removing old rows, while something else happens", () => {
  it("is refused below a seal that was edited, and nothing is removed", async () => {
    const { store, kit, mfa, note, put } = await threeSeals();
    kit.clock.advance(2 * DAY);
    await put(sealKey(2), ((await note(sealKey(2))) ?? "").replace('"rows":5', '"rows":6'));
    await expect(mfa.audit.prune({ olderThan: "1d" })).rejects.toThrow(SealError);
    expect((await store.auditPage({ after: 5, limit: 100 })).map(({ seq }) => seq)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });

  it("by several at once counts each row once", async () => {
    const { kit, mfa } = await threeSeals();
    kit.clock.advance(2 * DAY);
    const counts = await together(4, () => mfa.audit.prune({ olderThan: "1d" }));
    expect(counts.reduce((sum, { removed }) => sum + removed, 0)).toBe(15);
    expect(await mfa.audit.verify()).toMatchObject({ ok: true, removed: 15 });
  });

  it.each(["x", "-", "99"])("begins anew where the note of how far it came says %s", async (edited) => {
    const { kit, mfa, put } = await threeSeals();
    kit.clock.advance(2 * DAY);
    await put("pruned", edited);
    expect(await mfa.audit.prune({ olderThan: "1d" })).toEqual({ removed: 15 });
  });
});

describe("readers of a log that was edited", () => {
  it("pass over a seal that can't be read, and take a cursor without numbers for the beginning", async () => {
    const { mfa, put } = await threeSeals();
    await put(sealKey(2), "{");
    const read = async (after?: string) =>
      (await mfa.audit.sealed(after === undefined ? {} : { after })).events.map(({ subject }) => Number(subject?.slice(5)));
    const left = [0, 1, 2, 3, 4, 10, 11, 12, 13, 14];
    expect(await read()).toEqual(left);
    expect(await read(Buffer.from("sealed x y").toString("base64url"))).toEqual(left);
  });

  it("R41 the authenticators are held against rows that are as they were written", async () => {
    const store = memoryStore();
    const kit = createKit(createMfa, store);
    const mfa = await kit.mfa();
    const user = await kit.enrolled(mfa);
    const next = good(await mfa.factors.setup(user.subject, { replaces: user.factorId, proof: { code: user.code() } }));
    kit.clock.advance(60_000);
    const rows = await store.auditPage({ after: 0, limit: 100 });
    const forged = rows.map((row) => (row.type === "factor_enabled" ? { ...row, detail: row.detail.replace("totp", "hotp") } : row));
    const emptied = { ...store, ...auditVerbs(forged), read: async () => ({ ...(await store.read({ tenant: "", subject: "none" })) }) };
    expect(await (await kit.mfa({ store: emptied })).audit.compare()).toEqual({ subjects: 1, missing: [], blanked: 0 });
    expect(next.factorId).not.toBe(user.factorId);
  });

  it("A52 R33 what is removed while the two are compared is not missing", async () => {
    const store = memoryStore();
    const kit = createKit(createMfa, store);
    const mfa = await kit.mfa();
    const user = await kit.enrolled(mfa);
    const disabling = interrupted(store, "read", async () => good(await mfa.disable(user.subject, { code: user.code() })));
    expect(await (await kit.mfa({ store: disabling })).audit.compare()).toEqual({ subjects: 1, missing: [], blanked: 0 });
  });
});

describe("a follower that is stopped by its own sink", () => {
  it("hands over nothing more, and goes on behind it later", async () => {
    const { mfa } = await threeSeals();
    const told: (string | undefined)[] = [];
    let stopped: Promise<void> | undefined;
    const follower = mfa.audit.follow({
      name: "self",
      from: "start",
      sink: ({ subject }: MfaEvent) => {
        told.push(subject);
        if (told.length === 3) stopped = follower.stop();
      },
    });
    expect(await follower.drain()).toEqual({ delivered: 3, dead: 0, held: true });
    await stopped;
    expect(await follower.drain()).toEqual({ delivered: 12, dead: 0, held: true });
    expect(told).toEqual(Array.from({ length: 15 }, (_, n) => `user-${n}`));
  });
});
