import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { AuditFind } from "../stores/audit.ts";
import type { Store } from "../stores/store.ts";
import { auditRow, benchFor, type ContractCase, START, together } from "./contract-kit.ts";

/** A time of its own for each case, so that what it finds between two ids is its own. */
const newTime = (): string => randomUUID().slice(0, 13);
const idAt = (time: string, place: number): string => `${time}-7000-8000-${String(place).padStart(12, "0")}`;

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

/** Types of these cases, since an index may leave some of them out. */
const [COMMON, RARE] = ["verified", "mfa_reset"];

async function seqOf(store: Store, bench: ReturnType<typeof benchFor>): Promise<number[]> {
  return (await store.auditPage({ after: 0, limit: 100, who: bench.who })).map(({ seq }) => seq);
}

/** Finding in the log, counting it, removing of it, and what is kept beside it. */
export const auditCases: readonly ContractCase[] = [
  {
    id: "audit-find",
    level: "MUST",
    name: "rows are found between two ids, by id both ways, of a subject, a tenant or types, with every column",
    async run(store) {
      const time = newTime();
      const [bench, other] = [benchFor(store), benchFor(store, { tenant: `tenant-${randomUUID()}`, subject: randomUUID() })];
      const rows = [5, 1, 4, 2, 3, 6].map((place) => ({
        ...auditRow(place % 2 ? bench.who : other.who, place < 3 ? COMMON : RARE),
        id: idAt(time, place),
      }));
      for (const row of rows) await (row.subject === bench.who.subject ? bench : other).apply({ audit: [row] });
      const all = idsOf(rows).sort();
      const find = (query: Partial<AuditFind>) =>
        store.auditFind({ above: idAt(time, 0), below: idAt(time, 9), order: "oldest", limit: 10, ...query });
      const [found] = await find({});
      assert.ok(found && found.seq > 0);
      const { seq: _, ...first } = found;
      assert.deepEqual(first, rows[1]);
      assert.deepEqual(idsOf(await find({})), all);
      assert.deepEqual(idsOf(await find({ order: "newest" })), all.toReversed());
      assert.deepEqual(idsOf(await find({ above: idAt(time, 1), below: idAt(time, 5) })), all.slice(1, 4));
      assert.deepEqual(idsOf(await find({ limit: 2 })), all.slice(0, 2));
      assert.deepEqual(idsOf(await find({ limit: 2, order: "newest" })), all.toReversed().slice(0, 2));
      assert.deepEqual(idsOf(await find({ who: bench.who })), [idAt(time, 1), idAt(time, 3), idAt(time, 5)]);
      assert.deepEqual(idsOf(await find({ tenant: other.who.tenant })), [idAt(time, 2), idAt(time, 4), idAt(time, 6)]);
      assert.deepEqual(idsOf(await find({ tenant: "nobody" })), []);
      assert.deepEqual(idsOf(await find({ types: [COMMON] })), all.slice(0, 2));
      assert.deepEqual(idsOf(await find({ types: [RARE], order: "newest" })), all.slice(2).toReversed());
      assert.deepEqual(
        idsOf(await find({ types: [RARE, COMMON, "no_such"], who: other.who })),
        [2, 4, 6].map((n) => idAt(time, n)),
      );
      assert.deepEqual(await find({ types: ["no_such"] }), []);
    },
  },
  {
    id: "audit-counts",
    level: "MUST",
    name: "rows between two ids are counted by type in spans of time, from the first id on and up to the last",
    async run(store) {
      const time = newTime();
      const bench = benchFor(store);
      const place = (n: number, at: number, type: string) => ({ ...auditRow(bench.who, type, START + at), id: idAt(time, n) });
      const rows = [
        place(1, 0, RARE),
        place(2, 59_999, RARE),
        place(3, 59_999, COMMON),
        place(4, 60_000, RARE),
        place(5, 180_000, COMMON),
        place(6, 180_000, COMMON),
      ];
      await bench.apply({ audit: rows });
      const count = (from: number, to: number, types?: readonly string[]) =>
        store.auditCounts({ from: idAt(time, from), to: idAt(time, to), span: 60_000, ...(types ? { types } : {}) });
      const minute = (n: number, type: string, found: number) => ({ at: START + n * 60_000, type, count: found });
      const rare = [minute(0, RARE, 2), minute(1, RARE, 1)];
      assert.deepEqual(await count(1, 9, [RARE]), rare);
      assert.deepEqual(await count(1, 9), [rare[0], minute(0, COMMON, 1), rare[1], minute(3, COMMON, 2)]);
      assert.deepEqual(await count(2, 6, [COMMON, RARE]), [minute(0, RARE, 1), minute(0, COMMON, 1), rare[1], minute(3, COMMON, 1)]);
      assert.deepEqual(await count(9, 10), []);
    },
  },
  {
    id: "audit-remove",
    level: "MUST",
    name: "rows are removed by their numbers, both ends among them, and no number is given again",
    async run(store) {
      const bench = benchFor(store);
      for (let n = 0; n < 5; n += 1) await bench.apply({ audit: [auditRow(bench.who, COMMON)] });
      const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = await seqOf(store, bench);
      // Where other cases run beside this one, theirs may lie between: so each by itself.
      for (const seq of [second, third]) await store.auditRemove({ from: seq, to: seq });
      assert.deepEqual(await seqOf(store, bench), [first, fourth, fifth]);
      await store.auditRemove({ from: fifth, to: fifth });
      await store.auditRemove({ from: fifth, to: fifth });
      await bench.apply({ audit: [auditRow(bench.who, COMMON)] });
      const [, , newest = 0] = await seqOf(store, bench);
      assert.ok(newest > fifth);
    },
  },
  {
    id: "audit-notes",
    level: "MUST",
    name: "notes are read by the beginning of their key, in the order of its bytes, from either end",
    async run(store) {
      const own = `${randomUUID()}/`;
      const keys = ["B", "_", "a", "a/1", "a/2", "~"].map((key) => own + key);
      const value = `line\n"é\u{1f511}"${"x".repeat(70_000)}`;
      for (const key of keys.toReversed()) assert.equal(await store.auditNote({ key, from: null, to: value }), true);
      const read = async (query: object) => (await store.auditNotes({ prefix: own, after: "", limit: 10, ...query })).map(({ key }) => key);
      assert.deepEqual(await read({}), keys);
      assert.deepEqual(await read({ last: true }), keys.toReversed());
      assert.deepEqual(await read({ limit: 2 }), keys.slice(0, 2));
      assert.deepEqual(await read({ limit: 2, after: keys[1] }), keys.slice(2, 4));
      assert.deepEqual(await read({ limit: 1, last: true }), keys.slice(-1));
      assert.deepEqual(await read({ prefix: `${own}a/` }), keys.slice(3, 5));
      assert.deepEqual(await read({ prefix: `${own}z` }), []);
      const [{ value: kept } = { value: "" }] = await store.auditNotes({ prefix: `${own}B`, after: "", limit: 1 });
      assert.equal(kept, value);
    },
  },
  {
    id: "audit-note-once",
    level: "MUST",
    name: "a note is added, changed and removed by one of 20 at once, and only from the value that it has",
    async run(store) {
      const key = `${randomUUID()}/note`;
      const value = async () => (await store.auditNotes({ prefix: key, after: "", limit: 1 }))[0]?.value;
      const winners = async (from: string | null, to: (n: number) => string | null) =>
        (await together(20, (n) => store.auditNote({ key, from, to: to(n) }))).filter(Boolean).length;
      assert.equal(await store.auditNote({ key, from: "a", to: "b" }), false);
      assert.equal(await winners(null, (n) => `first-${n}`), 1);
      const first = (await value()) ?? "";
      assert.match(first, /^first-/);
      assert.equal(await winners(first, (n) => `second-${n}`), 1);
      const second = (await value()) ?? "";
      assert.match(second, /^second-/);
      assert.equal(await store.auditNote({ key, from: first, to: "x" }), false);
      assert.equal(await store.auditNote({ key, from: null, to: "x" }), false);
      assert.equal(await store.auditNote({ key, from: first, to: null }), false);
      assert.equal(await store.auditNote({ key, from: second.toUpperCase(), to: "x" }), false);
      assert.equal(await value(), second);
      assert.equal(await winners(second, () => null), 1);
      assert.equal(await value(), undefined);
      assert.equal(await store.auditNote({ key, from: null, to: "again" }), true);
    },
  },
];
