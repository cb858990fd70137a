import assert from "node:assert/strict";
import { auditRow, benchFor, type ContractCase, factorRow, recovery, START, together, unused } from "./contract-kit.ts";

/** `apply`: changes of a subject's factors, all of each or nothing. */
export const applyCases: readonly ContractCase[] = [
  {
    id: "apply-pending",
    level: "MUST",
    name: "a pending factor takes the place of another pending one and leaves the confirmed ones alone",
    async run(store) {
      const bench = benchFor(store);
      const enabled = await bench.enrol();
      const [first, second] = [factorRow(), factorRow()];
      await bench.apply({ add: first });
      await bench.apply({ add: second });
      const { factors } = await store.read(bench.who);
      assert.deepEqual(new Set(factors.map(({ id }) => id)), new Set([enabled.id, second.id]));
      assert.equal(factors.find(({ id }) => id === enabled.id)?.confirmedAt, START);
    },
  },
  {
    id: "apply-epoch-ends-pending",
    level: "MUST",
    name: "raising the epoch drops what was pending, and leaves what was confirmed",
    async run(store) {
      const bench = benchFor(store);
      const enabled = await bench.enrol();
      const pending = factorRow();
      await bench.apply({ add: pending });
      await bench.apply({ raiseEpoch: true });
      assert.equal((await bench.apply({ confirm: pending.id })).applied, false);
      const { factors } = await store.read(bench.who);
      assert.deepEqual(
        factors.map(({ id }) => id),
        [enabled.id],
      );
    },
  },
  {
    id: "apply-confirm-once",
    level: "MUST",
    name: "a pending factor is confirmed once; a lapsed, unknown or foreign one never, and then nothing else happens",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const pending = factorRow();
      await bench.apply({ add: pending });
      const confirm = (change = {}) => ({
        confirm: pending.id,
        codes: recovery("x"),
        raiseEpoch: true,
        audit: [auditRow(bench.who, "t")],
        ...change,
      });
      assert.equal((await bench.apply(confirm({ now: START + 900_000 }))).applied, false);
      assert.equal((await other.apply(confirm())).applied, false);
      assert.equal((await bench.apply(confirm({ confirm: "unknown" }))).applied, false);
      assert.deepEqual(await store.auditPage({ after: 0, limit: 10, who: bench.who }), []);
      assert.deepEqual(await bench.apply(confirm()), { applied: true, epoch: 1 });
      assert.deepEqual(await bench.apply(confirm()), { applied: false, epoch: 1 });
      const record = await store.read(bench.who);
      assert.deepEqual([record.epoch, unused(record), record.factors[0]?.confirmedAt], [1, ["x"], START]);
    },
  },
  {
    id: "apply-epoch",
    level: "MUST",
    name: "a change decided on another epoch does nothing; of 20 at once that raise it exactly one happens",
    async run(store) {
      const bench = benchFor(store);
      await bench.enrol();
      await bench.apply({ raiseEpoch: true });
      assert.deepEqual(await bench.apply({ epoch: 0, removeAll: true }), { applied: false, epoch: 1 });
      assert.equal((await store.read(bench.who)).factors.length, 1);
      const results = await together(20, (index) => bench.apply({ epoch: 1, raiseEpoch: true, codes: recovery(`only-${index}`) }));
      assert.equal(results.filter(({ applied }) => applied).length, 1);
      const record = await store.read(bench.who);
      assert.deepEqual([record.epoch, record.codes.length], [2, 1]);
    },
  },
  {
    id: "apply-secret-once",
    level: "MUST",
    name: "a subject can't enrol the same secret twice; another subject can",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const { fingerprint } = await bench.enrol();
      assert.equal((await bench.apply({ add: factorRow({ fingerprint }) })).applied, false);
      assert.equal((await other.apply({ add: factorRow({ fingerprint }) })).applied, true);
    },
  },
  {
    id: "apply-parallel",
    level: "MUST",
    name: "changes at once follow each other: what one adds, the removal that comes after it removes",
    async run(store) {
      for (let round = 0; round < 10; round += 1) {
        const bench = benchFor(store);
        await bench.enrol();
        const add = (index: number) => bench.apply({ codes: recovery(`set-${round}-${index}`), add: factorRow() });
        const remove = () => bench.apply({ removeAll: true });
        await together(6, (index) => (index === 3 ? remove() : add(index)));
        const { factors, codes } = await store.read(bench.who);
        assert.ok(codes.length <= 1, `sets of recovery codes live at once: ${codes.length}`);
        assert.ok(factors.length <= 1, `factors left after a removal: ${factors.length}`);
      }
    },
  },
  {
    id: "apply-rename",
    level: "MUST",
    name: "a confirmed factor is renamed and nothing else of it changes; a pending, unknown or foreign one is not",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const [row, foreign, pending] = [await bench.enrol(), await other.enrol(), factorRow()];
      await bench.apply({ add: pending });
      assert.equal((await bench.apply({ rename: { id: row.id, name: "Work phone" } })).applied, true);
      for (const id of [pending.id, foreign.id, "unknown"]) {
        assert.equal((await bench.apply({ rename: { id, name: "x" }, audit: [auditRow(bench.who, "t")] })).applied, false);
      }
      const { factors } = await store.read(bench.who);
      assert.deepEqual(
        factors.find(({ id }) => id === row.id),
        { ...row, name: "Work phone", confirmedAt: START, expiresAt: null },
      );
      assert.deepEqual(await store.auditPage({ after: 0, limit: 10, who: bench.who }), []);
    },
  },
  {
    id: "apply-remove",
    level: "MUST",
    name: "a confirmed factor is removed, with the last one the recovery codes; a pending, unknown or foreign one is not",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const [first, second, foreign, pending] = [await bench.enrol(), await bench.enrol(), await other.enrol(), factorRow()];
      await bench.apply({ add: pending, codes: recovery("a") });
      for (const id of [pending.id, foreign.id, "unknown"]) assert.equal((await bench.apply({ remove: id })).applied, false);
      assert.deepEqual(await bench.apply({ remove: first.id, raiseEpoch: true }), { applied: true, epoch: 1 });
      const between = await store.read(bench.who);
      assert.deepEqual([between.factors.map(({ id }) => id), unused(between)], [[second.id], ["a"]]);
      assert.equal((await bench.apply({ remove: first.id })).applied, false);
      assert.equal((await bench.apply({ remove: second.id, raiseEpoch: true })).applied, true);
      const after = await store.read(bench.who);
      assert.deepEqual([after.factors, after.codes], [[], []]);
      assert.equal((await store.read(other.who)).factors.length, 1);
    },
  },
  {
    id: "apply-remove-all",
    level: "MUST",
    name: "removing all leaves no factor and no recovery code, of this subject alone, and keeps the count of failures",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      await bench.enrol();
      await bench.apply({ codes: recovery("a") });
      await other.enrol();
      await bench.attempt();
      await bench.apply({ removeAll: true, raiseEpoch: true });
      const record = await store.read(bench.who);
      assert.deepEqual([record.factors, record.codes, record.epoch], [[], [], 1]);
      assert.equal((await bench.admitted()).seen.run, 2);
      assert.equal((await store.read(other.who)).factors.length, 1);
    },
  },
];
