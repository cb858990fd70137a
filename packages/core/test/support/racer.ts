// One of several processes that verify against one server, or one SQLite file: told over IPC whom to try, with which
// codes, at what time; it answers how often it succeeded and how often a code was compared.
import type { Store } from "../../src/index.ts";
import { sqliteStore } from "../../src/stores/sqlite/index.ts";
import { type Race, runnerOn } from "./race.ts";
import { serve } from "./servers.ts";
import { type ClientName, clients } from "./sqlite.ts";

async function shared(): Promise<{ store: Store; close(): unknown }> {
  const { RACE_URL, RACE_FILE = "", RACE_CLIENT } = process.env;
  if (RACE_URL) return await serve(RACE_URL);
  const client = clients[RACE_CLIENT as ClientName](RACE_FILE);
  return { store: sqliteStore(client), close: () => client.close() };
}

const { store, close } = await shared();
/** The store of a process that dies once a code is taken, before anybody hears of it. */
const dying = (inner: Store): Store => ({
  ...inner,
  async settle(settlement) {
    const outcome = await inner.settle(settlement);
    if (outcome === "won") process.kill(process.pid, "SIGKILL");
    return outcome;
  },
});

const { ready, run } = runnerOn(process.env.RACE_DIES ? dying(store) : store, Number(process.env.RACE_FAILURES ?? 5));
process.on("message", async (race: Race) => {
  process.send?.(await run(race));
});
process.on("disconnect", close);
await ready();
process.send?.("ready");
