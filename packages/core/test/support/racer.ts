// One of several processes that verify against one server, or one SQLite file: told over IPC whom to try, with which
// codes, at what time; it answers how often it succeeded and how often a code was compared.
import type { Store } from "../../src/index.ts";
import { type Race, runnerOn } from "./race.ts";
import { sharedStore } from "./shared-store.ts";

const { store, close } = await sharedStore();

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
