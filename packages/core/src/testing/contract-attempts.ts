import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { benchFor, type ContractCase, factorRow, recovery, SCHEDULE, START, someone, together, unused } from "./contract-kit.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** `charge` and `settle`: how attempts are counted, locked, claimed and forgiven. */
export const attemptCases: readonly ContractCase[] = [
  {
    id: "charge-counts",
    level: "MUST",
    name: "a charge counts the attempt and answers with the run so far and the subject's record",
    async run(store) {
      const bench = benchFor(store);
      const first = await bench.admitted();
      assert.deepEqual(first.seen, { attempt: 1, run: 1, lockedUntil: null });
      assert.equal(first.tally, 1);
      assert.equal(first.lockedUntil, null);
      assert.deepEqual({ factors: first.record.factors, codes: first.record.codes }, { factors: [], codes: [] });
      assert.equal((await bench.admitted()).seen.run, 2);
    },
  },
  {
    id: "charge-record",
    level: "MUST",
    name: "a charge answers with every factor and recovery code, as they were written, the used ones marked",
    async run(store) {
      const bench = benchFor(store);
      const row = await bench.enrol({ algorithm: "SHA512", digits: 8, period: 60 });
      await bench.apply({ codes: recovery("a", "b") });
      await bench.attempt({ kind: "code", hash: "a" }, { lane: "recovery" });
      const { record } = await bench.admitted();
      assert.deepEqual(record.factors, [{ ...row, confirmedAt: START, expiresAt: null }]);
      assert.deepEqual(
        new Map(record.codes.map(({ hash, used }) => [hash, used])),
        new Map([
          ["a", true],
          ["b", false],
        ]),
      );
    },
  },
  {
    id: "charge-locks",
    level: "MUST",
    name: "the fifth charge brings the lock, and says so; the sixth is refused until it ends",
    async run(store) {
      const bench = benchFor(store);
      for (let n = 1; n <= 4; n += 1) assert.equal((await bench.admitted()).lockedUntil, null);
      assert.equal((await bench.admitted()).lockedUntil, START + 15 * MINUTE);
      const refused = await bench.charge();
      assert.deepEqual(refused, { admitted: false, reason: "locked", until: START + 15 * MINUTE, first: true });
      assert.equal((await bench.charge({ now: START + 15 * MINUTE - 1 })).admitted, false);
      assert.equal((await bench.charge({ now: START + 15 * MINUTE })).admitted, true);
    },
  },
  {
    id: "charge-refusal-is-free",
    level: "MUST",
    name: "a refused charge neither counts nor extends; the first is marked, the rest are told as a number later",
    async run(store) {
      const bench = benchFor(store);
      for (let n = 1; n <= 5; n += 1) await bench.admitted();
      const refusals = await together(7, () => bench.charge({ now: START + MINUTE }));
      assert.equal(refusals.filter((refusal) => !refusal.admitted && refusal.first).length, 1);
      const next = await bench.admitted({ now: START + 15 * MINUTE });
      assert.deepEqual([next.seen.run, next.tally, next.refusals], [6, 6, 7]);
      assert.equal((await bench.admitted({ now: START + 15 * MINUTE })).refusals, 0);
    },
  },
  {
    id: "charge-locks-longer",
    level: "MUST",
    name: "each further lock is longer, as the schedule says, and past its end the last entry holds",
    async run(store) {
      const bench = benchFor(store);
      const schedule = { ...SCHEDULE, locks: [0, 0, 1000, 5000] };
      let now = START;
      for (const lock of [0, 1000, 5000, 5000]) {
        const charged = await bench.admitted({ now, schedule });
        assert.equal(charged.lockedUntil, lock === 0 ? null : now + lock);
        now += lock;
      }
    },
  },
  {
    id: "charge-parallel",
    level: "MUST",
    name: "of 50 charges at once just as many are admitted as the schedule allows, each with a number of its own",
    async run(store) {
      const bench = benchFor(store);
      const admitted = (await together(50, () => bench.charge())).filter((charged) => charged.admitted);
      assert.deepEqual(admitted.map(({ seen }) => seen.attempt).sort(), [1, 2, 3, 4, 5]);
    },
  },
  {
    id: "charge-apart",
    level: "MUST",
    name: "lanes, subjects and tenants are counted apart",
    async run(store) {
      const who = someone();
      const bench = benchFor(store, who);
      for (let n = 1; n <= 5; n += 1) await bench.admitted();
      assert.equal((await bench.charge()).admitted, false);
      assert.equal((await bench.admitted({ lane: "recovery" })).seen.run, 1);
      assert.equal((await benchFor(store).admitted()).seen.run, 1);
      assert.equal((await benchFor(store, { ...who, tenant: "other" }).admitted()).seen.run, 1);
    },
  },
  {
    id: "charge-ends-challenges",
    level: "MUST",
    name: "a challenge issued before a lock is dead for that lane, even once the lock has ended and a success followed",
    async run(store) {
      const bench = benchFor(store);
      const { id } = await bench.enrol();
      const issued = (issuedAt: number) => ({ challenge: { id: randomUUID(), issuedAt, epoch: 0 } });
      for (let n = 1; n <= 5; n += 1) await bench.admitted();
      const now = START + 15 * MINUTE;
      const refused = await bench.charge({ now, ...issued(now - 1) });
      assert.deepEqual([refused.admitted, !refused.admitted && refused.reason], [false, "expired"]);
      assert.equal(await bench.attempt({ kind: "position", factorId: id, position: 9 }, { now, ...issued(now) }), "won");
      assert.equal((await bench.charge({ now, ...issued(START) })).admitted, false);
      assert.equal((await bench.charge({ now, lane: "recovery", ...issued(START) })).admitted, true);
    },
  },
  {
    id: "charge-dead-challenge",
    level: "MUST",
    name: "a challenge that was spent, or is of another epoch, is refused, and not counted",
    async run(store) {
      const bench = benchFor(store);
      const challenge = { id: randomUUID(), issuedAt: START, epoch: 0 };
      assert.equal((await bench.admitted({ challenge })).seen.run, 1);
      await store.spend({ id: challenge.id, expiresAt: START + MINUTE }, START);
      const refused = { admitted: false, reason: "expired", until: START, first: false };
      assert.deepEqual(await bench.charge({ challenge }), refused);
      assert.deepEqual(await bench.charge({ challenge: { ...challenge, id: randomUUID(), epoch: 1 } }), refused);
      assert.equal((await bench.admitted()).seen.run, 2);
    },
  },
  {
    id: "tally-leaks",
    level: "MUST",
    name: "the tally forgets one failure a period, counts on through locks, and suspends the lane at its bound",
    async run(store) {
      const bench = benchFor(store);
      const schedule = { ...SCHEDULE, locks: [0, 0], suspendAt: 3 };
      for (let n = 1; n <= 3; n += 1) assert.equal((await bench.admitted({ schedule })).tally, n);
      const refused = await bench.charge({ schedule, now: START + 1 });
      assert.deepEqual([refused.admitted, !refused.admitted && refused.until], [false, START + DAY]);
      assert.equal((await bench.admitted({ schedule, now: START + DAY })).tally, 3);
      assert.equal((await bench.charge({ schedule, now: START + DAY + 1 })).admitted, false);
      assert.equal((await bench.admitted({ schedule, now: START + 10 * DAY })).tally, 1);
    },
  },
  {
    id: "tally-clock-back",
    level: "MUST",
    name: "a clock that steps back forgets nothing",
    async run(store) {
      const bench = benchFor(store);
      await bench.admitted();
      await bench.admitted();
      assert.equal((await bench.admitted({ now: START - 30 * DAY })).tally, 3);
      assert.equal((await bench.admitted({ now: START })).tally, 4);
    },
  },
  {
    id: "claim-position-once",
    level: "MUST",
    name: "a position is taken once: neither it nor any before it counts again",
    async run(store) {
      const bench = benchFor(store);
      const { id } = await bench.enrol();
      const claim = (position: number) => bench.attempt({ kind: "position", factorId: id, position });
      assert.deepEqual([await claim(100), await claim(100), await claim(99), await claim(101)], ["won", "lost", "lost", "won"]);
      const [row] = (await store.read(bench.who)).factors;
      assert.deepEqual([row?.position, row?.lastUsedAt], [101, START]);
    },
  },
  {
    id: "claim-position-parallel",
    level: "MUST",
    name: "of 20 settlements of one position at once exactly one wins",
    async run(store) {
      const bench = benchFor(store);
      const { id } = await bench.enrol();
      const charged = await bench.admitted();
      const claim = { kind: "position", factorId: id, position: 7 } as const;
      const outcomes = await together(20, () => bench.settle(charged, { claim }));
      assert.equal(outcomes.filter((outcome) => outcome === "won").length, 1);
    },
  },
  {
    id: "claim-foreign",
    level: "MUST",
    name: "a factor that is gone, or another subject's, can't be claimed",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const { id } = await other.enrol();
      assert.equal(await bench.attempt({ kind: "position", factorId: id, position: 7 }), "lost");
      assert.equal(await bench.attempt({ kind: "position", factorId: factorRow().id, position: 7 }), "lost");
      assert.equal((await store.read(other.who)).factors[0]?.position, -1);
    },
  },
  {
    id: "forgive-what-was-seen",
    level: "MUST",
    name: "a success forgives the run that its charge saw, and none that came in behind it, however settlements interleave",
    async run(store) {
      const bench = benchFor(store);
      const { id } = await bench.enrol();
      const claim = (position: number) => ({ claim: { kind: "position", factorId: id, position } as const });
      await bench.attempt();
      const early = await bench.admitted();
      await bench.admitted();
      const late = await bench.admitted();
      await bench.settle(late, claim(1));
      assert.equal((await bench.admitted()).seen.run, 1);
      await bench.settle(early, claim(2));
      assert.equal((await bench.admitted()).seen.run, 2);
    },
  },
  {
    id: "forgive-lock",
    level: "MUST",
    name: "a success lifts the lock that its own charge brought, keeps the tally but for itself; a failure lifts nothing",
    async run(store) {
      const bench = benchFor(store);
      const { id } = await bench.enrol();
      for (let n = 1; n <= 4; n += 1) await bench.attempt();
      const fifth = await bench.admitted();
      assert.equal((await bench.charge()).admitted, false);
      assert.equal(await bench.settle(fifth), "lost");
      assert.equal((await bench.charge()).admitted, false);
      assert.equal(await bench.settle(fifth, { claim: { kind: "position", factorId: id, position: 1 } }), "won");
      const next = await bench.admitted();
      assert.deepEqual([next.seen.run, next.tally], [1, 5]);
    },
  },
  {
    id: "settle-stale-epoch",
    level: "MUST",
    name: "an epoch raised since the charge makes the attempt stale: nothing is taken or forgiven",
    async run(store) {
      const bench = benchFor(store);
      const { id } = await bench.enrol();
      const charged = await bench.admitted();
      await bench.apply({ raiseEpoch: true });
      assert.equal(await bench.settle(charged, { claim: { kind: "position", factorId: id, position: 1 } }), "stale");
      assert.equal((await store.read(bench.who)).factors[0]?.position, -1);
      assert.equal((await bench.admitted()).seen.run, 2);
    },
  },
  {
    id: "settle-spends",
    level: "MUST",
    name: "a one-time id is spent with the claim: spent already makes the attempt stale, a lost claim spends nothing",
    async run(store) {
      const bench = benchFor(store);
      const { id } = await bench.enrol();
      const spend = { id: `once-${id}`, expiresAt: START + MINUTE };
      const settle = async (position: number) =>
        bench.settle(await bench.admitted(), { spend, claim: { kind: "position", factorId: id, position } });
      assert.deepEqual([await settle(-1), await settle(5), await settle(6)], ["lost", "won", "stale"]);
      assert.equal(await store.spend(spend, START), false);
      assert.equal((await store.read(bench.who)).factors[0]?.position, 5, "an attempt whose id was spent before takes no claim");
    },
  },
  {
    id: "settle-spends-parallel",
    level: "MUST",
    name: "of 8 settlements that spend one id with a code each, at once, one wins, and the codes of the others stay unused",
    async run(store) {
      for (let round = 0; round < 10; round += 1) {
        const bench = benchFor(store);
        const hashes = Array.from({ length: 8 }, (_, index) => `${bench.who.subject}-${index}`);
        await bench.apply({ codes: { type: "recovery_code", hashes, expiresAt: null } });
        const charged = await bench.admitted({ lane: "recovery" });
        const spend = { id: `once-${bench.who.subject}`, expiresAt: START + MINUTE };
        const settle = (index: number) =>
          bench.settle(charged, { lane: "recovery", spend, claim: { kind: "code", hash: hashes[index] ?? "" } });
        const outcomes = await together(8, settle);
        assert.deepEqual(outcomes.sort(), [...Array(7).fill("stale"), "won"]);
        assert.equal(unused(await store.read(bench.who)).length, 7);
      }
    },
  },
];
