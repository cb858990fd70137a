import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { auditRow, benchFor, type ContractCase, START, someone, together } from "./contract-kit.ts";

const HOUR = 3_600_000;

/** One-time ids, the log, migration. */
export const keepingCases: readonly ContractCase[] = [
  {
    id: "read-unseen",
    level: "MUST",
    name: "a subject never seen has epoch 0 and nothing else",
    async run(store) {
      const lane = { attempts: 0, forgiven: 0, tally: 0, tallyAt: 0, lockedUntil: null };
      assert.deepEqual(await store.read(someone()), {
        epoch: 0,
        factors: [],
        codes: [],
        lanes: { authenticator: lane, recovery: lane },
        devices: [],
        requiredSince: null,
        switchedOff: null,
      });
    },
  },
  {
    id: "spend-once",
    level: "MUST",
    name: "a one-time id is spent by exactly one of 50 at once, and by nobody later",
    async run(store) {
      const once = { id: randomUUID(), expiresAt: START + HOUR };
      const spent = await together(50, () => store.spend(once, START));
      assert.equal(spent.filter((won) => won === true).length, 1);
      assert.equal(await store.spend(once, START), false);
      await store.spend({ id: randomUUID(), expiresAt: START + 9 * HOUR }, START + 2 * HOUR);
      assert.equal(await store.spend(once, START), false, "a clock that steps back must not revive a spent id");
    },
  },
  {
    id: "audit-by-outcome",
    level: "MUST",
    name: "a settlement appends the rows of its outcome, in their order, and no others",
    async run(store) {
      const bench = benchFor(store);
      const { id } = await bench.enrol();
      const rows = (...types: string[]) => types.map((type) => auditRow(bench.who, type));
      const audit = () => ({ won: rows("won-1", "won-2"), lost: rows("lost-1", "lost-2"), stale: rows("stale-1") });
      const settle = async (position: number, epoch = 0) =>
        bench.settle(await bench.admitted(), { epoch, audit: audit(), claim: { kind: "position", factorId: id, position } });
      await settle(1);
      await settle(1);
      await settle(2, 7);
      const page = await store.auditPage({ after: 0, limit: 10, who: bench.who });
      assert.deepEqual(
        page.map(({ type }) => type),
        ["won-1", "won-2", "lost-1", "lost-2", "stale-1"],
      );
    },
  },
  {
    id: "audit-pages",
    level: "MUST",
    name: "the log is read in order, page by page, with every column as it was written",
    async run(store) {
      const bench = benchFor(store);
      const rows = Array.from({ length: 5 }, (_, index) => auditRow(bench.who, `type-${index}`, START + index));
      await bench.apply({ audit: rows });
      const first = await store.auditPage({ after: 0, limit: 3, who: bench.who });
      const rest = await store.auditPage({ after: first.at(-1)?.seq ?? 0, limit: 3, who: bench.who });
      const read = [...first, ...rest].map(({ seq: _, ...row }) => row);
      assert.deepEqual(read, rows);
      const everyone = await store.auditPage({ after: (first[0]?.seq ?? 0) - 1, limit: 1 });
      assert.equal(everyone[0]?.id, rows[0]?.id);
    },
  },
  {
    id: "audit-blank",
    level: "MUST",
    name: "blanking empties the personal columns of this subject's rows, the change's own among them, and of no other",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const [before, own, foreign] = [auditRow(bench.who, "before"), auditRow(bench.who, "own"), auditRow(other.who, "foreign")];
      await bench.apply({ audit: [before] });
      await other.apply({ audit: [foreign] });
      await bench.apply({ audit: [own], blank: true, raiseEpoch: true });
      assert.deepEqual(await store.auditPage({ after: 0, limit: 10, who: bench.who }), []);
      assert.equal((await store.auditPage({ after: 0, limit: 10, who: other.who })).length, 1);
      const all = await everyRow(store);
      for (const { id } of [before, own]) {
        const row = all.find((candidate) => candidate.id === id);
        assert.deepEqual([row?.tenant, row?.subject, row?.salt, row?.personal], [null, null, null, "personal"]);
      }
    },
  },
  {
    id: "audit-blank-late",
    level: "MUST",
    name: "an attempt that was charged before its subject was blanked leaves no name when it settles behind it, nor while it does",
    async run(store) {
      for (let round = 0; round < 10; round += 1) {
        const bench = benchFor(store);
        const [early, late] = [await bench.admitted(), await bench.admitted()];
        const rows = () => ({ won: [], lost: [auditRow(bench.who, "attempt")], stale: [auditRow(bench.who, "attempt")] });
        await Promise.all([
          bench.settle(early, { audit: rows() }),
          bench.apply({ raiseEpoch: true, blank: true, audit: [auditRow(bench.who, "own")] }),
        ]);
        await bench.settle(late, { audit: rows() });
        assert.deepEqual(await store.auditPage({ after: 0, limit: 10, who: bench.who }), []);
      }
    },
  },
  {
    id: "migrate-again",
    level: "MUST",
    name: "migrating again, several at once, changes nothing",
    async run(store) {
      const bench = benchFor(store);
      const row = await bench.enrol();
      await together(4, () => store.migrate());
      assert.equal((await store.read(bench.who)).factors[0]?.id, row.id);
    },
  },
];

async function everyRow(store: Parameters<ContractCase["run"]>[0]): Promise<Awaited<ReturnType<typeof store.auditPage>>> {
  const all: Awaited<ReturnType<typeof store.auditPage>> = [];
  for (;;) {
    const page = await store.auditPage({ after: all.at(-1)?.seq ?? 0, limit: 1000 });
    all.push(...page);
    if (page.length < 1000) return all;
  }
}
