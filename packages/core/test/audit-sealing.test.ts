import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditHead, ConfigError, createMfa, type Mfa, SealError, type Store, type StoredAuditRow } from "../src/index.ts";
import { memoryStore } from "../src/stores/memory.ts";
import { auditVerbs } from "../src/stores/memory-audit.ts";
import { createKit, DAY, good, HOUR, type Kit, MINUTE, together } from "./support/kit.ts";
import { type OpenedStore, stores } from "./support/stores.ts";

/** A log that can be tampered with like a table: its rows and what is kept beside them lie open. */
async function openLog(events = 60, perSeal = 20) {
  const whole = memoryStore();
  const kit = createKit(createMfa, whole);
  const mfa = await kit.mfa();
  const heads: AuditHead[] = [];
  for (let n = 0; n < events; n += 1) {
    await mfa.revoke({ id: `user-${n % 7}` });
    kit.clock.advance(1000);
    if ((n + 1) % perSeal === 0) heads.push((await mfa.audit.seal()).head as AuditHead);
  }
  const rows = await whole.auditPage({ after: 0, limit: 10_000 });
  const notes = new Map((await whole.auditNotes({ prefix: "", after: "", limit: 1000 })).map(({ key, value }) => [key, value]));
  const log: StoredAuditRow[] = [...rows];
  const store: Store = { ...whole, ...auditVerbs(log) };
  const tampered = await kit.mfa({ store });
  const verify = async (options = {}) => {
    for (const { key, value } of await store.auditNotes({ prefix: "", after: "", limit: 1000 }))
      await store.auditNote({ key, from: value, to: null });
    for (const [key, value] of notes) await store.auditNote({ key, from: null, to: value });
    return await tampered.audit.verify(options);
  };
  return { kit, mfa: tampered, heads, log, notes, verify };
}

const faultOf = (found: Awaited<ReturnType<Mfa["audit"]["verify"]>>) => {
  if (found.ok) throw new Error("No fault was found.");
  const { message, ...fault } = found.fault;
  expect(message).toMatch(/^[A-Z].*\.$/);
  return fault;
};

