import { newDatabase } from "@nightlatch/internal-services";
import pg from "pg";
import { describe, expect, inject, it } from "vitest";
import type { Store } from "../src/index.ts";
import { storeContract } from "../src/testing/index.ts";
import { checks } from "./checks/index.ts";
import { type Broken, broken, type Fault } from "./support/broken.ts";
import { faults } from "./support/faults.ts";
import { createKit } from "./support/kit.ts";
import { newPool } from "./support/mysql.ts";
import { clients, newFile } from "./support/sqlite.ts";

const mysqlUrl = inject("mysqlUrl");

const openStore = async (sources: Broken, on: Fault["on"]): Promise<{ store: Store; close(): Promise<void> }> => {
  if (on === "memory") return { store: sources.memoryStore(), close: async () => {} };
  if (on === "sqlite") {
    const { file, remove } = await newFile();
    const client = clients["node:sqlite"](file);
    const store = sources.sqliteStore(client);
    await store.migrate();
    const close = async () => {
      client.close();
      await remove();
    };
    return { store, close };
  }
  if (on === "mysql") {
    const { pool } = await newPool(mysqlUrl ?? "", { connectionLimit: 20 });
    const store = sources.mysqlStore(pool);
    await store.migrate();
    // As below.
    await Promise.all(Array.from({ length: 20 }, () => pool.query("SELECT SLEEP(0.05)")));
    return { store, close: () => pool.end() };
  }
  const pool = new pg.Pool({ connectionString: await newDatabase(inject("postgresUrl")), max: 20 });
  const store = sources.postgresStore(pool);
  await store.migrate();
  // Every connection stands before the race: waiting for one would put the racers in a row.
  await Promise.all(Array.from({ length: 20 }, () => pool.query("SELECT pg_sleep(0.05)")));
  return { store, close: () => pool.end() };
};

/** The contract case of that id, or the checks whose title begins so. */
const catcher = (name: string, sources: Broken): ((store: Store) => Promise<void>) => {
  const contractCase = storeContract.find(({ id }) => id === name);
  if (contractCase) return (store) => contractCase.run(store);
  const [check, ...others] = checks.filter(({ title }) => title.startsWith(name));
  if (!check || others.length > 0) throw new Error(`"${name}" names ${others.length + (check ? 1 : 0)} checks instead of one.`);
  return (store) => check.run(createKit(sources.createMfa, store));
};

/** A race goes wrong once in six runs, say, or less often: it gets a minute to be caught in, however slow the machine is 50 runs. */
async function isCaught(run: () => Promise<void>): Promise<boolean> {
  const end = performance.now() + 60_000;
  for (let tries = 0; tries < 50 || performance.now() < end; tries += 1) {
    try {
      await run();
    } catch {
      return true;
    }
  }
  return false;
}

/** Whether a store passes more than half of the contract. */
async function passesMost(store: Store): Promise<boolean> {
  let passed = 0;
  for (const { run } of storeContract) {
    await run(store).then(
      () => {
        passed += 1;
      },
      () => {},
    );
    if (passed > storeContract.length / 2) return true;
  }
  return false;
}

/** Those whose store can be had here. */
const testable = faults.filter(({ on }) => on !== "mysql" || mysqlUrl !== null);

describe("broken on purpose", () => {
  it.each(testable.map((fault) => [fault.name, fault] as const))("%s", async (_, fault) => {
    const sources = await broken(fault);
    const { store, close } = await openStore(sources, fault.on);
    try {
      // Broken in one place, not in all: a store that does nothing at all would be caught by anything.
      expect(await passesMost(store)).toBe(true);
      for (const name of fault.caughtBy) {
        expect(await isCaught(() => catcher(name, sources)(store)), `"${name}" must catch: ${fault.name}`).toBe(true);
      }
    } finally {
      await close();
      await sources.remove();
    }
  });
});
