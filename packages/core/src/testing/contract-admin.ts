import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Change } from "../stores/store.ts";
import { auditRow, benchFor, type ContractCase, factorRow, RECOVERY, recovery, START, together } from "./contract-kit.ts";

const MINUTE = 60_000;

const device = (id: string) => ({ id, hash: `hash-${id}`, name: "Firefox", createdAt: START, expiresAt: START + MINUTE, lastUsedAt: null });

/** What admins and the host decide about a subject; and that a change happens whole or not at all. */
export const adminCases: readonly ContractCase[] = [
  {
    id: "unlock",
    level: "MUST",
    name: "unlocking forgets the failures of both lanes, their tally, locks and refusals, of this subject alone",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      for (const lane of ["authenticator", "recovery"] as const) {
        for (let n = 1; n <= 5; n += 1) await bench.admitted({ lane });
        for (let n = 1; n <= 3; n += 1) assert.equal((await bench.charge({ lane })).admitted, false);
      }
      await other.admitted();
      const now = START + MINUTE;
      assert.deepEqual(await bench.apply({ unlock: true, now }), { applied: true, epoch: 0 });
      for (const lane of ["authenticator", "recovery"] as const) {
        const { seen, tally, refusals, lockedUntil } = await bench.admitted({ lane, now });
        assert.deepEqual([seen.attempt, seen.run, tally, refusals, lockedUntil], [6, 1, 1, 0, null]);
      }
      assert.equal((await other.admitted()).seen.run, 2);
    },
  },
  {
    id: "unlock-challenges",
    level: "MUST",
    name: "unlocking does not revive a challenge from before it, nor does the success of an attempt from before it",
    async run(store) {
      const bench = benchFor(store);
      const { id } = await bench.enrol();
      const early = await bench.admitted();
      for (let n = 2; n <= 5; n += 1) await bench.admitted();
      const now = START + MINUTE;
      await bench.apply({ unlock: true, now });
      const issued = (issuedAt: number) => bench.charge({ now, challenge: { id: randomUUID(), issuedAt, epoch: 0 } });
      const expired = { admitted: false, reason: "expired", until: now, first: false };
      for (const issuedAt of [START, now - 1]) assert.deepEqual(await issued(issuedAt), expired);
      assert.equal(await bench.settle(early, { now, claim: { kind: "position", factorId: id, position: 1 } }), "won");
      for (const issuedAt of [START, now - 1]) assert.deepEqual(await issued(issuedAt), expired);
      assert.equal((await issued(now)).admitted, true);
    },
  },
  {
    id: "require-first",
    level: "MUST",
    name: "that a subject must enrol is kept from the first time it was noted",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      await bench.apply({ raiseEpoch: true });
      assert.equal((await store.read(bench.who)).requiredSince, null);
      assert.deepEqual(await bench.apply({ require: true }), { applied: true, epoch: 1 });
      assert.deepEqual(await bench.apply({ require: true, now: START + MINUTE }), { applied: true, epoch: 1 });
      await bench.apply({ removeAll: true, raiseEpoch: true, unlock: true });
      assert.deepEqual([(await store.read(bench.who)).requiredSince, (await store.read(other.who)).requiredSince], [START, null]);
    },
  },
  {
    id: "switched-off",
    level: "MUST",
    name: "MFA is switched off and on again for one subject; to what it is already it is not switched, of 10 at once by one",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const mark = async () => (await store.read(bench.who)).switchedOff;
      assert.deepEqual(await bench.apply({ switchedOff: "", raiseEpoch: true }), { applied: false, epoch: 0 });
      const offs = await together(10, () => bench.apply({ switchedOff: "mark" }));
      assert.equal(offs.filter(({ applied }) => applied).length, 1);
      assert.deepEqual(await bench.apply({ switchedOff: "another", now: START + 1, raiseEpoch: true }), { applied: false, epoch: 0 });
      assert.equal(await mark(), "mark");
      await bench.apply({ require: true, raiseEpoch: true });
      assert.equal(await mark(), "mark", "another change leaves it");
      assert.equal((await store.read(other.who)).switchedOff, null);
      assert.deepEqual(await bench.apply({ switchedOff: "", now: START + 2 }), { applied: true, epoch: 1 });
      assert.equal(await mark(), null);
    },
  },
  {
    id: "apply-whole",
    level: "MUST",
    name: "a change of which one condition does not hold, whichever, or of another epoch, does nothing of the rest",
    async run(store) {
      const bench = benchFor(store);
      const [row, held] = [await bench.enrol(), randomUUID()];
      await bench.apply({ addDevice: device(held), codes: recovery("a"), raiseEpoch: false });
      await bench.admitted();
      const rest = (): Partial<Change> => ({
        epoch: 0,
        add: factorRow(),
        rename: { id: row.id, name: "x" },
        reseal: { id: row.id, from: row.secret, to: "x" },
        codes: { ...recovery("b"), notSince: START },
        addDevice: device(randomUUID()),
        useDevice: held,
        unlock: true,
        require: true,
        switchedOff: "mark",
        raiseEpoch: true,
        audit: [auditRow(bench.who, "t")],
      });
      const wrong: Partial<Change>[] = [
        { epoch: 7 },
        { confirm: "unknown" },
        { add: factorRow({ fingerprint: row.fingerprint }) },
        { rename: { id: "unknown", name: "x" } },
        { reseal: { id: row.id, from: "x", to: "y" } },
        { remove: "unknown" },
        { codes: { type: RECOVERY, hashes: ["b"], expiresAt: null, notSince: START - 1 } },
        { useDevice: "unknown" },
        { removeDevice: "unknown" },
        { switchedOff: "" },
      ];
      const before = await store.read(bench.who);
      for (const one of wrong) {
        assert.deepEqual(await bench.apply({ ...rest(), ...one }), { applied: false, epoch: 0 }, JSON.stringify(one));
        assert.deepEqual(await store.read(bench.who), before, JSON.stringify(one));
      }
      assert.deepEqual(await store.auditPage({ after: 0, limit: 10, who: bench.who }), []);
      const wholly = await bench.apply(rest());
      assert.deepEqual(wholly, { applied: true, epoch: 1 });
      const { factors, codes, devices, lanes, requiredSince, switchedOff } = await store.read(bench.who);
      assert.deepEqual([factors.length, codes.length, devices.length, lanes.authenticator.tally], [2, 1, 1, 0]);
      assert.deepEqual([requiredSince, switchedOff], [START, "mark"]);
      assert.deepEqual(
        factors.find(({ id }) => id === row.id),
        { ...row, name: "x", secret: "x", confirmedAt: START, expiresAt: null },
      );
    },
  },
  {
    id: "apply-halfway",
    level: "MUST",
    name: "a change that the store can't carry out, such as of a factor's id that is another's, leaves nothing of itself",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const { id } = await other.enrol();
      await bench.apply({ add: factorRow(), codes: recovery("a"), addDevice: device(randomUUID()) });
      const before = await store.read(bench.who);
      const audit = [auditRow(bench.who, "t")];
      const change = { add: factorRow({ id }), codes: recovery("b"), unlock: true, require: true, raiseEpoch: true, audit };
      const isDone = await bench.apply(change).then(
        ({ applied }) => applied,
        () => false,
      );
      if (isDone) return; // a store may well keep ids of each subject apart
      assert.deepEqual(await store.read(bench.who), before);
      assert.deepEqual(await store.auditPage({ after: 0, limit: 10, who: bench.who }), []);
      assert.equal((await bench.apply({ raiseEpoch: true })).applied, true);
    },
  },
  {
    id: "apply-epoch-each",
    level: "MUST",
    name: "whatever a change brings, on another epoch than it was decided on it does not happen",
    async run(store) {
      const bench = benchFor(store);
      const [row, held] = [await bench.enrol(), randomUUID()];
      await bench.apply({ addDevice: device(held), raiseEpoch: true });
      await bench.admitted();
      const changes: Partial<Change>[] = [
        { add: factorRow({ confirmedAt: START, expiresAt: null }) },
        { reseal: { id: row.id, from: row.secret, to: "x" } },
        { codes: recovery("a") },
        { addDevice: device(randomUUID()) },
        { useDevice: held },
        { removeDevice: held },
        { unlock: true },
        { require: true },
        { switchedOff: "mark" },
      ];
      const before = await store.read(bench.who);
      for (const change of changes) {
        assert.deepEqual(await bench.apply({ ...change, epoch: 0 }), { applied: false, epoch: 1 }, JSON.stringify(change));
        assert.deepEqual(await store.read(bench.who), before, JSON.stringify(change));
        assert.equal((await bench.apply({ ...change, epoch: 1 })).applied, true, JSON.stringify(change));
        assert.notDeepEqual(await store.read(bench.who), before, JSON.stringify(change));
        Object.assign(before, await store.read(bench.who));
      }
    },
  },
];