describe("what verify finds", () => {
  it("an untouched log is proved, with and without heads, and told of in numbers", async () => {
    const { verify, heads } = await openLog(65);
    const head = heads.at(-1);
    const progress: object[] = [];
    const checked = { ok: true, seals: 3, rows: 60, removed: 0, unsealed: 5, blanked: 0, head };
    expect(await verify()).toEqual({ ...checked, heads: 0 });
    expect(await verify({ heads, progress: (at: object) => progress.push(at) })).toEqual({ ...checked, heads: 3 });
    expect(progress).toEqual([20, 40, 60].map((rows, at) => ({ seals: at + 1, of: 3, rows })));
    expect(head).toEqual({ seal: 3, count: 60, hash: expect.any(String), at: expect.any(Number), mac: expect.any(String) });
    expect(JSON.parse(JSON.stringify(head))).toEqual(head);
  });

  it("A54 R41 an edit of any column, sealed or not yet: which row", async () => {
    const edits: Partial<StoredAuditRow>[] = [
      { type: "verified" },
      { at: 1 },
      { detail: "{}" },
      { detail: '{"x":1}' },
      { subject: "other" },
      { subject: null },
      { tenant: "t" },
      { salt: "x" },
      { personal: "x" },
      { id: "x" },
      { mac: "x" },
    ];
    for (const place of [25, 62]) {
      for (const edit of edits) {
        const { log, verify } = await openLog(65);
        const row = log[place] as StoredAuditRow;
        if (Object.entries(edit).every(([column, value]) => row[column as "id"] === value)) continue;
        Object.assign(row, edit);
        const sealed = place < 60 ? { seal: 2 } : {};
        expect(faultOf(await verify()), JSON.stringify(edit)).toEqual({ kind: "row_edited", ...sealed, seq: place + 1, eventId: row.id });
      }
    }
  });

  it("R41 a row that is gone, one that came in, and two that changed places: which", async () => {
    const gone = await openLog();
    gone.log.splice(30, 1);
    expect(faultOf(await gone.verify())).toEqual({ kind: "row_missing", seal: 2, seq: 31 });

    const swapped = await openLog();
    const [one, other] = [swapped.log[30], swapped.log[31]] as [StoredAuditRow, StoredAuditRow];
    swapped.log.splice(30, 2, { ...other, seq: one.seq }, { ...one, seq: other.seq });
    expect(faultOf(await swapped.verify())).toEqual({ kind: "row_moved", seal: 2, seq: 31, eventId: other.id });

    const copied = await openLog();
    Object.assign(copied.log[30] as StoredAuditRow, copied.log[5], { seq: 31 });
    expect(faultOf(await copied.verify())).toEqual({ kind: "row_moved", seal: 2, seq: 31, eventId: copied.log[5]?.id });

    const added = await openLog();
    for (const row of added.log.slice(30)) row.seq += 1;
    expect(faultOf(await added.verify())).toMatchObject({ kind: "row_missing", seal: 2, seq: 31 });
    added.log.splice(30, 0, { ...(added.log[5] as StoredAuditRow), seq: 31 });
    expect(faultOf(await added.verify())).toMatchObject({ kind: "row_moved", seq: 31 });
    const between = await openLog();
    between.log.splice(0, 0, { ...(between.log[5] as StoredAuditRow), seq: 0.5 });
    expect(faultOf(await between.verify())).toMatchObject({ kind: "row_added", seq: 0.5 });
  });

  it("R41 a seal that was edited, exchanged or taken out, and one made under another key", async () => {
    const key = (seal: number) => `seal/${String(seal).padStart(15, "0")}`;
    const edits = ["seal", "before", "hash", "sum", "rows", "count", "at", "high", "members", "prints", "gaps", "removed", "mac"];
    for (const field of edits) {
      const { notes, verify } = await openLog();
      const seal = JSON.parse(notes.get(key(2)) as string);
      const other = { string: `${seal[field]}x`, number: seal[field] + 1, object: [[1, 1]] }[typeof seal[field] as "string"];
      notes.set(key(2), JSON.stringify({ ...seal, [field]: other }));
      expect(faultOf(await verify()), field).toEqual({ kind: "seal_edited", seal: 2 });
    }
    for (const value of ["", "{", "null", "[]", '"x"', "{}"]) {
      const { notes, verify } = await openLog();
      notes.set(key(2), value);
      expect(faultOf(await verify()), value).toEqual({ kind: "seal_edited", seal: 2 });
    }
    const gone = await openLog();
    gone.notes.delete(key(2));
    expect(faultOf(await gone.verify())).toEqual({ kind: "seal_missing", seal: 2 });
    const exchanged = await openLog();
    exchanged.notes.set(key(2), exchanged.notes.get(key(3)) as string);
    expect(faultOf(await exchanged.verify())).toEqual({ kind: "seal_edited", seal: 2 });
    const [mine, foreign] = [await openLog(), await openLog()];
    mine.notes.set(key(3), foreign.notes.get(key(3)) as string);
    expect(faultOf(await mine.verify())).toEqual({ kind: "seal_edited", seal: 3 });
  });

  it("A54 R41 the end cut off, an old head put back with the rows cut, and a past that is another's: by the kept heads", async () => {
    const { log, notes, heads, verify } = await openLog();
    const key = `seal/${"3".padStart(15, "0")}`;
    const kept = notes.get(key) as string;
    log.splice(50);
    expect(faultOf(await verify())).toEqual({ kind: "row_missing", seal: 3, seq: 51 });
    notes.delete(key);
    expect(faultOf(await verify({ heads }))).toEqual({ kind: "log_cut", seal: 3 });
    log.splice(40);
    expect(await verify()).toMatchObject({ ok: true, rows: 40 });
    expect(faultOf(await verify({ heads: heads.slice(2) }))).toEqual({ kind: "log_cut", seal: 3 });
    log.splice(0);
    notes.clear();
    expect(faultOf(await verify({ heads: heads.slice(0, 1) }))).toEqual({ kind: "log_cut", seal: 1 });
    expect(kept).toContain(heads[2]?.hash);

    const head = heads[1] as AuditHead;
    for (const edit of [{ seal: 1 }, { hash: "x" }, { count: 1 }, { at: 1 }, { mac: "x" }, { mac: undefined as never }]) {
      const { verify: verifyOther } = await openLog();
      expect(faultOf(await verifyOther({ heads: [{ ...head, ...edit }] })), JSON.stringify(edit)).toMatchObject({ kind: "head_forged" });
    }
    const whole = await openLog();
    const again = await whole.mfa.audit.verify();
    expect(again).toMatchObject({ ok: true, seals: 0, unsealed: 60 });
    // Sealed anew under the same keys: what was kept of the seals before tells of another past.
    whole.kit.clock.advance(MINUTE);
    await whole.mfa.audit.seal();
    expect(faultOf(await whole.mfa.audit.verify({ heads: whole.heads.slice(0, 1) }))).toEqual({ kind: "head_mismatch", seal: 1 });
  });

  it("nothing is sealed on top of a newest seal that was edited", async () => {
    const { mfa, notes, verify } = await openLog(65);
    const key = `seal/${"3".padStart(15, "0")}`;
    notes.set(key, (notes.get(key) as string).replace('"high":60', '"high":62'));
    await verify();
    await expect(mfa.audit.seal()).rejects.toThrow(SealError);
  });
});

