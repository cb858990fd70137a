import assert from "node:assert/strict";
import { benchFor, type ContractCase, factorRow, RECOVERY, recovery, START, together, unused } from "./contract-kit.ts";

const MINUTE = 60_000;
const SENT = "email";

/** Codes of another type than recovery codes, which lapse. */
const sent = (...hashes: string[]) => ({ type: SENT, hashes, expiresAt: START + 5 * MINUTE });

/** Codes that count once: recovery codes, and those that were delivered. */
export const codeCases: readonly ContractCase[] = [
  {
    id: "claim-recovery-once",
    level: "MUST",
    name: "a recovery code is taken once, by its own subject, and is marked in the record",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      await bench.apply({ codes: recovery("a", "b") });
      const lane = { lane: "recovery" } as const;
      assert.equal(await other.attempt({ kind: "code", hash: "a" }, lane), "lost");
      assert.equal(await bench.attempt({ kind: "code", hash: "a" }, lane), "won");
      assert.equal(await bench.attempt({ kind: "code", hash: "a" }, lane), "lost");
      assert.equal(await bench.attempt({ kind: "code", hash: "c" }, lane), "lost");
      assert.deepEqual(unused(await store.read(bench.who)), ["b"]);
    },
  },
  {
    id: "claim-recovery-parallel",
    level: "MUST",
    name: "of 20 settlements of one code at once exactly one wins; of different ones none is lost",
    async run(store) {
      const bench = benchFor(store);
      const hashes = Array.from({ length: 10 }, (_, index) => `hash-${index}`);
      await bench.apply({ codes: recovery(...hashes) });
      const charged = await bench.admitted({ lane: "recovery" });
      const take = (hash: string) => bench.settle(charged, { lane: "recovery", claim: { kind: "code", hash } });
      assert.equal((await together(20, () => take("hash-0"))).filter((outcome) => outcome === "won").length, 1);
      assert.deepEqual(new Set(await Promise.all(hashes.slice(1).map(take))), new Set(["won"]));
      assert.deepEqual(unused(await store.read(bench.who)), []);
    },
  },
  {
    id: "apply-recovery-set",
    level: "MUST",
    name: "a new set of recovery codes takes the place of the old one, used or not",
    async run(store) {
      const bench = benchFor(store);
      await bench.apply({ codes: recovery("a", "b") });
      await bench.attempt({ kind: "code", hash: "a" }, { lane: "recovery" });
      await bench.apply({ codes: recovery("c", "d") });
      assert.deepEqual(unused(await store.read(bench.who)), ["c", "d"]);
    },
  },
  {
    id: "codes-by-type",
    level: "MUST",
    name: "a new set of codes takes the place of its own type alone; with the last factor all types go",
    async run(store) {
      const bench = benchFor(store);
      const { id } = await bench.enrol();
      await bench.apply({ codes: recovery("a", "b") });
      await bench.apply({ codes: sent("c") });
      await bench.apply({ codes: sent("d", "e") });
      const { codes } = await store.read(bench.who);
      assert.deepEqual(
        codes.toSorted((one, other) => (one.hash < other.hash ? -1 : 1)),
        [
          { type: RECOVERY, hash: "a", used: false, createdAt: START, expiresAt: null },
          { type: RECOVERY, hash: "b", used: false, createdAt: START, expiresAt: null },
          { type: SENT, hash: "d", used: false, createdAt: START, expiresAt: START + 5 * MINUTE },
          { type: SENT, hash: "e", used: false, createdAt: START, expiresAt: START + 5 * MINUTE },
        ],
      );
      await bench.apply({ codes: recovery() });
      const between = await store.read(bench.who);
      assert.deepEqual([unused(between), unused(between, SENT)], [[], ["d", "e"]]);
      await bench.apply({ remove: id });
      assert.deepEqual((await store.read(bench.who)).codes, []);
    },
  },
  {
    id: "codes-lapse",
    level: "MUST",
    name: "a code is taken until it lapses, and not from then on",
    async run(store) {
      const bench = benchFor(store);
      await bench.apply({ codes: sent("a", "b") });
      const take = async (hash: string, now: number) => bench.settle(await bench.admitted({ now }), { now, claim: { kind: "code", hash } });
      assert.equal(await take("a", START + 5 * MINUTE - 1), "won");
      assert.equal(await take("b", START + 5 * MINUTE), "lost");
      assert.deepEqual(unused(await store.read(bench.who), SENT), ["b"]);
    },
  },
  {
    id: "charge-codes",
    level: "MUST",
    name: "a charge answers with the codes of the types that it asks for, and with no others",
    async run(store) {
      const bench = benchFor(store);
      const { id } = await bench.enrol();
      await bench.apply({ codes: recovery("a", "b") });
      await bench.apply({ codes: sent("c") });
      const answered = async (...codes: string[]) => {
        const { record } = await bench.admitted({ codes, lane: "recovery" });
        assert.deepEqual(
          record.factors.map((row) => row.id),
          [id],
        );
        return record.codes.map(({ hash }) => hash).sort();
      };
      assert.deepEqual(await answered(), []);
      assert.deepEqual(await answered(SENT), ["c"]);
      assert.deepEqual(await answered(SENT, RECOVERY, "none"), ["a", "b", "c"]);
    },
  },
  {
    id: "codes-used",
    level: "MUST",
    name: "a used code is kept, marked as used, and using it again is lost; its hash in a new set counts anew",
    async run(store) {
      const bench = benchFor(store);
      const take = () => bench.attempt({ kind: "code", hash: "a" });
      await bench.apply({ codes: sent("a", "b") });
      assert.deepEqual([await take(), await take()], ["won", "lost"]);
      const { record } = await bench.admitted({ codes: [SENT] });
      assert.deepEqual(
        record.codes.find(({ hash }) => hash === "a"),
        { type: SENT, hash: "a", used: true, createdAt: START, expiresAt: START + 5 * MINUTE },
      );
      // Six digits may well be the same twice.
      assert.equal((await bench.apply({ codes: sent("a") })).applied, true);
      assert.deepEqual(unused(await store.read(bench.who), SENT), ["a"]);
      assert.deepEqual([await take(), await take()], ["won", "lost"]);
    },
  },
  {
    id: "codes-not-since",
    level: "MUST",
    name: "codes are not made where one of their type, used or not, was made after a given time",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      await other.apply({ codes: sent("z") });
      await bench.apply({ codes: recovery("r"), now: START + MINUTE });
      assert.equal((await bench.apply({ codes: { ...sent("a"), notSince: START - MINUTE } })).applied, true);
      assert.equal(await bench.attempt({ kind: "code", hash: "a" }), "won");
      const refused = { codes: { ...sent("b"), notSince: START - 1 }, now: START + MINUTE, raiseEpoch: true };
      assert.deepEqual(await bench.apply(refused), { applied: false, epoch: 0 });
      assert.deepEqual(unused(await store.read(bench.who), SENT), []);
      const made = { codes: { ...sent("b"), notSince: START }, now: START + MINUTE };
      assert.equal((await bench.apply(made)).applied, true);
      assert.equal((await bench.apply(made)).applied, false);
      assert.deepEqual(unused(await store.read(bench.who), SENT), ["b"]);
    },
  },
  {
    id: "codes-not-since-parallel",
    level: "MUST",
    name: "of 20 at once that each want none made before them exactly one makes its codes",
    async run(store) {
      for (let round = 0; round < 5; round += 1) {
        const bench = benchFor(store);
        const make = (index: number) => bench.apply({ codes: { ...sent(`hash-${index}`), notSince: START - MINUTE }, add: factorRow() });
        const made = await together(20, make);
        assert.equal(made.filter(({ applied }) => applied).length, 1);
        const { codes, factors } = await store.read(bench.who);
        assert.deepEqual([codes.length, factors.length], [1, 1]);
      }
    },
  },
];
