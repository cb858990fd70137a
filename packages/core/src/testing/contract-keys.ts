import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { DataKeyRow, DataKeyUse } from "../secrets/data-keys.ts";
import { type ContractCase, START, together } from "./contract-kit.ts";

const USES: readonly DataKeyUse[] = ["seal", "pepper", "grant", "audit"];

const setOf = (name: string): DataKeyRow[] =>
  USES.map((use) => ({ id: `${name}-${use}-${randomUUID()}`, use, wrapped: name, createdAt: START }));

const byId = (rows: readonly DataKeyRow[]): DataKeyRow[] => rows.toSorted((one, other) => (one.id < other.id ? -1 : 1));

const firstOf = (rows: readonly DataKeyRow[], use: DataKeyUse): DataKeyRow | undefined => rows.find((row) => row.use === use);

/** Data keys. A store that the cases share may hold some already. */
export const keyCases: readonly ContractCase[] = [
  {
    id: "data-keys-race",
    level: "MUST",
    name: "of sets of data keys added at once for the same uses one is kept, whole, and none takes the place of one that is there",
    async run(store) {
      const before = await store.dataKeys();
      await together(8, (index) => store.addDataKeys(setOf(`set-${index}`)));
      const after = await store.dataKeys();
      const isOld = ({ id }: DataKeyRow) => before.some((row) => row.id === id);
      assert.deepEqual(byId(after.filter(isOld)), byId(before));
      const added = after.filter((row) => !isOld(row));
      const missing = USES.filter((use) => !before.some((row) => row.use === use));
      assert.deepEqual(new Set(added.map(({ use }) => use)), new Set(missing));
      assert.equal(added.length, missing.length);
      if (before.length === 0) assert.equal(new Set(added.map(({ wrapped }) => wrapped)).size, 1);
    },
  },
  {
    id: "data-keys-rotate",
    level: "MUST",
    name: "a rotated data key is the first of its use from then on; those before it stay as they were, and no start adds another",
    async run(store) {
      await store.addDataKeys(setOf("set"));
      const before = await store.dataKeys();
      // An earlier time than the others': what counts is that it was made last.
      const rows = [1, 2].map((n): DataKeyRow => ({ id: randomUUID(), use: "seal", wrapped: `rotated-${n}`, createdAt: START - n }));
      for (const row of rows) {
        await store.rotateDataKey(row);
        assert.deepEqual(firstOf(await store.dataKeys(), "seal"), row);
      }
      await store.addDataKeys(setOf("late"));
      const after = await store.dataKeys();
      assert.deepEqual(byId(after), byId([...before, ...rows]));
      for (const use of USES.filter((name) => name !== "seal")) {
        assert.deepEqual(firstOf(after, use), firstOf(before, use));
      }
    },
  },
  {
    id: "data-keys-rotate-parallel",
    level: "MUST",
    name: "of 20 rotations at once all keys are kept, and one of them is the first",
    async run(store) {
      await store.addDataKeys(setOf("set"));
      const before = await store.dataKeys();
      const rows = Array.from(
        { length: 20 },
        (_, n): DataKeyRow => ({ id: randomUUID(), use: "grant", wrapped: `${n}`, createdAt: START }),
      );
      await together(20, (index) => store.rotateDataKey(rows[index] as DataKeyRow));
      const after = await store.dataKeys();
      assert.deepEqual(byId(after), byId([...before, ...rows]));
      const first = firstOf(after, "grant");
      assert.ok(rows.some(({ id }) => id === first?.id));
      assert.deepEqual(firstOf(await store.dataKeys(), "grant"), first);
    },
  },
  {
    id: "data-keys-rewrap",
    level: "MUST",
    name: "a wrapping is put in place of the one it was made from, and of no other; which key is the first stays",
    async run(store) {
      await store.addDataKeys(setOf("set"));
      const old: DataKeyRow = { id: randomUUID(), use: "audit", wrapped: "old", createdAt: START };
      await store.rotateDataKey(old);
      await store.rotateDataKey({ ...old, id: randomUUID() });
      const before = await store.dataKeys();
      for (const { id, use } of before) {
        if (use === "audit") await store.rewrapDataKey({ id, from: "another", to: "lost" });
      }
      assert.deepEqual(byId(await store.dataKeys()), byId(before));
      await together(10, (index) => store.rewrapDataKey({ id: old.id, from: "old", to: `new-${index}` }));
      const after = await store.dataKeys();
      const rewrapped = after.find(({ id }) => id === old.id)?.wrapped ?? "";
      assert.match(rewrapped, /^new-\d$/);
      const expected = before.map((row) => (row.id === old.id ? { ...row, wrapped: rewrapped } : row));
      assert.deepEqual(byId(after), byId(expected));
      assert.deepEqual(firstOf(after, "audit"), firstOf(before, "audit"));
      await store.rewrapDataKey({ id: old.id, from: "old", to: "late" });
      assert.equal((await store.dataKeys()).find(({ id }) => id === old.id)?.wrapped, rewrapped);
    },
  },
];