describe("keeping the heads", () => {
  it("each is handed over once it is made; what the keeper throws comes out, and the rows are sealed", async () => {
    const kit = createKit(createMfa, memoryStore());
    const kept: AuditHead[] = [];
    let isDown = false;
    const keepHead = (head: AuditHead) => {
      if (isDown) throw new Error("disk full");
      kept.push(head);
    };
    const mfa = await kit.mfa({ audit: { keepHead } });
    expect(await mfa.audit.seal()).toEqual({ rows: 0 });
    await mfa.revoke({ id: "a" });
    const { rows, head } = await mfa.audit.seal();
    expect([rows, kept]).toEqual([1, [head]]);
    expect(await mfa.audit.seal()).toEqual({ rows: 0, head });
    expect(kept).toHaveLength(1);
    await mfa.revoke({ id: "a" });
    isDown = true;
    await expect(mfa.audit.seal()).rejects.toThrow("disk full");
    await expect(mfa.audit.seal()).rejects.toThrow("disk full");
    isDown = false;
    expect(await mfa.audit.verify({ heads: kept })).toMatchObject({ ok: true, rows: 2, heads: 1 });
  });

  it("R41 one that was not taken is handed over again, by another process too, until it is; and no note of a stranger's ends that", async () => {
    const store = memoryStore();
    const kit = createKit(createMfa, store);
    const kept: AuditHead[] = [];
    let isDown = true;
    const keepHead = (head: AuditHead) => {
      if (isDown) throw new Error("disk full");
      kept.push(head);
    };
    const [mfa, other] = [await kit.mfa({ audit: { keepHead } }), await kit.mfa({ audit: { keepHead } })];
    await mfa.revoke({ id: "a" });
    await expect(mfa.audit.seal()).rejects.toThrow("disk full");
    await store.auditNote({ key: "head-kept", from: null, to: "1" });
    await expect(other.audit.seal()).rejects.toThrow("disk full");
    isDown = false;
    const { rows, head } = await other.audit.seal();
    expect([rows, kept]).toEqual([0, [head]]);
    await mfa.audit.seal();
    expect(kept).toEqual([head]);
  });

  it("holds up no follower, which tells of it", async () => {
    const kit = createKit(createMfa, memoryStore());
    const mfa = await kit.mfa({
      audit: {
        keepHead() {
          throw new Error("disk full");
        },
      },
    });
    await mfa.revoke({ id: "a" });
    const [told, heard]: [unknown[], unknown[]] = [[], []];
    const follower = mfa.audit.follow({
      name: "test",
      from: "start",
      sink: ({ subject }) => void told.push(subject),
      onError: (error) => void heard.push((error as Error).message),
    });
    expect(await follower.drain()).toMatchObject({ delivered: 1 });
    expect([told, heard]).toEqual([["a"], ["disk full"]]);
  });
});

