import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { DeviceRow, Store, SubjectKey } from "../stores/store.ts";
import { auditRow, benchFor, type ContractCase, START, together } from "./contract-kit.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

const deviceRow = (row: Partial<DeviceRow> = {}): DeviceRow => {
  const id = randomUUID();
  return { id, hash: `hash-${id}`, name: "Firefox", createdAt: START, expiresAt: START + 30 * DAY, lastUsedAt: null, ...row };
};

const idsOf = async (store: Store, who: SubjectKey): Promise<string[]> => (await store.read(who)).devices.map(({ id }) => id);

/** Trusted devices. */
export const deviceCases: readonly ContractCase[] = [
  {
    id: "devices-kept",
    level: "MUST",
    name: "trusted devices are read as they were written, the newest first, those of one subject alone",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const [first, second, foreign] = [deviceRow(), deviceRow({ createdAt: START + MINUTE, name: "Handy 📱" }), deviceRow()];
      for (const addDevice of [first, second]) assert.deepEqual(await bench.apply({ addDevice }), { applied: true, epoch: 0 });
      await other.apply({ addDevice: foreign });
      assert.deepEqual((await store.read(bench.who)).devices, [second, first]);
    },
  },
  {
    id: "devices-use",
    level: "MUST",
    name: "the use of a trusted device is noted, and nothing else of it changes; one unknown, foreign or lapsed is not used",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const [used, idle, foreign] = [deviceRow({ createdAt: START + 1, expiresAt: START + MINUTE }), deviceRow(), deviceRow()];
      for (const addDevice of [idle, used]) await bench.apply({ addDevice });
      await other.apply({ addDevice: foreign });
      assert.equal((await bench.apply({ useDevice: used.id, now: START + MINUTE - 1 })).applied, true);
      const audit = [auditRow(bench.who, "t")];
      assert.equal((await bench.apply({ useDevice: used.id, now: START + MINUTE, audit })).applied, false);
      for (const useDevice of [foreign.id, "unknown"]) assert.equal((await bench.apply({ useDevice, audit })).applied, false);
      assert.deepEqual((await store.read(bench.who)).devices, [{ ...used, lastUsedAt: START + MINUTE - 1 }, idle]);
      assert.deepEqual((await store.read(other.who)).devices, [foreign]);
      assert.deepEqual(await store.auditPage({ after: 0, limit: 10, who: bench.who }), []);
    },
  },
  {
    id: "devices-remove",
    level: "MUST",
    name: "a trusted device is removed once, a lapsed one too; one unknown or foreign is not",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const [gone, stays, foreign] = [deviceRow({ expiresAt: START + MINUTE }), deviceRow(), deviceRow()];
      for (const addDevice of [gone, stays]) await bench.apply({ addDevice });
      await other.apply({ addDevice: foreign });
      for (const removeDevice of [foreign.id, "unknown"]) assert.equal((await bench.apply({ removeDevice })).applied, false);
      const removals = await together(10, () => bench.apply({ removeDevice: gone.id, now: START + DAY }));
      assert.equal(removals.filter(({ applied }) => applied).length, 1);
      assert.deepEqual([await idsOf(store, bench.who), await idsOf(store, other.who)], [[stays.id], [foreign.id]]);
    },
  },
  {
    id: "devices-lapse",
    level: "MUST",
    name: "adding a trusted device sweeps this subject's lapsed ones",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const [lapsed, alive, added] = [
        deviceRow({ expiresAt: START + MINUTE }),
        deviceRow({ expiresAt: START + MINUTE + 1 }),
        deviceRow({ createdAt: START + MINUTE }),
      ];
      for (const addDevice of [lapsed, alive]) await bench.apply({ addDevice });
      await other.apply({ addDevice: { ...lapsed, id: randomUUID() } });
      await bench.apply({ addDevice: added, now: START + MINUTE });
      assert.deepEqual(await idsOf(store, bench.who), [added.id, alive.id]);
      assert.equal((await idsOf(store, other.who)).length, 1);
    },
  },
  {
    id: "devices-cap",
    level: "MUST",
    name: "a subject has at most 20 trusted devices: with one more the oldest goes",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      await other.apply({ addDevice: deviceRow() });
      const rows = Array.from({ length: 23 }, (_, index) => deviceRow({ createdAt: START + index }));
      for (const addDevice of rows) await bench.apply({ addDevice });
      const newest = rows.map(({ id }) => id).toReversed();
      assert.deepEqual(await idsOf(store, bench.who), newest.slice(0, 20));
      assert.equal((await idsOf(store, other.who)).length, 1);
    },
  },
  {
    id: "devices-cap-parallel",
    level: "MUST",
    name: "of 30 trusted devices added at once 20 stay",
    async run(store) {
      const bench = benchFor(store);
      const added = await together(30, (index) => bench.apply({ addDevice: deviceRow({ createdAt: START + index }) }));
      assert.ok(added.every(({ applied }) => applied));
      assert.equal((await idsOf(store, bench.who)).length, 20);
    },
  },
  {
    id: "devices-epoch",
    level: "MUST",
    name: "raising the epoch, or removing all, ends every trusted device but the one that this change adds",
    async run(store) {
      const [bench, other] = [benchFor(store), benchFor(store)];
      const [first, second, third, foreign] = [deviceRow(), deviceRow(), deviceRow(), deviceRow()];
      await other.apply({ addDevice: foreign });
      await bench.apply({ addDevice: first });
      await bench.apply({ addDevice: second, raiseEpoch: true });
      assert.deepEqual(await idsOf(store, bench.who), [second.id]);
      await bench.apply({ raiseEpoch: true });
      assert.deepEqual(await idsOf(store, bench.who), []);
      await bench.apply({ addDevice: third });
      await bench.apply({ removeAll: true });
      assert.deepEqual([await idsOf(store, bench.who), await idsOf(store, other.who)], [[], [foreign.id]]);
    },
  },
];
