import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { FactorRow, OwnedFactorRow } from "../stores/store.ts";
import { auditRow, benchFor, type ContractCase, factorRow, START, someone, together } from "./contract-kit.ts";

/** A factor's row as one that another system had confirmed. */
const importedRow = (row: Partial<FactorRow> = {}): FactorRow =>
  factorRow({ confirmedAt: START - 1000, expiresAt: null, position: 5, ...row });

/** Factors that are imported, and secrets that are sealed anew. */
export const factorCases: readonly ContractCase[] = [
  {
    id: "import-confirmed",
    level: "MUST",
    name: "a factor that is added confirmed is kept as it is, in place of a pending one, and can be claimed",
    async run(store) {
      const bench = benchFor(store);
      const [enabled, imported] = [await bench.enrol({ createdAt: START - 2000 }), importedRow()];
      await bench.apply({ add: factorRow() });
      assert.deepEqual(await bench.apply({ add: imported }), { applied: true, epoch: 0 });
      const { factors } = await store.read(bench.who);
      assert.deepEqual(factors, [{ ...enabled, confirmedAt: START, expiresAt: null }, imported]);
      assert.equal(await bench.attempt({ kind: "position", factorId: imported.id, position: 5 }), "lost");
      assert.equal(await bench.attempt({ kind: "position", factorId: imported.id, position: 6 }), "won");
    },
  },
  {
    id: "replace-factor",
    level: "MUST",
    name: "confirming one factor and removing another in one change keeps the codes, though the other was the only one",
    async run(store) {
      const bench = benchFor(store);
      const old = await bench.enrol();
      await bench.apply({ codes: { type: "recovery_code", hashes: ["a", "b"], expiresAt: null } });
      const added = factorRow({ replaces: old.id });
      await bench.apply({ add: added });
      assert.equal((await store.read(bench.who)).factors.find(({ id }) => id === added.id)?.replaces, old.id);
      assert.deepEqual(await bench.apply({ confirm: added.id, remove: old.id, raiseEpoch: true }), { applied: true, epoch: 1 });
      const { factors, codes } = await store.read(bench.who);
      assert.deepEqual([factors.map(({ id, confirmedAt }) => [id, confirmedAt]), codes.length], [[[added.id, START]], 2]);
      const next = factorRow();
      await bench.apply({ add: next });
      assert.equal((await bench.apply({ confirm: next.id, remove: old.id })).applied, false, "what is to be replaced is gone");
      assert.equal((await store.read(bench.who)).factors.length, 2);
    },
  },
  {
    id: "import-epoch",
    level: "MUST",
    name: "raising the epoch leaves the factor that the same change adds, pending or confirmed",
    async run(store) {
      const bench = benchFor(store);
      const [imported, pending] = [importedRow(), factorRow({ createdAt: START + 1 })];
      assert.deepEqual(await bench.apply({ add: imported, raiseEpoch: true }), { applied: true, epoch: 1 });
      await bench.apply({ add: factorRow() });
      assert.deepEqual(await bench.apply({ add: pending, raiseEpoch: true }), { applied: true, epoch: 2 });
      assert.deepEqual((await store.read(bench.who)).factors, [imported, pending]);
    },
  },
  {
    id: "import-secret-once",
    level: "MUST",
    name: "a secret that is enrolled is not imported again, of 20 at once only the first; with another subject it is",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const { fingerprint } = await bench.enrol();
      const audit = [auditRow(bench.who, "t")];
      assert.equal((await bench.apply({ add: importedRow({ fingerprint }), audit, raiseEpoch: true })).applied, false);
      assert.deepEqual(await store.auditPage({ after: 0, limit: 10, who: bench.who }), []);
      const imports = await together(20, () => other.apply({ add: importedRow({ fingerprint }) }));
      assert.equal(imports.filter(({ applied }) => applied).length, 1);
      assert.equal((await store.read(other.who)).factors.length, 1);
    },
  },
  {
    id: "reseal",
    level: "MUST",
    name: "a sealed secret is put in place of the one it was made from, in a pending or a confirmed factor; of no other",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const [row, foreign, pending] = [await bench.enrol({ createdAt: START - 1 }), await other.enrol(), factorRow()];
      await bench.apply({ add: pending });
      for (const { id, secret } of [row, pending]) {
        assert.deepEqual(await bench.apply({ reseal: { id, from: secret, to: `new-${id}` } }), { applied: true, epoch: 0 });
        const again = { reseal: { id, from: secret, to: "newer" }, audit: [auditRow(bench.who, "t")] };
        assert.equal((await bench.apply(again)).applied, false);
      }
      const stolen = { id: foreign.id, from: foreign.secret, to: "x" };
      assert.equal((await bench.apply({ reseal: stolen })).applied, false);
      assert.equal((await bench.apply({ reseal: { ...stolen, id: "unknown" } })).applied, false);
      assert.deepEqual((await store.read(bench.who)).factors, [
        { ...row, secret: `new-${row.id}`, confirmedAt: START, expiresAt: null },
        { ...pending, secret: `new-${pending.id}` },
      ]);
      assert.equal((await store.read(other.who)).factors[0]?.secret, foreign.secret);
      assert.deepEqual(await store.auditPage({ after: 0, limit: 10, who: bench.who }), []);
    },
  },
  {
    id: "reseal-parallel",
    level: "MUST",
    name: "of 20 that seal one secret anew at once exactly one does; a step that is taken meanwhile stays taken",
    async run(store) {
      const bench = benchFor(store);
      const { id, secret } = await bench.enrol();
      const charged = await bench.admitted();
      const reseals = together(20, (index) => bench.apply({ reseal: { id, from: secret, to: `new-${index}` } }));
      const outcome = bench.settle(charged, { claim: { kind: "position", factorId: id, position: 7 } });
      assert.equal((await reseals).filter(({ applied }) => applied).length, 1);
      assert.equal(await outcome, "won");
      assert.equal((await store.read(bench.who)).factors[0]?.position, 7);
    },
  },
  {
    id: "apply-one-factor",
    level: "MUST",
    name: "one change may confirm, rename and seal anew the same factor; what it removes is gone, whatever else it does to it",
    async run(store) {
      const bench = benchFor(store);
      const row = factorRow();
      await bench.apply({ add: row });
      const reseal = { id: row.id, from: row.secret, to: "new" };
      assert.deepEqual(await bench.apply({ confirm: row.id, reseal, raiseEpoch: true }), { applied: true, epoch: 1 });
      const rename = { id: row.id, name: "Work phone" };
      assert.equal((await bench.apply({ rename, reseal: { ...reseal, from: "new", to: "newer" } })).applied, true);
      const { factors } = await store.read(bench.who);
      assert.deepEqual(factors, [{ ...row, name: "Work phone", secret: "newer", confirmedAt: START, expiresAt: null }]);
      assert.equal((await bench.apply({ rename, remove: row.id })).applied, true);
      assert.deepEqual((await store.read(bench.who)).factors, []);
    },
  },
  {
    id: "factors-not-under",
    level: "MUST",
    name: "factors whose secret does not begin with a prefix are listed by id, page by page, of every subject, with whose they are",
    async run(store) {
      const here = { tenant: "", subject: `subject-${randomUUID()}` };
      const [bench, other] = [benchFor(store, here), benchFor(store, { ...here, tenant: "other" })];
      // Every id begins alike, so that they lie side by side among those of other cases.
      const place = randomUUID();
      const prefix = "v1.Key_50%.";
      const secrets = ["v1.Key_50%.a", "v1.key_50%.b", "v1.KeyX500.c", "v1.Key_50", "xv1.Key_50%.d", "v1.Key_50%.e"];
      const rows = secrets.map((secret, index) => importedRow({ id: `${place}-${index}`, secret }));
      for (const [index, row] of rows.entries()) await (index % 2 === 0 ? bench : other).apply({ add: row });
      const pending = factorRow({ id: `${place}-6` });
      await other.apply({ add: pending });

      const found: OwnedFactorRow[] = [];
      for (let after: string = place; ; ) {
        const page = await store.factorsNotUnder({ prefix, after, limit: 2 });
        assert.ok(page.length <= 2, "a page holds no more than its limit");
        const own = page.filter(({ id }) => id.startsWith(place));
        found.push(...own);
        after = page.at(-1)?.id ?? "";
        if (own.length < 2) break;
      }
      const owned = (index: number, tenant: string) => ({ ...rows[index], tenant, subject: here.subject });
      const expected = [owned(1, "other"), owned(2, ""), owned(3, "other"), owned(4, ""), { ...pending, ...other.who }];
      assert.deepEqual(found, expected);
      assert.deepEqual(await store.factorsNotUnder({ prefix: "", after: place, limit: 10 }), []);
    },
  },
  {
    id: "subjects-exact",
    level: "MUST",
    name: "subjects, tenants and hashes that differ in case, an accent or a blank at the end are different",
    async run(store) {
      const { tenant, subject } = someone();
      const bench = benchFor(store, { tenant, subject: `${subject}-é` });
      const alike = [`${subject}-É`, `${subject}-e`, `${subject}-é `].map((name) => benchFor(store, { tenant, subject: name }));
      const { id } = await bench.enrol();
      await bench.apply({ codes: { type: "t", hashes: ["Hash"], expiresAt: null } });
      for (const other of [...alike, benchFor(store, { ...bench.who, tenant: " " })]) {
        assert.deepEqual((await store.read(other.who)).factors, []);
        assert.equal(await other.attempt({ kind: "position", factorId: id, position: 1 }), "lost");
        assert.equal((await other.admitted()).seen.attempt, 2);
      }
      for (const hash of ["hash", "Hash "]) assert.equal(await bench.attempt({ kind: "code", hash }), "lost");
      assert.equal(await bench.attempt({ kind: "code", hash: "Hash" }), "won");
    },
  },
];