describe.each(stores)("the sealed log on $name", ({ open }) => {
  let opened: OpenedStore;
  let kit: Kit;
  beforeAll(async () => {
    opened = await open();
    kit = createKit(createMfa, opened.store);
  });
  afterAll(() => opened.close());

  const proved = async (mfa: Mfa, heads: readonly AuditHead[] = []) => {
    const found = await mfa.audit.verify({ heads });
    expect(found).toMatchObject({ ok: true });
    return found;
  };

  it("R41 is proved over more than one page, through rotations of its key and erasures, and while others write", async () => {
    const [mfa, other] = [await kit.mfa(), await kit.mfa()];
    const kept: AuditHead[] = [];
    for (let round = 0; round < 4; round += 1) {
      const user = await kit.enrolled(mfa);
      await together(300, (n) => mfa.revoke({ id: `user-${n}` }));
      const [one, two] = await Promise.all([mfa.audit.seal(), other.audit.seal(), mfa.revoke({ id: "beside" })]);
      kept.push(...[one.head, two.head].filter((head) => head !== undefined));
      await mfa.admin.erase(user.subject);
      if (round === 1) await mfa.keys.rotate("audit");
    }
    await mfa.audit.seal();
    const found = await proved(other, kept);
    expect(found.heads).toBe(kept.length);
    expect([found.rows > 1200, found.unsealed]).toEqual([true, 0]);
    // What enrolling leaves in the log, and the erasure itself.
    expect(found.blanked).toBe(4 * 5);
    expect(found.head).toEqual((await other.audit.seal()).head);
  });

  it("of several who seal at once each row is sealed once", async () => {
    const engines = await together(4, () => kit.mfa());
    const [mfa] = engines as [Mfa];
    const before = (await mfa.audit.seal()).head?.count ?? 0;
    let sealed = 0;
    for (let round = 0; round < 5; round += 1) {
      await together(20, (n) => mfa.revoke({ id: `user-${n}` }));
      for (const { rows } of await Promise.all(engines.map((engine) => engine.audit.seal()))) sealed += rows;
    }
    expect([sealed, (await mfa.audit.seal()).head?.count]).toEqual([100, before + 100]);
    await proved(mfa);
  });

  it("R33 R41 old rows are removed below their seals: the rest is proved, what was bound stays, and what is cut besides shows", async () => {
    const mfa = await kit.mfa();
    const user = await kit.enrolled(mfa);
    await together(30, () => mfa.revoke({ id: "old" }));
    const { head } = await mfa.audit.seal();
    kit.clock.advance(30 * DAY);
    await mfa.revoke({ id: "new" });
    await mfa.audit.seal();
    const { rows: before } = await proved(mfa);
    const { removed } = await mfa.audit.prune({ olderThan: "7d" });
    expect(removed).toBeGreaterThan(30);
    const after = await proved(mfa, head ? [head] : []);
    expect([after.removed >= removed, after.rows, after.heads]).toEqual([true, before - removed, 1]);
    const left = await mfa.audit.list({ subject: user.subject });
    expect(left.events.map(({ type, intact }) => [type, intact])).toEqual([["factor_enabled", true]]);
    expect((await mfa.audit.list({ subject: { id: "old" } })).events).toEqual([]);
    expect((await mfa.audit.list({ subject: { id: "new" } })).events).toHaveLength(1);
    expect((await mfa.audit.list({ subject: { id: "" }, order: "newest", limit: 1 })).events).toMatchObject([
      { type: "audit_rows_removed", count: removed, before: kit.clock.now - 7 * DAY },
    ]);
    expect(await mfa.audit.prune({ olderThan: "7d" })).toEqual({ removed: 0 });
    for (const olderThan of ["23h", 0, "x" as never] as const) await expect(mfa.audit.prune({ olderThan })).rejects.toThrow(ConfigError);
    const [record] = await opened.store.auditPage({ after: 0, limit: 1 });
    await opened.store.auditRemove({ from: record?.seq ?? 0, to: record?.seq ?? 0 });
    expect(faultOf(await mfa.audit.verify())).toMatchObject({ kind: "row_missing", seq: record?.seq });
  });
});

describe("removing old rows", () => {
  it("goes on where it was stopped, at whichever write, and then all is as if it had not been", async () => {
    for (let stop = 1; ; stop += 1) {
      const inner = memoryStore();
      const kit = createKit(createMfa, inner);
      const mfa = await kit.mfa();
      const user = await kit.enrolled(mfa);
      await mfa.revoke(user.subject);
      await mfa.audit.seal();
      await mfa.revoke(user.subject);
      await mfa.audit.seal();
      kit.clock.advance(2 * DAY);
      let left = stop;
      const stopping = async <T>(verb: () => Promise<T>): Promise<T> => {
        left -= 1;
        if (left === 0) throw new Error("stopped");
        return await verb();
      };
      const store: Store = {
        ...inner,
        auditNote: (change) => stopping(() => inner.auditNote(change)),
        auditRemove: (range) => stopping(() => inner.auditRemove(range)),
      };
      const isStopped = await (await kit.mfa({ store })).audit.prune({ olderThan: "1d" }).then(
        () => false,
        () => true,
      );
      if (!isStopped) break;
      expect(await mfa.audit.verify()).toMatchObject({ ok: true });
      await mfa.audit.prune({ olderThan: "1d" });
      expect(await mfa.audit.verify()).toMatchObject({ ok: true, removed: 5, rows: 1 });
      expect((await mfa.audit.list({ subject: user.subject })).events.map(({ type }) => type)).toEqual(["factor_enabled"]);
      expect(stop).toBeLessThan(30);
    }
  });

  it("does not hide what was done to the rows before", async () => {
    const { kit, log, mfa, notes, verify } = await openLog();
    kit.clock.advance(2 * DAY);
    (log[25] as StoredAuditRow).detail = '{"x":1}';
    await verify();
    await expect(mfa.audit.prune({ olderThan: "1d" })).rejects.toThrow(/Run audit\.verify/);
    expect(faultOf(await mfa.audit.verify())).toMatchObject({ kind: "row_edited", seq: 26 });
    expect(notes.size).toBe(3);
  });
});

describe("the log held against the authenticators", () => {
  it("A52 R33 finds one that was deleted by hand, and none that was removed, replaced, reset or erased", async () => {
    const store = memoryStore();
    const kit = createKit(createMfa, store);
    const mfa = await kit.mfa();
    const [kept, gone, disabled, replaced, erased] = [
      await kit.enrolled(mfa),
      await kit.enrolled(mfa),
      await kit.enrolled(mfa),
      await kit.enrolled(mfa),
      await kit.enrolled(mfa),
    ];
    good(await mfa.disable(disabled.subject, { code: disabled.code() }));
    const next = good(await mfa.factors.setup(replaced.subject, { replaces: replaced.factorId, proof: { code: replaced.code() } }));
    const imported = good(await mfa.factors.import(kept.subject, next.uri));
    await mfa.admin.erase(erased.subject);
    expect(await mfa.audit.compare()).toEqual({ subjects: 4, missing: [], blanked: 1 });
    const broken: Store = {
      ...store,
      async read(who) {
        const state = await store.read(who);
        return { ...state, factors: state.factors.filter(({ id }) => ![gone.factorId, imported.factorId].includes(id)) };
      },
    };
    const progress: number[] = [];
    const found = await (await kit.mfa({ store: broken })).audit.compare({ progress: (at) => progress.push(at) });
    const missing = (factorId: string, subject: string) => ({ factorId, subject, method: "totp", enabledAt: expect.any(Date) });
    expect(found).toEqual({
      subjects: 4,
      missing: [missing(imported.factorId, kept.subject.id), missing(gone.factorId, gone.subject.id)],
      blanked: 1,
    });
    expect(progress).toEqual([4]);
    expect(HOUR).toBe(3_600_000);
  });
});
